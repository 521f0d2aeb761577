"""Tells a child that is stuck from one that is slow.

There is no time after which an answer is late: a large model on a small processor takes minutes for what a graphics
card does at once. But a step of it takes about as long as the steps before, so a silence many times longer than any
until now, with work to do, is no slowness.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from app.core.errors import CarrelError
from app.engine import causes
from app.engine import messages as m
from app.engine.request import Command

SHORTEST_STALL_S = 60.0
GAPS = 20  # times the longest silence between two steps
UNKNOWN_STALL_S = 300.0  # until this load's first step has shown what one costs
WHOLE_STALL_S = 600.0  # loading, saving and restoring speak seldom or only at their end
GRACE_S = 10.0  # for a killed child to go
ASLEEP_S = 30.0  # nobody looked for so long: the computer slept, or this program was busy


class Verdict(Enum):
    """WELL: let it go on. STUCK: kill it. UNKILLABLE: it was killed and is still there, as in a driver that hangs."""

    WELL = "well"
    STUCK = "stuck"
    UNKILLABLE = "unkillable"


class Pulse:
    """One child: when it last gave a sign, and how long it was silent at most. All times are of one monotonic clock."""

    def __init__(self, now_s: float) -> None:
        self._sign_s = now_s
        self._looked_s = self._killed_s = 0.0
        self.why_killed: CarrelError | None = None
        self._longest_s: float | None = None

    def begin(self, now_s: float) -> None:
        """Something was asked of a child that had nothing to do."""
        self._sign_s = now_s

    def load(self) -> None:
        """Another model: its steps cost something else."""
        self._longest_s = None

    def hear(self, message: m.Up, now_s: float) -> None:
        """Any word is a sign of life; a step of an answer also teaches what one costs."""
        if isinstance(message, m.Delta) or (isinstance(message, m.PrefillProgress) and message.done > message.cached):
            self._longest_s = max(self._longest_s or 0.0, now_s - self._sign_s)
        self._sign_s = now_s

    def stall_s(self, commands: Iterable[Command]) -> float:
        """The silence that is too long while these are under way."""
        if any(isinstance(c, m.Load | m.Unload | m.SaveSession | m.RestoreSession) for c in commands):
            return WHOLE_STALL_S
        if self._longest_s is None:
            return UNKNOWN_STALL_S
        return max(SHORTEST_STALL_S, GAPS * self._longest_s)

    def judge(self, commands: list[Command], now_s: float) -> Verdict:
        """Asked every second or so. Time in which nobody asked does not count; STUCK is said once."""
        if self._looked_s and now_s - self._looked_s > ASLEEP_S:
            self._sign_s = now_s
        self._looked_s = now_s
        if self.why_killed is not None:
            return Verdict.UNKILLABLE if now_s - self._killed_s > GRACE_S else Verdict.WELL
        stall_s = self.stall_s(commands)
        if not commands or now_s - self._sign_s <= stall_s:
            return Verdict.WELL
        self.why_killed, self._killed_s = causes.of_stall(stall_s), now_s
        return Verdict.STUCK
