"""Answers: journaled, merged, recovered."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import psutil
import pytest

from app.core.chat import FileReading, Receipt, Timing, Usage
from app.core.errors import CarrelError
from app.store import answers
from app.store.store import Store
from app.store.writer import is_another_alive, this_writer

FIGURES = (Usage(20, 6, 4), Timing(9.5, 1.5, 800.0, 40.0), Receipt((FileReading("/a", 2, 5, 1),), 26, 35840))
APP_FOLDER = Path(__file__).resolve().parents[3]


def ask(store: Store) -> int:
    chat = store.create_chat()
    question = store.add_message(chat.id, None, "user", "Why?")
    return store.begin_answer(chat.id, question.id, "Qwen3-32B-Q4_K_M.gguf").id


def test_pieces_are_merged_in_order_and_by_channel(store: Store) -> None:
    answer = ask(store)
    store.append_answer(answer, [("thinking", "Let me "), ("thinking", "see. ")])
    store.append_answer(answer, [("thinking", "Yes."), ("answer", "It ")])
    store.append_answer(answer, [])
    store.append_answer(answer, [("answer", "does.")])
    message = store.finish_answer(answer, "length", *FIGURES, thinking_ms=1200)
    assert (message.thinking, message.text, message.state) == ("Let me see. Yes.", "It does.", "length")
    assert (message.usage, message.timing, message.receipt) == FIGURES
    assert (message.thinking_ms, message.model, message.role) == (1200, "Qwen3-32B-Q4_K_M.gguf", "assistant")
    assert store.thread(message.chat_id)[-1] == message
    assert store._db.rows("SELECT count(*) FROM answer_chunks") == [(0,)]


def test_an_answer_under_way_reads_as_far_as_it_came(store: Store) -> None:
    answer = ask(store)
    store.append_answer(answer, [("answer", "So far")])
    assert store.message(answer).text == store.thread(store.message(answer).chat_id)[-1].text == "So far"
    assert store.message(answer).state == "streaming"


def test_appending_costs_the_new_text_only(store: Store) -> None:
    answer = ask(store)
    steps: list[str] = []
    store._db._connection.set_trace_callback(steps.append)
    store.append_answer(answer, [("answer", "x")])
    first = len(steps)
    store._db._connection.set_trace_callback(None)
    with store.transaction():
        for _ in range(500):
            store.append_answer(answer, [("answer", "y" * 200)])
    before = store._db._connection.total_changes
    steps.clear()
    store._db._connection.set_trace_callback(steps.append)
    store.append_answer(answer, [("answer", "z")])
    assert len(steps) == first
    assert store._db._connection.total_changes - before == 1
    plan = "EXPLAIN QUERY PLAN SELECT coalesce(max(seq), 0) FROM answer_chunks WHERE message_id = ?"
    assert "SEARCH" in store._db.rows(plan, answer)[0][-1]


def test_an_unknown_answer(store: Store) -> None:
    with pytest.raises(CarrelError) as caught:
        store.finish_answer(99, "complete", *FIGURES)
    assert caught.value.code == "no_message"
    with pytest.raises(CarrelError):
        store.append_answer(99, [("answer", "x")])


def test_recovery_keeps_the_text_and_names_the_cause(store: Store) -> None:
    lost = ask(store)
    store.append_answer(lost, [("thinking", "Hm."), ("answer", "Half an ans")])
    empty, done = ask(store), ask(store)
    store.finish_answer(done, "stopped", *FIGURES)
    recovered = store.recover()
    assert [message.id for message in recovered] == [lost, empty]
    assert (recovered[0].state, recovered[0].cause) == ("failed", "interrupted")
    assert (recovered[0].thinking, recovered[0].text, recovered[1].text) == ("Hm.", "Half an ans", "")
    assert store.recover() == []
    assert store.message(done).state == "stopped"


def test_an_answer_recovered_too_early_still_ends_whole(store: Store) -> None:
    answer = ask(store)
    store.append_answer(answer, [("answer", "One, ")])
    store.recover()
    store.append_answer(answer, [("answer", "two.")])
    message = store.finish_answer(answer, "complete", *FIGURES)
    assert (message.text, message.state, message.cause) == ("One, two.", "complete", "")


def test_a_second_window_leaves_a_living_answer_alone(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    parent = psutil.Process().parent() or psutil.Process()
    name = f"{parent.pid}:{parent.create_time():.2f}"
    monkeypatch.setattr(answers, "this_writer", lambda: name)
    living = ask(store)
    monkeypatch.setattr(answers, "this_writer", lambda: f"{parent.pid}:{parent.create_time() - 5000:.2f}")
    dead = ask(store)
    assert [message.id for message in store.recover()] == [dead]
    assert store.message(living).state == "streaming"


@pytest.mark.parametrize("name", ["", "7", "x:y", "999999999:1.0", "-5:1", f"{10**30}:1.0", "this"])
def test_who_is_not_another_living_writer(name: str) -> None:
    name = this_writer() if name == "this" else name
    assert not is_another_alive(name)


WRITER = """
import sys
from pathlib import Path
from app.store.store import Store
store = Store(Path(sys.argv[1]))
chat = store.create_chat("crash")
question = store.add_message(chat.id, None, "user", "Count.")
answer = store.begin_answer(chat.id, question.id, "m")
number = 0
while True:
    store.append_answer(answer.id, [("thinking" if number % 2 else "answer", f"{number} ")])
    print(number, flush=True)  # only after the commit
    number += 1
"""


def killed_writer(file: Path, after: int) -> int:
    """Let a real process journal until it said `after`, kill it there; the last number that it said."""
    command = [sys.executable, "-c", WRITER, str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=APP_FOLDER, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) >= after:
                break
        process.send_signal(signal.SIGKILL)
        said = [int(line) for line in process.stdout.read().split("\n")[:-1]]
    assert process.returncode == -signal.SIGKILL
    return max([after, *said])


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
@pytest.mark.parametrize("after", [0, 7, 40])
def test_kill_9_while_journaling_loses_nothing_committed(file: Path, after: int, clock: Callable[[], float]) -> None:
    last = killed_writer(file, after)
    store = Store(file, clock)
    assert store.notices == ()
    (message,) = store.recover()
    numbers = sorted(int(word) for word in (message.text + message.thinking).split())
    assert numbers == list(range(len(numbers)))
    assert len(numbers) - 1 in (last, last + 1)  # the kill may fall between a commit and its print
    assert [int(word) for word in message.text.split()] == numbers[::2]
    assert (message.state, message.cause) == ("failed", "interrupted")
    assert store.thread(message.chat_id)[0].text == "Count."
    again = msgspec.structs.replace(message)
    store.close()
    reopened = Store(file)
    assert reopened.message(message.id) == again
    reopened.close()
