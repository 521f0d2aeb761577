"""Turns at other places of the tree: an edited question, another answer, an answer gone on with, one that waited."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.chat import Document, Page, Timing, Usage
from app.engine import messages as m
from app.session.accounts import joined_timing, joined_usage
from app.session.branches import Shown, branch_off, neighbour, show_chat, switch_version
from app.session.turn import Turn, Wish
from app.store.rows import Message
from tests.unit.session.test_turn import Bench

PAPER = Document("/lease.txt", "lease.txt", "text", "0" * 64, (Page(1, "The rent is 4,800."),))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.desk.close()


def begin(bench: Bench, wish: Wish) -> Turn:
    """Until the engine has heard it."""
    before = len(bench.script.heard)
    bench.ended.clear()
    turn = bench.start(wish)
    bench.until(lambda: any(isinstance(command, m.Generate) for command in bench.script.heard[before:]))
    return turn


def ask(bench: Bench, wish: Wish, *said: str) -> list[Message]:
    """The branch after an answer."""
    turn = begin(bench, wish)
    bench.answer(*said)
    return thread(bench, turn)


def cut(bench: Bench, wish: Wish, thought: str, said: str, reason: m.Reason = "length") -> list[Message]:
    """The branch after an answer that was cut."""
    turn = begin(bench, wish)
    number = bench.script.asked.id
    bench.script.say(m.Delta(number, "thinking", thought))
    bench.script.say(m.Delta(number, "answer", said, 3))
    bench.script.say(m.Done(number, reason, Usage(10, 4, 2, 6, 5), Timing(ttft_s=0.5, decode_tok_s=10.0)))
    bench.until(lambda: bool(bench.ended))
    return thread(bench, turn)


def thread(bench: Bench, turn: Turn) -> list[Message]:
    return bench.desk.store.call(lambda store: store.thread(turn.chat_id or 0))


def refusal(bench: Bench, wish: Wish) -> str:
    bench.ended.clear()
    bench.start(wish)
    bench.until(lambda: bool(bench.ended))
    error = bench.ended[0].error
    assert error is not None
    return error.code


def test_an_edited_question_stands_beside_the_first_and_sees_only_what_was_before_it(bench: Bench) -> None:
    first = ask(bench, Wish("One?"), "Yes.")
    second = ask(bench, Wish("Two?", (PAPER,), chat_id=first[0].chat_id), "No.")
    edited = ask(bench, Wish("Three?", edits=second[2].id), "Maybe.")
    assert [turn.content for turn in bench.script.asked.turns] == ["One?", "Yes.", "Three?"]
    assert [message.text for message in edited] == ["One?", "Yes.", "Three?", "Maybe."]
    found: list[Shown] = []
    show_chat(bench.desk, first[0].chat_id, found.append)
    bench.until(lambda: bool(found))
    assert found[0].versions == {edited[2].id: (second[2].id, edited[2].id)}
    switch_version(bench.desk, second[2].id, found.append)
    bench.until(lambda: len(found) == 2)
    assert [message.text for message in found[1].messages] == ["One?", "Yes.", "Two?", "No."]
    assert neighbour(found[1].versions[second[2].id], second[2].id, 1) == edited[2].id
    assert neighbour(found[1].versions[second[2].id], second[2].id, -1) is None


def test_another_answer_is_a_version_and_is_given_the_same_documents(bench: Bench) -> None:
    first = ask(bench, Wish("Rent?", (PAPER,)), "4,800.")
    again = ask(bench, Wish("", answers=first[0].id, thinking=False), "It is 4,800.")
    assert [message.text for message in again] == ["Rent?", "It is 4,800."]
    assert not bench.script.asked.thinking
    assert "The rent is 4,800." in bench.script.asked.turns[-1].content
    assert [file.pages for file in again[1].receipt.files] == [1]
    kept = bench.desk.store.call(lambda store: store.children(first[0].id))
    assert [message.text for message in kept] == ["4,800.", "It is 4,800."]


def test_a_cut_answer_grows_in_its_place_and_counts_as_one(bench: Bench) -> None:
    first = cut(bench, Wish("Count"), "Let me see.", "one two ")
    turn = begin(bench, Wish("", continues=first[1].id, thinking=False))
    asked = bench.script.asked
    assert (asked.thought, asked.spoken, asked.thinking) == ("Let me see.", "one two ", True)
    assert [said.content for said in asked.turns] == ["Count"]
    assert (turn.outcome.text, turn.sent) == ("one two ", asked_as(asked))
    bench.script.say(m.Delta(asked.id, "answer", "three"))
    usage, timing = Usage(16, 6, 14, 4, 1), Timing(ttft_s=0.1, decode_tok_s=30.0)
    bench.script.say(m.Done(asked.id, "stop", usage, timing))
    bench.until(lambda: bool(bench.ended))
    [_, whole] = thread(bench, turn)
    assert (whole.id, whole.text, whole.thinking, whole.state) == (
        first[1].id,
        "one two three",
        "Let me see.",
        "complete",
    )
    assert whole.usage == Usage(10, 10, 2, 10, 6)
    assert (whole.timing.ttft_s, round(whole.timing.decode_tok_s, 2)) == (0.5, round(10 / (0.4 + 0.2), 2))
    assert whole.receipt.context_used == 20


def asked_as(asked: m.Generate) -> m.Generate:
    """As the session knows it: the number is the supervisor's."""
    return m.Generate(
        0, asked.turns, asked.sampling, asked.thinking, asked.spoken, asked.json_schema, thought=asked.thought
    )


