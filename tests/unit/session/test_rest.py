"""A model that nobody asks leaves memory, says so, and is there again when it is asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.config.paths import open_home
from app.config.settings import Settings
from app.core.loop import Jobs, Loop
from app.engine import messages as m
from app.engine.state import Phase
from app.engine.supervisor import Supervisor
from app.perf.beat import Beat
from app.session.desk import Desk
from app.session.turn import Outcome, Turn, Wish
from app.store.thread import StoreThread
from tests.helpers.fake_engine import Script, ScriptedEngine

MINUTES = 5


class Bench:
    def __init__(self, folder: Path) -> None:
        self.loop, self.engine = Loop(), ScriptedEngine(Script("The rent is due.", n_ctx=4096, load_steps=1))
        post, home = self.loop.post, open_home(folder)
        self.desk = Desk(
            home=home,
            settings=Settings(idle_unload_min=MINUTES),
            post=post,
            jobs=Jobs(post),
            store=StoreThread(home.database_file, post),
            engine=Supervisor(self.engine, post),
            connect=self.engine,
        )
        self.notices: list[str] = []
        self.desk.noticed.connect(self.notices.append)
        self.now_s = 100.0

    def load(self) -> None:
        request = self.desk.engine.load(m.Load(0, "/m.gguf"), lambda _: None)
        self.until(lambda: request.ended)

    def until(self, done: Callable[[], bool]) -> None:
        assert self.loop.run_until(done, 30)

    def pass_s(self, seconds: float) -> None:
        for _ in range(int(seconds)):
            self.now_s += 1
            self.desk.rest.look(self.now_s)
        self.loop.run_until(lambda: False, 0.1)

    def ask(self) -> Outcome:
        ended: list[Outcome] = []
        turn = Turn(self.desk, Wish("When?"))
        turn.ended.connect(ended.append)
        turn.start()
        self.until(lambda: bool(ended))
        return ended[0]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.desk.close()


def test_it_leaves_after_the_minutes_of_the_settings_and_comes_back_with_a_question(bench: Bench) -> None:
    bench.load()
    bench.pass_s(60 * MINUTES - 5)
    assert bench.desk.engine.state.has_model
    bench.pass_s(10)
    state = bench.desk.engine.state
    assert (state.phase, state.resting, state.path, state.has_model) == (Phase.READY, True, "/m.gguf", False)
    assert state.can_be_asked
    assert len(bench.notices) == 1
    assert "5 min" in bench.notices[0]
    outcome = bench.ask()
    assert outcome.text == "The rent is due."
    assert bench.desk.engine.state.has_model
    assert not bench.desk.engine.state.resting
    assert len(bench.notices) == 2


def test_a_question_begins_the_minutes_anew(bench: Bench) -> None:
    bench.load()
    bench.pass_s(60 * MINUTES - 5)
    bench.engine.script.delay_s = 0.2
    turn = Turn(bench.desk, Wish("When?"))
    turn.start()
    bench.until(lambda: bench.desk.engine.is_busy)
    bench.pass_s(2)  # seen at work
    bench.until(lambda: turn.is_over)
    bench.pass_s(60 * MINUTES - 5)
    assert bench.desk.engine.state.has_model


def test_by_default_it_stays_for_ever(bench: Bench) -> None:
    bench.desk.settings = Settings()
    bench.load()
    bench.pass_s(100_000)
    assert bench.desk.engine.state.has_model


def test_two_questions_at_once_wake_it_once(bench: Bench) -> None:
    bench.load()
    bench.pass_s(60 * MINUTES + 5)
    woken: list[str] = []
    for name in ("one", "two"):
        bench.desk.rest.awaken(lambda name=name: woken.append(name), lambda _: None)  # type: ignore[misc]
    bench.until(lambda: len(woken) == 2)
    assert len(bench.notices) == 2


def test_a_question_while_it_leaves_is_answered_when_it_is_back(bench: Bench) -> None:
    bench.load()
    for _ in range(60 * MINUTES + 2):  # nothing is heard of the child meanwhile
        bench.now_s += 1
        bench.desk.rest.look(bench.now_s)
    assert bench.desk.engine.state.has_model, "it was asked to leave and is not gone yet"
    asked: list[list[str]] = []
    bench.desk.rest.awaken(lambda: asked.append(bench.notices[1:]), lambda _: None)
    bench.until(lambda: bool(asked))
    assert asked == [["The model is loaded again."]]
    assert bench.desk.engine.state.has_model


def test_a_model_that_does_not_come_back_fails_the_question_in_words(bench: Bench) -> None:
    bench.load()
    bench.pass_s(60 * MINUTES + 5)
    bench.engine.script.load_failure = "load_refused"
    outcome = bench.ask()
    assert outcome.state == "failed"
    assert outcome.error is not None
    assert outcome.error.code == "load_refused"


def test_the_beat_leaves_out_what_a_busy_thread_missed() -> None:
    loop, beats = Loop(), [0]

    def look() -> None:
        beats[0] += 1
        assert threading.current_thread() is threading.main_thread()

    beat = Beat(look, loop.post, 0.01)
    beat.start()
    time.sleep(0.3)  # the main thread is busy: one look waits, not thirty
    assert loop.run_until(lambda: beats[0] == 1, 1)
    assert loop.run_until(lambda: beats[0] == 3, 1)
    beat.stop()
    loop.run_until(lambda: False, 0.05)
    assert beats[0] <= 4
