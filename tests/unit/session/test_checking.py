"""When an answer is complete, what it cites is checked, kept with it and told once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.chat import Document, Page
from app.core.citation import Citation
from app.engine import messages as m
from app.session.turn import Turn, Wish
from tests.unit.session.test_turn import Bench

LEASE = Document(
    "/lease.txt",
    "lease.txt",
    "text",
    "ab",
    (Page(1, "The tenant pays the rent in advance.", 1), Page(2, "Either party may end it.", 1), Page(3, "End.", 1)),
    tokenizer="vocabulary of 100",
)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.desk.close()


def answered(bench: Bench, wish: Wish, text: str) -> tuple[Turn, tuple[Citation, ...]]:
    before = len(bench.script.heard)
    bench.ended.clear()
    turn = bench.start(wish)
    told: list[tuple[Citation, ...]] = []
    turn.checked.connect(told.append)
    bench.until(lambda: any(isinstance(command, m.Generate) for command in bench.script.heard[before:]))
    bench.answer(text)
    bench.until(lambda: bool(told))
    assert len(told) == 1
    assert turn.outcome.citations == told[0]
    return turn, told[0]


def test_citations_are_kept_with_the_answer(bench: Bench) -> None:
    turn, (quote, page) = answered(bench, Wish("?", (LEASE,)), '"The tenant pays the rent" [D1 p.1]')
    assert (quote.verdict, page.verdict) == ("exact", "exact")
    kept = bench.desk.store.call(lambda store: store.thread(turn.chat_id or 0)[-1])
    assert kept.citations == (quote, page)


def test_words_of_earlier_messages_accuse_nobody(bench: Bench) -> None:
    turn, _ = answered(bench, Wish("Is it true that the moon is made of cheese?", (LEASE,)), "Nothing says so.")
    _, (quote,) = answered(bench, Wish("Why?", chat_id=turn.chat_id), 'You asked whether "the moon is made of cheese".')
    assert quote.verdict == "said"


def test_an_answer_without_documents_is_told_too(bench: Bench) -> None:
    assert answered(bench, Wish("Hello"), 'See "all of these words here" on page 3.')[1] == ()


def test_pages_ticked_off_are_told_to_the_model_and_on_the_receipt(bench: Bench) -> None:
    part = Document(LEASE.path, LEASE.name, LEASE.kind, LEASE.sha256, LEASE.pages, (), LEASE.tokenizer, (3, 1))
    turn, (page,) = answered(bench, Wish("?", (part,)), "See page 2.")
    assert page.verdict == "left_out"
    told = next(command for command in bench.script.heard if isinstance(command, m.Generate)).turns[-1].content
    assert told.startswith("[D1: lease.txt, pages 3, 1 of 3]\n\n[D1 p.3]\nEnd.\n\n[D1 p.1]\n")
    assert "Either party" not in told
    (file,) = turn.outcome.receipt.files
    assert (file.pages, file.tokens, file.dropped_tokens, file.page_list, file.total_pages) == (2, 2, 1, "3, 1", 3)
    again, _ = answered(bench, Wish("And?", chat_id=turn.chat_id), "No.")
    assert again.outcome.receipt.files == turn.outcome.receipt.files


def test_a_question_without_an_answer_is_counted_as_left_out(bench: Bench) -> None:
    turn = bench.ask("One?")
    bench.answer()
    bench.ended.clear()
    again = bench.ask("Two?", turn.chat_id)
    bench.answer("Yes.")
    assert again.outcome.receipt.turns_left_out == 1
