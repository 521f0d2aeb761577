"""A child that is stuck is told from one that is slow; what runs on the side does not change the state."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.core.chat import Timing, Usage
from app.core.child import Exit
from app.core.errors import CarrelError
from app.core.params import Sampling
from app.engine import messages as m
from app.engine.pulse import GRACE_S, SHORTEST_STALL_S, UNKNOWN_STALL_S, WHOLE_STALL_S
from app.engine.state import Phase
from app.engine.supervisor import Event, Request, Supervisor

TURNS = (m.Turn("user", "hi"),)


class Link:
    """A child that does nothing by itself; when killed it dies, unless it hangs in a driver."""

    pid = 7

    def __init__(self, on_line: Callable[[bytes], None], on_exit: Callable[[Exit], None], *, hangs: bool) -> None:
        self.on_line, self.on_exit, self.hangs = on_line, on_exit, hangs
        self.killed = False

    def send(self, line: bytes) -> None: ...

    def kill(self) -> None:
        self.killed = True
        if not self.hangs:
            self.on_exit(Exit(-9, ""))

    def close(self, timeout_s: float = 3.0) -> None: ...


class Bench:
    """A supervisor with a clock of its own, watched every second."""

    def __init__(self, *, hangs: bool = False) -> None:
        self.now_s, self.hangs = 1000.0, hangs
        self.links: list[Link] = []
        self.supervisor = Supervisor(self._connect, self._at_once, lambda: self.now_s)
        self.heard: list[Event] = []
        self.load()

    def _connect(self, on_line: Callable[[bytes], None], on_exit: Callable[[Exit], None]) -> Link:
        self.links.append(Link(on_line, on_exit, hangs=self.hangs))
        return self.links[-1]

    @staticmethod
    def _at_once(fn: Callable[[], object]) -> None:
        fn()

    def phase(self) -> Phase:
        return self.supervisor.state.phase

    def load(self) -> None:
        request = self.supervisor.load(m.Load(0, "/m.gguf"), self.heard.append)
        self.say(m.Ready(m.PROTOCOL, "b"))
        self.say(m.Loaded(request.id, 4096, 100, 2, "toy", 0.5))

    def say(self, message: m.Up) -> None:
        self.links[-1].on_line(m.encode(message))

    def ask(self, *, side: bool = False) -> Request:
        return self.supervisor.generate(TURNS, Sampling(), self.heard.append, side=side)

    def pass_s(self, seconds: float) -> None:
        end_s = self.now_s + seconds
        while self.now_s < end_s:
            self.now_s = min(self.now_s + 1.0, end_s)
            self.supervisor.watch(self.now_s)

    def step(self, request: Request, cost_s: float) -> None:
        self.pass_s(cost_s)
        self.say(m.Delta(request.id, "answer", "x"))

    def done(self, request: Request) -> None:
        self.say(m.Done(request.id, "stop", Usage(), Timing()))


def code_of(request: Request) -> str:
    return request.error.code if request.error else ""


def test_a_silence_much_longer_than_any_step_ends_the_child_and_says_so() -> None:
    bench = Bench()
    request = bench.ask()
    bench.step(request, 0.5)
    bench.pass_s(SHORTEST_STALL_S - 1)
    assert not request.ended
    bench.pass_s(3)
    assert code_of(request) == "engine_stalled"
    assert bench.phase() is Phase.FAILED
    assert "1 min" in str(request.error)
    assert bench.links[-1].killed
    bench.load()
    assert bench.phase() is Phase.LOADED


def test_a_slow_engine_is_given_the_time_its_steps_take() -> None:
    bench = Bench()
    request = bench.ask()
    bench.step(request, 40)
    bench.pass_s(20 * 40 - 2)
    assert not request.ended
    bench.pass_s(5)
    assert code_of(request) == "engine_stalled"


def test_the_first_step_of_a_load_may_take_long() -> None:
    bench = Bench()
    request = bench.ask()
    bench.step(request, 0.1)
    bench.done(request)
    bench.load()  # what the model before taught holds no longer
    request = bench.ask()
    bench.say(m.PrefillProgress(request.id, 0, 100, 0))  # said before the first step, so it teaches nothing
    bench.pass_s(UNKNOWN_STALL_S - 2)
    assert not request.ended
    bench.pass_s(5)
    assert code_of(request) == "engine_stalled"


@pytest.mark.parametrize("what", ["load", "save", "restore"])
def test_loading_saving_and_restoring_are_given_more_time(what: str) -> None:
    bench = Bench()
    first = bench.ask()
    bench.step(first, 0.1)
    bench.done(first)
    engine = bench.supervisor
    request = {
        "load": lambda: engine.load(m.Load(0, "/n.gguf"), bench.heard.append),
        "save": lambda: engine.save_session(TURNS, "/s.kv", bench.heard.append),
        "restore": lambda: engine.restore_session("/s.kv", bench.heard.append),
    }[what]()
    bench.pass_s(WHOLE_STALL_S - 2)
    assert not request.ended
    bench.pass_s(5)
    assert code_of(request) == "engine_stalled"


def test_an_idle_engine_may_be_silent_for_ever() -> None:
    bench = Bench()
    request = bench.ask()
    bench.step(request, 0.1)
    bench.done(request)
    bench.pass_s(5000)
    request = bench.ask()  # silence before it was asked is none
    bench.pass_s(SHORTEST_STALL_S - 2)
    assert not request.ended


def test_a_computer_that_slept_is_no_stall() -> None:
    bench = Bench()
    request = bench.ask()
    bench.step(request, 0.1)
    bench.pass_s(2)
    bench.now_s += 8 * 3600
    bench.pass_s(SHORTEST_STALL_S - 2)
    assert not request.ended
    bench.pass_s(5)
    assert code_of(request) == "engine_stalled"


def test_a_child_that_cannot_even_be_killed_is_given_up() -> None:
    bench = Bench(hangs=True)
    request = bench.ask()
    bench.step(request, 0.1)
    bench.pass_s(SHORTEST_STALL_S + 2)
    assert bench.links[0].killed
    assert not request.ended
    bench.pass_s(GRACE_S + 2)
    assert code_of(request) == "engine_stalled"
    bench.load()
    bench.links[0].on_exit(Exit(-9, ""))  # the old one dies at last
    assert bench.phase() is Phase.LOADED
    assert len(bench.links) == 2


def test_a_load_asked_for_while_the_dead_childs_requests_are_ending_is_not_stuck() -> None:
    bench = Bench()
    again: list[Request] = []

    def load_again(event: Event) -> None:
        again.append(bench.supervisor.load(m.Load(0, "/m.gguf"), bench.heard.append))

    bench.supervisor.generate(TURNS, Sampling(), load_again)
    bench.supervisor.tokenize(("a",), bench.heard.append)
    bench.links[-1].on_exit(Exit(-6, "out of memory"))
    bench.pass_s(5)
    assert not bench.links[-1].killed
    assert [request.ended for request in again] == [False]


def test_what_is_asked_on_the_side_does_not_make_it_an_answering_engine() -> None:
    bench = Bench()
    title = bench.ask(side=True)
    assert bench.phase() is Phase.LOADED
    assert bench.supervisor.is_busy
    answer = bench.ask()
    assert bench.phase() is Phase.ANSWERING
    bench.done(title)
    assert bench.phase() is Phase.ANSWERING
    second = bench.ask()
    bench.done(answer)
    assert bench.phase() is Phase.ANSWERING
    bench.done(second)
    assert bench.phase() is Phase.LOADED
    assert not bench.supervisor.is_busy


def test_saving_and_restoring_end_with_their_figures_or_their_sentence() -> None:
    bench = Bench()
    bench.heard.clear()
    save = bench.supervisor.save_session(TURNS, "/s.kv", bench.heard.append)
    bench.say(m.Saved(save.id, 100, 5000, 0.2))
    restore = bench.supervisor.restore_session("/s.kv", bench.heard.append)
    bench.say(m.Failed(restore.id, "session_refused", "a checksum differs"))
    assert isinstance(bench.heard[0], m.Saved)
    assert isinstance(bench.heard[1], CarrelError)
    assert "read again" in str(bench.heard[1])
    full = bench.supervisor.save_session(TURNS, "/s.kv", bench.heard.append)
    bench.say(m.Failed(full.id, "disk_full"))
    assert "disk is full" in str(full.error)
    assert bench.phase() is Phase.LOADED


@pytest.mark.parametrize(
    ("last_words", "code"),
    [
        ("CUDA error: no CUDA-capable device is detected", "engine_gpu_lost"),
        ("CUDA error: unspecified launch failure", "engine_gpu_lost"),
        ("ggml_cuda: the launch timed out and was terminated", "engine_gpu_lost"),
        ("NVML: GPU is lost", "engine_gpu_lost"),
        ("CUDA error: out of memory", "engine_out_of_memory"),
        ("terminate called after throwing an instance of 'std::bad_alloc'", "engine_out_of_memory"),
        ("CUDA error: an illegal memory access was encountered", "engine_gpu_error"),
    ],
)
def test_what_a_card_says_when_it_goes_is_understood(last_words: str, code: str) -> None:
    bench = Bench()
    request = bench.ask()
    bench.links[-1].on_exit(Exit(-6, last_words))
    assert code_of(request) == code
