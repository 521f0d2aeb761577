"""Every request ends exactly once, whatever the child does; the state says why."""

from __future__ import annotations

import errno
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.chat import Timing, Usage
from app.core.child import Exit
from app.core.errors import CarrelError
from app.core.loop import Loop
from app.core.params import Sampling
from app.engine import messages as m
from app.engine.state import EngineState, Phase
from app.engine.supervisor import Event, Request, Supervisor

LOADED = m.Loaded(1, 4096, 100, 2, "toy", 0.5)
DONE = (Usage(3, 2), Timing())


class FakeLink:
    """A child that says only what the test tells it to."""

    pid = 4711

    def __init__(self, on_line: Callable[[bytes], None], on_exit: Callable[[Exit], None]) -> None:
        self.on_line, self.on_exit = on_line, on_exit
        self.heard: list[m.Down] = []
        self.closed = self.killed = False

    def send(self, line: bytes) -> None:
        command = m.decode_down(line)
        assert command is not None
        self.heard.append(command)

    def say(self, message: m.Up) -> None:
        self.on_line(m.encode(message))

    def kill(self) -> None:
        self.killed = True

    def close(self, timeout_s: float = 3.0) -> None:
        self.closed = True


class Bench:
    """A supervisor with its fake children; posts run at once."""

    def __init__(self) -> None:
        self.links: list[FakeLink] = []
        self.supervisor = Supervisor(self._connect, self._at_once)
        self.events: list[Event] = []

    def _connect(self, on_line: Callable[[bytes], None], on_exit: Callable[[Exit], None]) -> FakeLink:
        self.links.append(FakeLink(on_line, on_exit))
        return self.links[-1]

    @staticmethod
    def _at_once(fn: Callable[[], object]) -> None:
        fn()

    @property
    def link(self) -> FakeLink:
        return self.links[-1]

    def load(self) -> Request:
        request = self.supervisor.load(m.Load(0, "/m.gguf"), self.events.append)
        self.link.say(m.Ready(m.PROTOCOL, "build", ("CPU",)))
        self.link.say(m.Loaded(request.id, 4096, 100, 2, "toy", 0.5))
        return request

    def ask(self) -> Request:
        return self.supervisor.generate((m.Turn("user", "hi"),), Sampling(), self.events.append)


def test_load_then_answer_walks_through_the_phases() -> None:
    bench = Bench()
    seen: list[Phase] = []
    bench.supervisor.changed.connect(lambda state: seen.append(state.phase))
    assert bench.load().ended
    request = bench.ask()
    bench.link.say(m.Delta(request.id, "answer", "Hello"))
    bench.link.say(m.Done(request.id, "stop", *DONE))
    assert request.ended
    assert request.error is None
    assert seen == [Phase.STARTING, Phase.LOADING, Phase.LOADING, Phase.LOADED, Phase.ANSWERING, Phase.LOADED]


def test_a_dead_child_ends_every_open_request_once_with_the_cause() -> None:
    bench = Bench()
    bench.load()
    first, second = bench.ask(), bench.supervisor.tokenize(("a",), bench.events.append)
    bench.events.clear()
    bench.link.on_exit(Exit(-9, ""))
    assert first.ended
    assert second.ended
    assert len(bench.events) == 2
    assert bench.supervisor.state.phase is Phase.FAILED
    assert bench.supervisor.state.cause is not None
    assert bench.supervisor.state.cause.code == "engine_killed"


def test_after_a_death_one_load_starts_a_new_child() -> None:
    bench = Bench()
    bench.load()
    bench.link.on_exit(Exit(-6, "GGML_ASSERT(false) failed"))
    bench.load()
    assert len(bench.links) == 2
    assert bench.supervisor.state.phase is Phase.LOADED


def test_a_load_asked_for_at_the_news_of_a_death_is_the_new_childs() -> None:
    bench = Bench()
    bench.load()
    answer, again = bench.ask(), list[Request]()

    def load_again(state: EngineState) -> None:
        if state.phase is Phase.FAILED:
            again.append(bench.supervisor.load(m.Load(0, "/m.gguf"), bench.events.append))

    bench.supervisor.changed.connect(load_again)
    bench.link.on_exit(Exit(-6, "GGML_ASSERT"))
    assert answer.ended
    assert [request.ended for request in again] == [False]


def test_a_child_that_cannot_be_started_ends_the_load_in_words_and_the_next_one_may_start() -> None:
    loop, starts = Loop(), [0]

    def connect(on_line: Callable[[bytes], None], on_exit: Callable[[Exit], None]) -> FakeLink:
        starts[0] += 1
        if starts[0] == 1:
            raise OSError(errno.ENOMEM, "Cannot allocate memory")
        return FakeLink(on_line, on_exit)

    supervisor = Supervisor(connect, loop.post)
    events: list[Event] = []
    request = supervisor.load(m.Load(0, "/m.gguf"), events.append)
    assert loop.run_until(lambda: request.ended, 1)
    assert request.error is not None
    assert request.error.code == "engine_not_started"
    assert "Cannot allocate memory" in str(request.error)
    assert (supervisor.state.phase, supervisor.state.cause) == (Phase.FAILED, request.error)
    again = supervisor.load(m.Load(0, "/m.gguf"), events.append)
    loop.run_until(lambda: False, 0.05)
    assert (starts[0], again.ended, len(events)) == (2, False, 1)


