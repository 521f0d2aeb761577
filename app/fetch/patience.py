"""How long to wait and how often to try. Every number can be set by the caller, so tests need not wait."""

from __future__ import annotations

import random

import msgspec

from app.core.errors import CarrelError


class Limits(msgspec.Struct, frozen=True):
    """The patience of a download. A try is counted only until new bytes arrive."""

    connect_s: float = 15.0
    stall_s: float = 30.0  # without one byte, then the line is taken as dead
    lookup_s: float = 15.0
    tries_at_first: int = 5  # before anything arrived: a wrong address should fail soon
    tries_under_way: int = 40  # after something arrived: a router's restart, a laptop's sleep
    progress_min_bytes: int = 64 * 1024  # fewer new bytes do not renew the patience
    backoff_first_s: float = 1.0
    backoff_most_s: float = 60.0
    retry_after_most_s: float = 600.0
    sync_every_s: float = 5.0  # what a power cut can cost
    progress_every_s: float = 0.1
    free_margin_bytes: int = 512 * 1024 * 1024


class Trouble(Exception):
    """A failure that another try may cure. `wait_s` is what the server asked for, None when it asked nothing."""

    def __init__(self, fault: CarrelError, wait_s: float | None = None) -> None:
        super().__init__(fault.code)
        self.fault, self.wait_s = fault, wait_s


class Patience:
    """Counts tries in a row; progress past the best mark so far renews it, arriving at old marks does not."""

    def __init__(self, limits: Limits, mark_bytes: int = 0) -> None:
        self._limits, self._mark_bytes = limits, mark_bytes
        self._tries, self._under_way = 0, False

    def progressed(self, done_bytes: int) -> None:
        if done_bytes >= self._mark_bytes + self._limits.progress_min_bytes:
            self._mark_bytes, self._tries, self._under_way = done_bytes, 0, True

    def wait_s(self, trouble: Trouble) -> float:
        """Seconds until the next try; raises the fault when there have been enough."""
        self._tries += 1
        limits = self._limits
        if self._tries >= (limits.tries_under_way if self._under_way else limits.tries_at_first):
            raise trouble.fault
        if trouble.wait_s is not None:
            return min(trouble.wait_s, limits.retry_after_most_s)
        doubled = limits.backoff_first_s * 2.0 ** min(self._tries - 1, 20)
        return min(doubled, limits.backoff_most_s) * random.uniform(0.8, 1.2)
