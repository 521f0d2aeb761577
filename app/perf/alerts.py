"""Thresholds that are watched: an alert is raised when a value stays above its limit, and ends when it has stayed
clearly below for a while, so that it does not flap.
"""

from __future__ import annotations

import math
from collections import deque
from typing import Literal

import msgspec

from app.core.emitter import Emitter

Kind = Literal["vram", "ttft", "token", "waiting", "temperature"]

MOST_KEPT = 50


class Rule(msgspec.Struct, frozen=True):
    """`limit` 0 is off. The value must be above it for `rise` looks in a row, then at or under `limit - back` for
    `fall` looks."""

    kind: Kind
    limit: float
    back: float
    rise: int = 3
    fall: int = 10


class Alert(msgspec.Struct, frozen=True):
    """One time that a limit was passed. Times are Unix seconds; `until_s` None while it lasts. `peak` is the highest
    value meanwhile. `is_quiet`: nothing has to be done about it; `is_seen`: the user has put it aside. `card` names the
    graphics card it is about, where there are several."""

    kind: Kind
    value: float
    limit: float
    since_s: float
    until_s: float | None = None
    peak: float = 0.0
    is_quiet: bool = False
    is_seen: bool = False
    card: str = ""


class _Watch:
    """How long a value has been above or below."""

    def __init__(self) -> None:
        self.above = self.below = 0

    def look(self, value: float, rule: Rule) -> None:
        self.above = self.above + 1 if value > rule.limit else 0
        self.below = self.below + 1 if value <= rule.limit - rule.back else 0


class AlertBook:
    """Event: `changed()` when an alert begins, ends, is seen, or becomes loud."""

    def __init__(self) -> None:
        self.changed: Emitter[[]] = Emitter()
        self._active: dict[Kind, Alert] = {}
        self._past: deque[Alert] = deque(maxlen=MOST_KEPT)
        self._watches: dict[Kind, _Watch] = {}

    @property
    def active(self) -> tuple[Alert, ...]:
        return tuple(self._active.values())

    @property
    def loud(self) -> tuple[Alert, ...]:
        """Those a badge is worth."""
        return tuple(alert for alert in self._active.values() if not alert.is_quiet and not alert.is_seen)

    @property
    def recent(self) -> tuple[Alert, ...]:
        """What lasts and what is over, the newest first."""
        found = [*self._past, *self._active.values()]
        return tuple(sorted(found, key=lambda alert: alert.since_s, reverse=True))

    def judge(self, rule: Rule, value: float | None, now_s: float, *, quiet: bool = False, card: str = "") -> None:
        """One look. `value` None is not known and changes nothing; `quiet` when the value is as it was meant to be."""
        active = self._active.get(rule.kind)
        if rule.limit <= 0:
            self._end(rule.kind, now_s)
            return
        if value is None:
            return
        watch = self._watches.setdefault(rule.kind, _Watch())
        watch.look(value, rule)
        if active is None:
            if watch.above >= rule.rise:
                begun = Alert(rule.kind, value, rule.limit, now_s, peak=value, is_quiet=quiet, card=card)
                self._active[rule.kind] = begun
                self.changed.emit()
        elif watch.below >= rule.fall:
            self._end(rule.kind, now_s)
        else:
            self._go_on(active, value, rule, quiet=quiet, card=card)

    def see(self, kind: Kind) -> None:
        """Put the alert aside: it is not told again until its value has been below the limit."""
        if kind in self._active:
            self._active[kind] = msgspec.structs.replace(self._active[kind], is_seen=True)
            self.changed.emit()

    def _go_on(self, alert: Alert, value: float, rule: Rule, *, quiet: bool, card: str) -> None:
        peak = max(alert.peak, value)
        self._active[rule.kind] = msgspec.structs.replace(
            alert, value=value, limit=rule.limit, peak=peak, is_quiet=quiet, card=card
        )
        if (alert.is_quiet, alert.card) != (quiet, card):
            self.changed.emit()

    def _end(self, kind: Kind, now_s: float) -> None:
        alert = self._active.pop(kind, None)
        self._watches.pop(kind, None)
        if alert is not None:
            self._past.append(msgspec.structs.replace(alert, until_s=now_s))
            self.changed.emit()


def percentile(values: list[float], share: float) -> float | None:
    """The value that `share` (0 to 1) of all do not exceed, by nearest rank; None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