def test_late_words_of_a_stopped_child_change_nothing() -> None:
    bench = Bench()
    bench.load()
    old = bench.link
    bench.supervisor.stop()
    old.say(m.Loaded(1, 4096, 100, 2, "toy", 0.5))
    old.on_exit(Exit(0, ""))
    assert bench.supervisor.state.phase is Phase.STOPPED
    assert isinstance(old.heard[-1], m.Shutdown)
    assert old.closed


def test_asking_without_a_model_is_refused_in_words() -> None:
    bench = Bench()
    with pytest.raises(CarrelError, match="No model is loaded"):
        bench.ask()


def test_a_refused_load_names_the_file_and_frees_the_phase() -> None:
    bench = Bench()
    request = bench.supervisor.load(m.Load(0, "/models/broken.gguf"), bench.events.append)
    bench.link.say(m.Failed(request.id, "load_refused", "bad magic"))
    assert request.error is not None
    assert "broken.gguf" in str(request.error)
    assert bench.supervisor.state.phase is Phase.FAILED


def test_a_cancelled_load_is_not_a_failure() -> None:
    bench = Bench()
    request = bench.supervisor.load(m.Load(0, "/m.gguf"), bench.events.append)
    bench.supervisor.cancel(request)
    assert bench.link.heard[-1] == m.Cancel(request.id)
    bench.link.say(m.Failed(request.id, "cancelled"))
    assert bench.supervisor.state.phase is Phase.READY
    assert bench.supervisor.state.cause is None


def test_a_second_load_replaces_the_first_whatever_order_they_end_in() -> None:
    bench = Bench()
    first = bench.supervisor.load(m.Load(0, "/a.gguf"), bench.events.append)
    second = bench.supervisor.load(m.Load(0, "/b.gguf"), bench.events.append)
    assert m.Cancel(first.id) in bench.link.heard
    bench.link.say(m.Loaded(first.id, 1024, 7, 2, "a", 0.1))
    assert bench.supervisor.state.phase is Phase.LOADING
    bench.link.say(m.Loaded(second.id, 4096, 9, 2, "b", 0.1))
    assert (bench.supervisor.state.path, bench.supervisor.state.n_ctx) == ("/b.gguf", 4096)


def test_a_load_stops_the_answer_that_runs() -> None:
    bench = Bench()
    bench.load()
    answer = bench.ask()
    bench.supervisor.unload()
    assert m.Cancel(answer.id) in bench.link.heard


def test_what_is_no_text_is_refused_before_it_leaves() -> None:
    bench = Bench()
    bench.load()
    with pytest.raises(CarrelError, match="not readable text"):
        bench.supervisor.tokenize(("half \udcff",), bench.events.append)
    bench.supervisor.stop()
    assert not [event for event in bench.events if isinstance(event, CarrelError)]


def test_a_child_of_another_protocol_is_refused() -> None:
    bench = Bench()
    request = bench.supervisor.load(m.Load(0, "/m.gguf"), bench.events.append)
    bench.link.say(m.Ready(m.PROTOCOL + 1, "other"))
    assert request.ended
    assert request.error is not None
    assert bench.link.closed


@pytest.mark.parametrize(
    ("exit_", "code"),
    [
        (Exit(-9, ""), "engine_killed"),
        (Exit(-6, "CUDA error: out of memory"), "engine_out_of_memory"),
        (Exit(-6, "CUDA error: an illegal memory access was encountered"), "engine_gpu_error"),
        (Exit(-4, ""), "engine_wrong_cpu"),
        (Exit(-6, "GGML_ASSERT(n > 0) failed"), "engine_died"),
        (Exit(70, "Traceback"), "engine_died"),
    ],
)
def test_the_cause_of_a_death_is_named(exit_: Exit, code: str) -> None:
    bench = Bench()
    bench.load()
    bench.link.on_exit(exit_)
    assert bench.supervisor.state.cause is not None
    assert bench.supervisor.state.cause.code == code
    assert "{" not in str(bench.supervisor.state.cause)


STEPS = ["ask", "delta", "done", "fail", "die", "load", "stop", "count", "tokens"]
script = st.lists(st.sampled_from(STEPS), max_size=25)


@given(script)
def test_whatever_happens_every_request_ends_exactly_once(steps: list[str]) -> None:
    bench = Bench()
    ends: dict[int, int] = {}
    requests: list[Request] = []

    def listen(event: Event) -> None:
        if isinstance(event, CarrelError | m.Done | m.Tokens | m.Loaded):
            ends[len(ends)] = 1

    for step in steps:
        supervisor = bench.supervisor
        open_ = [r for r in requests if not r.ended]
        match step:
            case "load" if not open_:
                requests.append(supervisor.load(m.Load(0, "/m"), listen))
                bench.link.say(m.Loaded(requests[-1].id, 4096, 1, 1, "", 0.1))
            case "ask" if supervisor.state.has_model:
                requests.append(supervisor.generate((), Sampling(), listen))
            case "count" if supervisor.state.has_model:
                requests.append(supervisor.tokenize((), listen))
            case "delta" if open_:
                bench.link.say(m.Delta(open_[0].id, "answer", "x"))
            case "done" if open_ and isinstance(open_[0].command, m.Generate):
                bench.link.say(m.Done(open_[0].id, "stop", *DONE))
            case "tokens" if open_ and isinstance(open_[0].command, m.Tokenize):
                bench.link.say(m.Tokens(open_[0].id, ()))
            case "fail" if open_:
                bench.link.say(m.Failed(open_[0].id, "decode_failed"))
            case "die" if bench.links and supervisor.pid:
                bench.link.on_exit(Exit(-11, ""))
            case "stop":
                supervisor.stop()
    bench.supervisor.stop()
    assert all(request.ended for request in requests)
    assert len(ends) == len(requests)
