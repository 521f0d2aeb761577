"""How fast the disks are read and written, how much memory is swapped out, how much room is left."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import psutil

from app.machine.quiet import quiet

SLOW_S = 10.0
LOOK_S = 1.5  # counting every disk costs more than all else of a sample: every other second will do
Counts = tuple[int, int, int]  # bytes read, written, swapped in, since the start of the system


class DiskSample(msgspec.Struct, frozen=True):
    """All disks together, in bytes a second since the last sample; None in the first one, or where it is not told.

    `swap_bytes_s` is memory that had to be fetched back from disk; Windows does not tell it.
    """

    read_bytes_s: float | None = None
    write_bytes_s: float | None = None
    free_bytes: int | None = None
    swap_bytes_s: float | None = None
    swap_used_bytes: int | None = None


class DiskMeter:
    """Differences of counters. `folder` is where the free room is looked for."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder, self._clock = folder, clock
        self._before: tuple[float, Counts] | None = None
        self._slow_at_s = float("-inf")
        self._free: int | None = None
        self._last = DiskSample()
        self._looked_s = float("-inf")

    def read(self) -> DiskSample:
        """Since the look before this one."""
        now = self._clock()
        if now >= self._looked_s + LOOK_S:
            self._looked_s, self._last = now, self._look(now)
        return self._last

    def _look(self, now: float) -> DiskSample:
        counters = quiet(_counters)
        swap = quiet(psutil.swap_memory)
        if now >= self._slow_at_s + SLOW_S:
            self._slow_at_s = now
            self._free = quiet(lambda: psutil.disk_usage(str(self._folder)).free)
        counts = None if counters is None else (*counters, swap.sin if swap else 0)
        read_s, write_s, swap_s = self._rates(now, counts)
        return DiskSample(read_s, write_s, self._free, swap_s if swap else None, swap.used if swap else None)

    def _rates(self, now: float, counts: Counts | None) -> tuple[float | None, float | None, float | None]:
        before, self._before = self._before, None if counts is None else (now, counts)
        if before is None or counts is None or now <= before[0]:
            return None, None, None
        seconds = now - before[0]
        read, write, swap = (max(0, new - old) / seconds for new, old in zip(counts, before[1], strict=True))
        return read, write, swap


def _counters() -> tuple[int, int]:
    total = psutil.disk_io_counters(perdisk=False)
    if total is None:
        raise OSError("no disk is counted here")
    return total.read_bytes, total.write_bytes
