"""The real engine child, driven from a test."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from app.core.errors import CarrelError
from app.core.loop import Loop
from app.core.params import Sampling
from app.engine import messages as m
from app.engine.process import connect_process
from app.engine.supervisor import Event, Request, Supervisor

GREEDY = Sampling(temperature=0)


class EngineBench:
    """A supervisor over a real child, with its loop."""

    def __init__(self) -> None:
        self.loop = Loop()
        self.supervisor = Supervisor(connect_process, self.loop.post)

    def load(self, path: Path, n_ctx: int = 2048, **spec: object) -> Request:
        request = self.supervisor.load(m.Load(0, str(path), n_ctx=n_ctx, **spec), lambda _: None)  # type: ignore[arg-type]
        return self.end(request)

    def ask(self, text: str, events: list[Event], sampling: Sampling = GREEDY, *, thinking: bool = True) -> Request:
        return self.supervisor.generate((m.Turn("user", text),), sampling, events.append, thinking=thinking)

    def end(self, request: Request, timeout_s: float = 60.0) -> Request:
        assert self.loop.run_until(lambda: request.ended, timeout_s), "the request did not end"
        return request

    def until(self, done: Callable[[], bool], timeout_s: float = 60.0) -> None:
        assert self.loop.run_until(done, timeout_s), "it did not happen in time"


@contextmanager
def engine_bench() -> Iterator[EngineBench]:
    bench = EngineBench()
    try:
        yield bench
    finally:
        bench.supervisor.stop()


def text_of(events: list[Event], channel: str = "answer") -> str:
    return "".join(e.text for e in events if isinstance(e, m.Delta) and e.channel == channel)


def done_of(events: list[Event]) -> m.Done:
    last = events[-1]
    assert isinstance(last, m.Done), last
    return last


def error_of(request: Request) -> CarrelError:
    assert request.error is not None
    return request.error


def wait_gone(pid: int, timeout_s: float = 5.0) -> bool:
    """Whether the process is gone, or only a zombie of nobody's, within the time."""
    import psutil

    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.02)
    return False
