"""The engine's inside without its process: a loaded model whose answers a test steps through itself."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.core.chat import Channel
from app.core.params import Sampling
from app.engine import messages as m
from app.engine.worker import library
from app.engine.worker.abort import AbortFlag
from app.engine.worker.engine import Engine
from app.engine.worker.job import Job
from app.engine.worker.model import open_model

GREEDY = Sampling(temperature=0, max_tokens=24)


class Inside:
    """An engine, what its answers said and how they ended."""

    def __init__(self, path: Path, *, endless: bool = False, **spec: object) -> None:
        """`endless` answers end at their limit only, whatever token a random model draws."""
        library.open_library()
        load = m.Load(1, str(path), **{"n_ctx": 1024, "n_ubatch": 256, "n_threads": 1, **spec})  # type: ignore[arg-type]
        self.abort = AbortFlag()
        self.sent: list[m.Up] = []
        self.said: dict[int, str] = {}
        self.done: dict[int, Job] = {}
        self.engine = Engine(open_model(load, lambda _: True), load, self.abort, self._on_done, self.sent.append)
        self.scheduler = self.engine.scheduler
        if endless:
            self.scheduler._is_end = lambda _: False

    def ask(self, number: int, text: str, sampling: Sampling = GREEDY, **wish: object) -> None:
        command = m.Generate(number, (m.Turn("user", text),), sampling, thinking=False, **wish)  # type: ignore[arg-type]
        self.said[number] = ""

        def say(channel: Channel, text: str, tokens: int) -> None:
            self.said[number] += text

        self.engine.add(command, say, time.monotonic())

    def converse(self, text: str, said: dict[str, str], sampling: Sampling = GREEDY, **wish: object) -> None:
        """An answer to its end, by channel."""

        def say(channel: Channel, text: str, tokens: int) -> None:
            said[channel] += text

        number = 1 + max(self.done, default=0)
        command = m.Generate(number, (m.Turn("user", text),), sampling, **wish)  # type: ignore[arg-type]
        self.engine.add(command, say, time.monotonic())
        self.finish()

    def finish(self, steps: int = 2000) -> None:
        """Step until nobody is left."""
        while self.scheduler.jobs and steps > 0:
            self.scheduler.step()
            steps -= 1
        assert not self.scheduler.jobs, "the answers did not end"

    def answer(self, text: str, sampling: Sampling = GREEDY, **wish: object) -> str:
        number = len(self.said) + 1
        self.ask(number, text, sampling, **wish)
        self.finish()
        return self.said[number]

    def _on_done(self, job: Job) -> None:
        assert job.id not in self.done, "an answer ended twice"
        self.done[job.id] = job


@contextmanager
def inside(path: Path, *, endless: bool = False, **spec: object) -> Iterator[Inside]:
    opened = Inside(path, endless=endless, **spec)
    try:
        yield opened
    finally:
        opened.engine.close()