def test_a_death_while_going_on_keeps_every_word(bench: Bench) -> None:
    first = cut(bench, Wish("Count"), "", "one ", "cancelled")
    assert first[1].state == "stopped"
    turn = begin(bench, Wish("", continues=first[1].id))
    bench.script.say(m.Delta(bench.script.asked.id, "answer", "two"))
    bench.script.kill()
    bench.until(lambda: bool(bench.ended))
    [_, whole] = thread(bench, turn)
    assert (whole.text, whole.state, whole.cause) == ("one two", "failed", "engine_killed")


def test_what_cannot_be_gone_on_with_is_refused_and_stays_as_it_is(bench: Bench) -> None:
    first = ask(bench, Wish("One?"), "Yes.")
    assert refusal(bench, Wish("", continues=first[1].id)) == "nothing_to_continue"
    assert refusal(bench, Wish("", answers=first[1].id)) == "not_a_question"
    second = cut(bench, Wish("Two?", chat_id=first[0].chat_id), "", "half")
    ask(bench, Wish("Three?", chat_id=first[0].chat_id), "Yes.")
    assert refusal(bench, Wish("", continues=second[3].id)) == "answer_went_on"
    third = cut(bench, Wish("Four?", chat_id=first[0].chat_id), "", "half")
    bench.script.count = 1000
    assert refusal(bench, Wish("", continues=third[-1].id)) == "does_not_fit"
    assert bench.desk.store.call(lambda store: store.message(third[-1].id)) == third[-1]


def test_a_chat_is_answered_once_at_a_time(bench: Bench) -> None:
    turn = begin(bench, Wish("One?"))
    assert refusal(bench, Wish("Two?", chat_id=turn.chat_id)) == "chat_is_answering"
    bench.ended.clear()
    bench.answer("Yes.")
    ask(bench, Wish("Two?", chat_id=turn.chat_id), "No.")


def test_a_question_may_stand_beneath_any_message(bench: Bench) -> None:
    first = ask(bench, Wish("One?"), "Yes.")
    ask(bench, Wish("Two?", chat_id=first[0].chat_id), "No.")
    other = ask(bench, Wish("Else?", chat_id=first[0].chat_id, beneath=first[1].id), "So.")
    assert [message.text for message in other] == ["One?", "Yes.", "Else?", "So."]


def test_a_message_that_waited_leaves_the_queue_with_its_question_and_the_draft_alone(bench: Bench) -> None:
    first = ask(bench, Wish("One?"), "Yes.")
    chat_id = first[0].chat_id
    waits = bench.desk.store.call(lambda store: store.queue_message(chat_id, "Two?", thinking=False))
    bench.desk.store.call(lambda store: store.set_draft(chat_id, "still typing"))
    assert refusal(bench, Wish("Two?" * 999, chat_id=chat_id, beneath=999, queued=waits.id)) == "no_message"
    assert bench.desk.store.call(lambda store: len(store.queue(chat_id))) == 1
    ask(bench, Wish("Two?", chat_id=chat_id, queued=waits.id), "No.")
    assert bench.desk.store.call(lambda store: store.queue(chat_id)) == []
    assert bench.desk.store.call(lambda store: store.chat(chat_id).draft) == "still typing"


def test_a_switch_while_an_answer_runs_leaves_it_where_it_is(bench: Bench) -> None:
    first = ask(bench, Wish("One?"), "Yes.")
    turn = begin(bench, Wish("", answers=first[0].id))
    number = bench.script.asked.id
    found: list[Shown] = []
    switch_version(bench.desk, first[1].id, found.append)
    bench.until(lambda: bool(found))
    assert [message.text for message in found[0].messages] == ["One?", "Yes."]
    bench.script.say(m.Delta(number, "answer", "No."))
    bench.answer()
    assert thread(bench, turn)[-1].text == "Yes.", "what is shown stays"
    kept = bench.desk.store.call(lambda store: store.children(first[0].id))
    assert [(message.text, message.state) for message in kept] == [("Yes.", "complete"), ("No.", "complete")]


def test_a_chat_begins_from_a_message(bench: Bench) -> None:
    first = ask(bench, Wish("One?"), "Yes.")
    ask(bench, Wish("Two?", chat_id=first[0].chat_id), "No.")
    made: list[int] = []
    branch_off(bench.desk, first[1].id, lambda chat: made.append(chat.id))
    bench.until(lambda: bool(made))
    after = ask(bench, Wish("Three?", chat_id=made[0]), "So.")
    assert [message.text for message in after] == ["One?", "Yes.", "Three?", "So."]


def test_figures_of_a_first_go_that_was_never_counted() -> None:
    usage = joined_usage(Usage(), Usage(30, 5, 28), prompt_tokens=20, said_tokens=9)
    assert usage == Usage(20, 14, 20)
    assert joined_timing(Timing(), Timing(ttft_s=1.0, decode_tok_s=7.0), 9, 5).decode_tok_s == 7.0
