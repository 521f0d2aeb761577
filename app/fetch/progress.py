"""How far a download is: one value for the window and the terminal, and the smoothed speed behind it."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

import msgspec

from app.core.errors import CarrelError

log = logging.getLogger(__name__)
PULSE_S = 1.0

State = Literal["queued", "checking", "downloading", "verifying", "done", "paused", "failed", "cancelled"]


class Progress(msgspec.Struct, frozen=True):
    """A moment of a download. While checking and verifying, `done_bytes` counts bytes proven on disk.

    `total_bytes` and `eta_s` are None while unknown. `trouble` says why it waits for another try, else None.
    """

    state: State = "queued"
    done_bytes: int = 0
    total_bytes: int | None = None
    speed_bytes_s: float = 0.0
    eta_s: float | None = None
    trouble: CarrelError | None = None


class Speed:
    """The mean over the last seconds: steady enough to read, quick enough to show a stall."""

    def __init__(self, window_s: float = 8.0) -> None:
        self._window_s = window_s
        self._marks: deque[tuple[float, int]] = deque()

    def note(self, now_s: float, done_bytes: int) -> None:
        """Remember a mark; a count that went backwards (a fresh start) forgets the earlier ones."""
        if self._marks and done_bytes < self._marks[-1][1]:
            self._marks.clear()
        self._marks.append((now_s, done_bytes))
        while len(self._marks) > 2 and self._marks[1][0] <= now_s - self._window_s:
            self._marks.popleft()

    def bytes_s(self) -> float:
        if len(self._marks) < 2:
            return 0.0
        (began_s, began), (ended_s, ended) = self._marks[0], self._marks[-1]
        return (ended - began) / (ended_s - began_s) if ended_s > began_s else 0.0

    def eta_s(self, left_bytes: int) -> float | None:
        speed = self.bytes_s()
        return left_bytes / speed if speed > 0 else None

    def forget(self) -> None:
        self._marks.clear()


class Teller:
    """Tells a listener how far it is, in the thread that works or in the pulse: never two calls at once."""

    def __init__(
        self, on_progress: Callable[[Progress], object], total_bytes: int | None, every_s: float = 0.1
    ) -> None:
        self._on_progress, self._every_s = on_progress, every_s
        self._speed, self._lock = Speed(), threading.Lock()
        self._told_at_s, self._done_bytes = 0.0, 0  # the count moves on even where it is not told
        self.progress = Progress(total_bytes=total_bytes)

    def show(
        self,
        state: State,
        done_bytes: int | None = None,
        total_bytes: int | None = None,
        fault: CarrelError | None = None,
    ) -> None:
        """Tell: always at a change of state, total or trouble, else at most once in `every_s`. None is as before."""
        with self._lock:
            last, now_s = self.progress, time.monotonic()
            self._done_bytes = self._done_bytes if done_bytes is None else done_bytes
            total = last.total_bytes if total_bytes is None else total_bytes
            changed = (state, fault, total) != (last.state, last.trouble, last.total_bytes)
            if changed or now_s - self._told_at_s >= self._every_s:
                self._tell(state, self._done_bytes, total, fault, now_s)

    @contextmanager
    def pulse(self) -> Iterator[None]:
        """Keep telling while no bytes come, so that the speed shown falls instead of standing still."""
        over = threading.Event()

        def beat() -> None:
            while not over.wait(PULSE_S):
                self.show(self.progress.state, fault=self.progress.trouble)

        beater = threading.Thread(target=beat, name="carrel-download-pulse", daemon=True)
        beater.start()
        try:
            yield
        finally:
            over.set()
            beater.join()

    def _tell(self, state: State, done: int, total: int | None, fault: CarrelError | None, now_s: float) -> None:
        if state != self.progress.state:
            self._speed.forget()
        self._speed.note(now_s, done)
        moving = state == "downloading" and fault is None
        speed, eta = (self._speed.bytes_s(), self._speed.eta_s((total or 0) - done)) if moving else (0.0, None)
        self.progress, self._told_at_s = Progress(state, done, total, speed, eta, fault), now_s
        try:
            self._on_progress(self.progress)
        except Exception:  # a listener's mistake must not cost the user a download
            log.exception("a listener of download progress failed")
