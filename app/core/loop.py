"""Where results come home: `post(fn)` runs fn later on the main thread.

In the window `post` is a queued Qt signal (`ui/bridge.py`); in the terminal and in tests it is this loop.
Everything in `session/` and `engine/supervisor.py` is touched by the main thread alone.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

Post = Callable[[Callable[[], object]], None]


class Loop:
    """A queue of functions, run by the thread that waits."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Callable[[], object]] = queue.SimpleQueue()

    def post(self, fn: Callable[[], object]) -> None:
        """Run `fn` on the waiting thread. Safe from any thread."""
        self._queue.put(fn)

    def run_until(self, done: Callable[[], bool], timeout_s: float | None = None) -> bool:
        """Run posted functions until `done()`; False when `timeout_s` passed first."""
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        while not done():
            left = 0.2 if deadline is None else min(0.2, deadline - time.monotonic())
            if left <= 0:
                return False
            try:
                self._queue.get(timeout=left)()
            except queue.Empty:
                continue
        return True


class Jobs:
    """A small pool for slow work (downloads, hashing, probes); outcomes are posted to the main thread."""

    def __init__(self, post: Post, workers: int = 4) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="carrel-job")
        self._post = post
        self._closed = False

    def run(
        self,
        work: Callable[[], T],
        done: Callable[[T], object] = lambda _: None,
        failed: Callable[[Exception], object] | None = None,
    ) -> None:
        """Run `work` in the pool, then `done(result)` or `failed(error)` on the main thread.

        What somebody thinks of after `close` is not begun: the program is ending.
        """

        if not self._closed:
            self._pool.submit(lambda: self._post(_outcome(work, done, failed)))

    def run_aside(
        self, work: Callable[[], T], done: Callable[[T], object], failed: Callable[[Exception], object] | None = None
    ) -> None:
        """As `run`, for work that may wait for a person: on a thread of its own, which the end does not wait for."""

        def task() -> None:
            outcome = _outcome(work, done, failed)
            if not self._closed:
                self._post(outcome)

        if not self._closed:
            threading.Thread(target=task, name="carrel-aside", daemon=True).start()

    def close(self) -> None:
        """Wait for running work; call after cancelling what can be cancelled."""
        self._closed = True
        self._pool.shutdown(wait=True, cancel_futures=True)


def _outcome(
    work: Callable[[], T], done: Callable[[T], object], failed: Callable[[Exception], object] | None
) -> Callable[[], object]:
    """Do the work; what the main thread is to do then. An error is handed to the caller, never swallowed."""
    try:
        result = work()
    except Exception as error:
        caught = error
        return lambda: failed(caught) if failed else _raise(caught)
    return lambda: done(result)


def _raise(error: Exception) -> None:
    raise error
