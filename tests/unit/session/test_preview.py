"""Before anything is sent: exact tokens, what fits, how long it takes, for every selection."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.core.chat import Document, Page, Receipt, Timing, Usage
from app.core.loop import Loop
from app.engine import messages as m
from app.session.desk import Desk
from app.session.preview import Memory, Preview, Weight
from app.session.prompt import Said, compose_turns
from app.store.store import Store
from tests.helpers.fake_engine import Script, ScriptedEngine, make_desk
from tests.helpers.models import tiny_qwen3

WORDS = "The tenant pays the rent in advance. "
BOOK = Document(
    "/a.txt", "a.txt", "text", "ab", tuple(Page(n, WORDS * 10, 90, flag="empty" if n == 3 else "") for n in (1, 2, 3))
)


class Bench:
    def __init__(self, folder: Path) -> None:
        self.loop = Loop()
        self.desk: Desk = make_desk(folder, self.loop.post, ScriptedEngine(Script()))
        self.told: list[Weight] = []

    def load(self, n_ctx: int) -> None:
        request = self.desk.engine.load(m.Load(0, "/m.gguf", n_ctx=n_ctx), lambda _: None)
        assert self.loop.run_until(lambda: request.ended, 30)

    def open(self, chat_id: int | None = None) -> Preview:
        preview = Preview(self.desk, (BOOK,), chat_id)
        preview.weighed.connect(self.told.append)
        preview.start()
        self.exact()
        return preview

    def exact(self) -> Weight:
        assert self.loop.run_until(lambda: bool(self.told) and self.told[-1].exact, 30)
        return self.told[-1]

    def count(self, *thread: Said) -> int:
        counts: list[int] = []
        self.desk.engine.tokenize((), lambda e: counts.append(e.turns_total), turns=compose_turns(thread, ""))  # type: ignore[union-attr]
        assert self.loop.run_until(lambda: bool(counts), 30)
        return counts[0]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.desk.close()


def test_the_whole_prompt_is_counted_exactly(bench: Bench) -> None:
    bench.load(4096)
    preview = bench.open()
    assert preview.weight.prompt_tokens == bench.count(Said("user", "", (BOOK,)))
    assert (preview.weight.fits, preview.weight.over_tokens, preview.weight.n_ctx) == (True, 0, 4096)
    assert not bench.told[0].exact
    preview.close()


def test_a_page_ticked_off_weighs_nothing_and_is_named(bench: Bench) -> None:
    bench.load(4096)
    preview = bench.open()
    before = preview.weight
    preview.choose(preview.selection.with_pages(0, [2], BOOK, ticked=False))
    assert not preview.weight.exact
    after = bench.exact()
    assert (after.document_tokens, after.dropped_tokens) == (180, 90)
    assert after.prompt_tokens == bench.count(Said("user", "", preview.documents)) < before.prompt_tokens
    assert preview.documents[0].chosen == (1, 3)
    preview.close()


def test_what_does_not_fit_is_known_before_sending(bench: Bench) -> None:
    bench.load(256)
    preview = bench.open()
    weight = preview.weight
    assert weight.fits is False
    assert weight.over_tokens == weight.prompt_tokens + weight.room_tokens - 256
    assert weight.needed_ctx % 256 == 0
    assert weight.needed_ctx >= weight.prompt_tokens + weight.room_tokens
    preview.close()


def test_what_the_chat_holds_and_the_question_are_counted(bench: Bench) -> None:
    bench.load(4096)
    chat = bench.desk.store.call(lambda store: store.create_chat())
    bench.desk.store.call(lambda store: store.add_message(chat.id, None, "user", WORDS * 5))
    preview = bench.open(chat.id)
    preview.type("And who pays the taxes?")
    weight = bench.exact()
    thread = (Said("user", WORDS * 5), Said("user", "And who pays the taxes?", (BOOK,)))
    assert weight.prompt_tokens == bench.count(*thread)
    preview.close()


def test_the_time_comes_from_the_last_reading_of_this_model(bench: Bench) -> None:
    bench.load(4096)

    def keep(store: Store) -> None:
        chat = store.create_chat()
        for tokens, speed in ((5_000, 500.0), (100, 9.0)):
            answer = store.begin_answer(chat.id, None, "/m.gguf")
            store.finish_answer(answer.id, "complete", Usage(tokens, 5), Timing(prefill_tok_s=speed), Receipt())

    bench.desk.store.call(keep)
    preview = bench.open()
    weight = preview.weight
    assert weight.read_s == pytest.approx(weight.prompt_tokens / 500.0)
    assert not weight.is_guess
    preview.close()


def test_without_a_model_the_bundled_vocabulary_counts(bench: Bench) -> None:
    preview = bench.open()
    assert (preview.weight.n_ctx, preview.weight.fits) == (0, None)
    assert preview.weight.prompt_tokens > 0
    preview.close()


def test_the_memory_of_the_context_that_would_hold_it(bench: Bench, tmp_path: Path) -> None:
    model = tiny_qwen3(tmp_path / "tiny.gguf")
    bench.load(256)
    bench.desk.engine.state = replace(bench.desk.engine.state, path=str(model))
    preview = bench.open()
    heard: list[Memory] = []
    preview.memory(heard.append, lambda error: pytest.fail(str(error)))
    assert bench.loop.run_until(lambda: bool(heard), 20)
    assert heard[0].n_ctx == preview.weight.needed_ctx
    assert heard[0].fits
    assert heard[0].ram_bytes > 0
    preview.close()
