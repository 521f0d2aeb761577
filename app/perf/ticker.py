"""Takes a sample at a steady beat on a thread of its own, so that a slow driver never holds up the window."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")


class Ticker(Generic[T]):
    """Calls `sample` every `interval_s` and hands the result to `on_sample`, both on the ticker's thread.

    `on_sample` only posts. A sample that raises goes to `on_failed`, and the beat goes on; without `on_failed`
    the first of a row of failures is logged.
    """

    def __init__(
        self,
        sample: Callable[[], T],
        on_sample: Callable[[T], object],
        interval_s: float = 1.0,
        on_failed: Callable[[Exception], object] | None = None,
    ) -> None:
        self._sample, self._on_sample, self._interval_s, self._on_failed = sample, on_sample, interval_s, on_failed
        self._stopping, self._running = threading.Event(), threading.Event()
        self._failing = False
        self._thread = threading.Thread(target=self._run, name="carrel-ticker", daemon=True)

    def start(self) -> None:
        """Begin; the first sample is taken at once."""
        self._running.set()
        self._thread.start()

    def pause(self) -> None:
        """Take no more samples until `resume`; one that is being taken still arrives."""
        self._running.clear()

    def resume(self) -> None:
        self._running.set()

    def stop(self, timeout_s: float = 3.0) -> bool:
        """End it and wait; False when a sample still hangs in a driver (the thread dies with the program)."""
        self._stopping.set()
        self._running.set()
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        due_s = time.monotonic()
        while not self._stopping.wait(max(0.0, due_s - time.monotonic())):
            if not self._running.is_set():
                self._running.wait()
                due_s = time.monotonic()
                continue
            self._tick()
            due_s = max(due_s + self._interval_s, time.monotonic())  # beats missed are left out, not made up for

    def _tick(self) -> None:
        try:
            self._on_sample(self._sample())
            self._failing = False
        except Exception as error:
            if self._on_failed is not None:
                self._on_failed(error)
            elif not self._failing:
                log.exception("a sample failed")
            self._failing = True
