"""The database thread and the journal that runs through it."""

from __future__ import annotations

import itertools
import threading
from pathlib import Path

import pytest

from app.core.chat import Receipt, Timing, Usage
from app.core.errors import CarrelError
from app.core.loop import Loop
from app.store.journal import FLUSH_EVERY_S, AnswerJournal
from app.store.rows import Message
from app.store.store import Store
from app.store.thread import StoreThread

END = (Usage(), Timing(), Receipt())


def test_wishes_run_in_order_on_one_thread_and_come_home(store_thread: StoreThread, home: Loop) -> None:
    outcomes: list[tuple[int, str, str]] = []
    numbers = itertools.count()
    for _ in range(50):
        store_thread.ask(
            lambda store: (next(numbers), threading.current_thread().name),
            lambda outcome: outcomes.append((*outcome, threading.current_thread().name)),
        )
    assert home.run_until(lambda: len(outcomes) == 50, 10)
    assert outcomes == [(number, "carrel-store", threading.current_thread().name) for number in range(50)]


def test_call_waits_for_what_was_asked_before(store_thread: StoreThread) -> None:
    store_thread.ask(lambda store: store.create_chat("first"))
    assert [chat.title for chat in store_thread.call(lambda store: store.list_chats())] == ["first"]
    with pytest.raises(CarrelError) as caught:
        store_thread.call(lambda store: store.chat(99))
    assert caught.value.code == "no_chat"


def test_a_failure_comes_home_and_the_thread_goes_on(store_thread: StoreThread, home: Loop) -> None:
    failures: list[Exception] = []
    store_thread.ask(lambda store: store.chat(99), failed=failures.append)
    assert home.run_until(lambda: bool(failures), 10)
    assert isinstance(failures[0], CarrelError)
    store_thread.ask(lambda store: store.chat(99))
    with pytest.raises(CarrelError):  # nobody took it: raised at home
        home.run_until(lambda: False, 10)
    assert store_thread.call(lambda store: store.list_chats()) == []


def test_close_waits_for_queued_writes(file: Path, home: Loop) -> None:
    thread = StoreThread(file, home.post)
    for _ in range(30):
        thread.ask(lambda store: store.create_chat())
    thread.close()
    thread.close()
    store = Store(file)
    assert len(store.list_chats()) == 30
    store.close()


def test_a_closed_store_says_so(file: Path, home: Loop) -> None:
    thread = StoreThread(file, home.post)
    thread.close()
    with pytest.raises(CarrelError):
        thread.call(lambda store: store.list_chats())
    failures: list[Exception] = []
    thread.ask(lambda store: store.list_chats(), failed=failures.append)
    assert home.run_until(lambda: bool(failures), 30)


def test_a_file_that_cannot_be_opened_fails_every_wish(tmp_path: Path, home: Loop) -> None:
    thread = StoreThread(tmp_path / "missing" / "carrel.db", home.post)
    for _ in range(2):
        with pytest.raises(CarrelError) as caught:
            thread.call(lambda store: store.list_chats())
        assert caught.value.code == "database_cannot_open"
    thread.close()


def test_a_lost_home_does_not_stop_the_writing(file: Path) -> None:
    def gone(fn: object) -> None:
        raise RuntimeError("the window is deleted")

    thread = StoreThread(file, gone)
    thread.ask(lambda store: store.create_chat("one"), done=lambda _: None)
    thread.ask(lambda store: store.create_chat("two"), done=lambda _: None)
    assert len(thread.call(lambda store: store.list_chats())) == 2
    thread.close()


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock_s() -> Clock:
    return Clock()


@pytest.fixture
def answer(store_thread: StoreThread) -> int:
    def begin(store: Store) -> int:
        chat = store.create_chat()
        return store.begin_answer(chat.id, store.add_message(chat.id, None, "user", "?").id, "m").id

    return store_thread.call(begin)


def kept(thread: StoreThread, answer: int) -> Message:
    return thread.call(lambda store: store.message(answer))


def rows(thread: StoreThread) -> int:
    return int(thread.call(lambda store: store._db.rows("SELECT count(*) FROM answer_chunks")[0][0]))


def test_text_waits_no_longer_than_the_beat(store_thread: StoreThread, answer: int, clock_s: Clock) -> None:
    journal = AnswerJournal(store_thread, answer, clock_s)
    journal.add("answer", "a")
    assert kept(store_thread, answer).text == ""
    clock_s.now_s = FLUSH_EVERY_S
    journal.add("answer", "b")
    assert kept(store_thread, answer).text == "ab"
    journal.add("answer", "c")
    clock_s.now_s += FLUSH_EVERY_S / 2
    journal.tick()
    assert kept(store_thread, answer).text == "ab"
    clock_s.now_s += FLUSH_EVERY_S / 2
    journal.tick()
    assert kept(store_thread, answer).text == "abc"
    journal.tick()
    assert rows(store_thread) == 2


def test_a_thousand_tokens_are_a_few_rows(store_thread: StoreThread, answer: int, clock_s: Clock) -> None:
    journal = AnswerJournal(store_thread, answer, clock_s)
    for number in range(1000):
        clock_s.now_s += 0.002
        journal.add("thinking" if number < 500 else "answer", f"{number} ")
    journal.flush()
    assert rows(store_thread) <= 7
    message = kept(store_thread, answer)
    assert [int(word) for word in (message.thinking + message.text).split()] == list(range(1000))


def test_finish_takes_the_rest_along(store_thread: StoreThread, home: Loop, answer: int, clock_s: Clock) -> None:
    journal = AnswerJournal(store_thread, answer, clock_s)
    journal.add("thinking", "hm")
    journal.add("answer", "done")
    finished: list[Message] = []
    journal.finish("stopped", *END, thinking_ms=7, done=finished.append)
    assert home.run_until(lambda: bool(finished), 10)
    assert (finished[0].thinking, finished[0].text, finished[0].state) == ("hm", "done", "stopped")
    assert finished[0] == kept(store_thread, answer)


def test_text_that_did_not_fit_goes_with_the_next_flush(
    store_thread: StoreThread, home: Loop, answer: int, clock_s: Clock
) -> None:
    failures: list[Exception] = []
    journal = AnswerJournal(store_thread, answer, clock_s, failures.append)
    store_thread.call(lambda store: store._db.execute("PRAGMA query_only = 1").fetchall())
    journal.add("answer", "one ")
    journal.flush()
    journal.add("answer", "two ")
    journal.finish("complete", *END)
    assert home.run_until(lambda: len(failures) == 2, 10)
    assert kept(store_thread, answer).text == ""
    store_thread.call(lambda store: store._db.execute("PRAGMA query_only = 0").fetchall())
    journal.finish("complete", *END)
    message = kept(store_thread, answer)
    assert (message.text, message.state) == ("one two ", "complete")
