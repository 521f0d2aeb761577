"""Drives a real engine child from a benchmark: load, ask, wait, measure at the parent's end of the pipe."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from app.core.child import Child
from app.core.loop import Loop
from app.core.params import Sampling
from app.engine import messages as m
from app.engine.process import connect_process
from app.engine.supervisor import Connect, Event, OnEvent, Request, Supervisor

TOP = Path(__file__).resolve().parents[2]
PATIENCE_S = 1800.0


class Run(msgspec.Struct):
    """The moments of one answer as the parent sees them, in monotonic seconds, and its last word."""

    asked_s: float = 0.0
    read_s: float = 0.0
    done_s: float = 0.0
    done: m.Done | None = None
    deltas: list[tuple[float, int]] = []

    @property
    def decode_tok_s(self) -> float:
        """From "prompt read" to "done": one sampling more than steps, the honest side."""
        assert self.done is not None
        return (self.done.usage.answer_tokens - 1) / (self.done_s - self.read_s)

    @property
    def prefill_tok_s(self) -> float:
        assert self.done is not None
        return (self.done.usage.prompt_tokens - self.done.usage.cached_tokens) / (self.read_s - self.asked_s)


class Driver:
    """An engine child with its loop."""

    def __init__(self, connect: Connect = connect_process) -> None:
        self.loop = Loop()
        self.engine = Supervisor(connect, self.loop.post)

    def load(self, spec: m.Load) -> m.Loaded:
        heard: list[m.Loaded] = []
        self.wait(
            lambda tell: self.engine.load(spec, tell),
            lambda event: heard.append(event) if isinstance(event, m.Loaded) else None,
        )
        return heard[0]

    def ask(self, turns: Sequence[m.Turn], sampling: Sampling, *, thinking: bool = False) -> Run:
        """One answer from wish to last word."""
        run, request = self.begin(turns, sampling, thinking=thinking)
        self.finish([request])
        return run

    def begin(self, turns: Sequence[m.Turn], sampling: Sampling, *, thinking: bool = False) -> tuple[Run, Request]:
        run = Run(asked_s=time.monotonic(), deltas=[])

        def hear(event: Event) -> None:
            now_s = time.monotonic()
            match event:
                case m.PrefillProgress() if event.done == event.total:
                    run.read_s = now_s
                case m.Delta():
                    run.deltas.append((now_s, event.tokens))
                case m.Done():
                    run.done_s, run.done = now_s, event

        return run, self.engine.generate(tuple(turns), sampling, hear, thinking=thinking)

    def finish(self, requests: Sequence[Request]) -> None:
        """Run the loop until every request has its last word. Raises what one failed with."""
        if not self.loop.run_until(lambda: all(request.ended for request in requests), PATIENCE_S):
            raise TimeoutError("the engine did not answer")
        for request in requests:
            if request.error is not None:
                raise request.error

    def wait(self, ask: Callable[[OnEvent], Request], hear: Callable[[Event], object] = lambda _: None) -> None:
        self.finish([ask(hear)])

    def tokens(self, turns: Sequence[m.Turn]) -> int:
        """How long the rendered conversation is."""
        counted: list[int] = []
        self.wait(
            lambda tell: self.engine.tokenize((), tell, turns=tuple(turns)),
            lambda event: counted.append(event.turns_total) if isinstance(event, m.Tokens) else None,
        )
        return counted[0]

    def text_of(self, source: str, wanted: int) -> str:
        """The beginning of `source`, repeated where it is too short, that makes a prompt of `wanted` tokens."""
        source *= 1 + wanted * 6 // len(source)
        low, high = 0, min(len(source), wanted * 8)  # characters
        while low < high:
            middle = (low + high + 1) // 2
            fits = self.tokens((m.Turn("system", "0"), m.Turn("user", source[:middle]))) <= wanted
            low, high = (middle, high) if fits else (low, middle - 1)
        return source[:low]


@contextmanager
def driver(connect: Connect = connect_process) -> Iterator[Driver]:
    """A child for as long as it is needed."""
    driving = Driver(connect)
    try:
        yield driving
    finally:
        driving.engine.stop()


def connect_script(script: Path, *arguments: str, env: dict[str, str] | None = None) -> Connect:
    """A child that is not the program itself but a script which bends it."""

    def connect(on_line: Callable[[bytes], None], on_exit: Callable[..., None]) -> Child:
        command = [sys.executable, "-P", str(script), *arguments]
        return Child(
            command,
            on_line,
            on_exit,
            {"CUDA_MODULE_LOADING": "LAZY", "CUDA_DEVICE_ORDER": "PCI_BUS_ID", "GOMP_SPINCOUNT": "2000", **(env or {})},
        )

    return connect


def prose(*names: str) -> str:
    """Real text of real people: Carrel's own papers."""
    return "\n\n".join((TOP / name).read_text(encoding="utf-8") for name in names)
