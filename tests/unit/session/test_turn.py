"""Whatever the engine does, a turn ends once and what was said is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.config.paths import open_home
from app.config.settings import Settings
from app.core.chat import Document, Page, Timing, Usage
from app.core.child import Exit
from app.core.errors import CarrelError
from app.core.loop import Jobs, Loop
from app.engine import messages as m
from app.engine.supervisor import Supervisor
from app.session.desk import Desk
from app.session.turn import Outcome, Turn, Wish
from app.store.store import Store
from app.store.thread import StoreThread


class Script:
    """An engine that counts 10 tokens and says what the test tells it to, when it is told."""

    pid = 1

    def __init__(self) -> None:
        self.on_line: Callable[[bytes], None] = lambda _: None
        self.on_exit: Callable[[Exit], None] = lambda _: None
        self.heard: list[m.Down] = []
        self.count = 10

    def connect(self, on_line: Callable[[bytes], None], on_exit: Callable[[Exit], None]) -> Script:
        self.on_line, self.on_exit = on_line, on_exit
        return self

    def send(self, line: bytes) -> None:
        command = m.decode_down(line)
        assert command is not None
        self.heard.append(command)
        match command:
            case m.Load():
                self.say(m.Loaded(command.id, 1024, 100, 2, "toy", 0.1))
            case m.Tokenize():
                self.say(m.Tokens(command.id, tuple(1 for _ in command.texts), self.count))

    def say(self, message: m.Up) -> None:
        self.on_line(m.encode(message))

    def kill(self) -> None:
        self.on_exit(Exit(-9, ""))

    def close(self, timeout_s: float = 3.0) -> None: ...

    @property
    def asked(self) -> m.Generate:
        last = self.heard[-1]
        assert isinstance(last, m.Generate)
        return last


class Bench:
    def __init__(self, folder: Path) -> None:
        self.loop, self.script = Loop(), Script()
        post = self.loop.post
        home = open_home(folder)
        self.desk = Desk(
            home=home,
            settings=Settings(),
            post=post,
            jobs=Jobs(post),
            store=StoreThread(home.database_file, post),
            engine=Supervisor(self.script.connect, post),
            connect=self.script.connect,
        )
        request = self.desk.engine.load(m.Load(0, "/m.gguf"), lambda _: None)
        self.until(lambda: request.ended)
        self.ended: list[Outcome] = []

    def until(self, done: Callable[[], bool]) -> None:
        assert self.loop.run_until(done, 30)

    def start(self, wish: Wish) -> Turn:
        turn = Turn(self.desk, wish)
        turn.ended.connect(self.ended.append)
        turn.start()
        return turn

    def ask(self, text: str = "Hello", chat_id: int | None = None) -> Turn:
        """Until the engine has heard the question."""
        before = len(self.script.heard)
        turn = self.start(Wish(text, chat_id=chat_id))
        self.until(lambda: any(isinstance(command, m.Generate) for command in self.script.heard[before:]))
        return turn

    def answer(self, *texts: str) -> None:
        number = self.script.asked.id
        for text in texts:
            self.script.say(m.Delta(number, "answer", text))
        self.script.say(m.Done(number, "stop", Usage(10, len(texts)), Timing(ttft_s=0.1)))
        self.until(lambda: bool(self.ended))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.desk.close()


def test_the_question_is_in_the_store_before_the_engine_hears_it(bench: Bench) -> None:
    turn = bench.start(Wish("Durable?"))
    seen: list[int] = []
    turn.asked.connect(lambda *_: seen.append(len(bench.script.heard)))
    bench.until(lambda: isinstance(bench.script.heard[-1], m.Generate))
    assert seen
    assert not isinstance(bench.script.heard[seen[0] - 1], m.Generate)
    question = bench.desk.store.call(lambda store: store.thread(turn.chat_id or 0)[0])
    assert question.text == "Durable?"


def test_an_answer_is_kept_with_its_figures_and_receipt(bench: Bench) -> None:
    turn = bench.ask()
    bench.answer("It ", "is so.")
    outcome = bench.ended[0]
    assert (outcome.state, outcome.text) == ("complete", "It is so.")
    kept = bench.desk.store.call(lambda store: store.thread(turn.chat_id or 0)[-1])
    assert (kept.text, kept.state, kept.usage.answer_tokens) == ("It is so.", "complete", 2)
    assert kept.receipt.context_size == 1024
    assert kept.model == "/m.gguf"


def test_the_next_turn_carries_the_last_answer_without_its_thought(bench: Bench) -> None:
    turn = bench.ask("One?")
    bench.script.say(m.Delta(bench.script.asked.id, "thinking", "hm"))
    bench.answer("Yes.")
    bench.ended.clear()
    bench.ask("Two?", turn.chat_id)
    assert [t.content for t in bench.script.asked.turns] == ["One?", "Yes.", "Two?"]
    bench.answer("No.")


def test_a_dead_engine_ends_the_turn_with_its_cause_and_the_text(bench: Bench) -> None:
    turn = bench.ask()
    bench.script.say(m.Delta(bench.script.asked.id, "answer", "Half a "))
    bench.script.kill()
    bench.until(lambda: bool(bench.ended))
    assert bench.ended[0].state == "failed"
    assert bench.ended[0].error is not None
    kept = bench.desk.store.call(lambda store: store.thread(turn.chat_id or 0)[-1])
    assert (kept.text, kept.state, kept.cause) == ("Half a ", "failed", "engine_killed")


def test_an_answer_that_stayed_empty_is_left_out_of_the_next_prompt_with_its_question(bench: Bench) -> None:
    turn = bench.ask("Lost?")
    bench.script.kill()
    bench.until(lambda: bool(bench.ended))
    request = bench.desk.engine.load(m.Load(0, "/m.gguf"), lambda _: None)
    bench.until(lambda: request.ended)
    bench.ended.clear()
    bench.ask("Again?", turn.chat_id)
    assert [t.content for t in bench.script.asked.turns] == ["Again?"]
    bench.answer("Yes.")


def test_what_does_not_fit_stays_a_draft_and_nothing_is_asked(bench: Bench) -> None:
    bench.script.count = 1000
    turn = bench.start(Wish("Too long"))
    bench.until(lambda: bool(bench.ended))
    assert bench.ended[0].error is not None
    assert bench.ended[0].error.code == "does_not_fit"
    assert not any(isinstance(command, m.Generate) for command in bench.script.heard)
    assert bench.desk.store.call(lambda store: store.chat(turn.chat_id or 0).draft) == "Too long"


def test_a_document_counted_for_another_model_is_counted_again(bench: Bench) -> None:
    page = Page(1, "The rent is 4,800.", tokens=99)
    document = Document("/lease.txt", "lease.txt", "text", "0" * 64, (page,), tokenizer="another vocabulary")
    turn = bench.start(Wish("What is due?", (document,)))
    bench.until(lambda: isinstance(bench.script.heard[-1], m.Generate))
    bench.answer("4,800.")
    assert [file.tokens for file in bench.ended[0].receipt.files] == [1]  # the scripted engine counts one a text
    [kept] = bench.desk.store.call(lambda store: store.thread(turn.chat_id or 0)[0]).documents
    assert kept.tokens == 1


def test_a_turn_ends_also_when_its_end_cannot_be_written(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise CarrelError("disk_full", "The disk is full.")

    bench.ask()
    monkeypatch.setattr(Store, "finish_answer", full)
    bench.answer("Lost at the end")
    assert bench.ended[0].state == "failed"
    assert str(bench.ended[0].error) == "The disk is full."


def test_half_characters_are_replaced_before_anyone_sees_them(bench: Bench) -> None:
    turn = bench.ask("broken \udcff text")
    assert bench.script.asked.turns[0].content == "broken ? text"
    bench.answer("Yes.")
    assert turn.is_over


def test_a_failed_answer_keeps_the_receipt_of_what_was_given(bench: Bench) -> None:
    turn = bench.ask()
    bench.script.kill()
    bench.until(lambda: bool(bench.ended))
    kept = bench.desk.store.call(lambda store: store.thread(turn.chat_id or 0)[-1])
    assert (kept.receipt.context_used, kept.receipt.context_size) == (10, 1024)


def test_a_stop_before_the_engine_heard_anything_ends_as_stopped(bench: Bench) -> None:
    turn = bench.start(Wish("Never mind"))
    turn.stop()
    bench.until(lambda: bool(bench.ended))
    assert bench.ended[0].state == "stopped"
    assert len(bench.ended) == 1


def test_without_a_model_the_refusal_says_so(bench: Bench) -> None:
    bench.desk.engine.stop()
    bench.start(Wish("Anyone?"))
    bench.until(lambda: bool(bench.ended))
    assert bench.ended[0].error is not None
    assert bench.ended[0].error.code == "no_model"
