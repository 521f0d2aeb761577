"""How long a token takes as the context fills: forecast from what was measured, hard to lead astray.

A token reads all weights, and of the cache as much as is filled: so its time grows evenly with the depth. The line is
Theil and Sen's (the middle slope of all pairs) over the middle of each stretch of depths, so that a few slow answers,
while another program used the card, do not bend it. Where something was measured the forecast leans towards it (a card
changes its way of working at some depths), and it never falls as the depth grows. Pure: no clock, no files.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import combinations

import msgspec

SHALLOWEST = 256  # tokens; below, the depth costs nothing that could be measured
BINS_PER_OCTAVE = 2
MOST_WEIGHT = 4.0  # of one stretch of depths, however many answers fell into it
LEAST_OFF = 0.03
SURE_SHARE, SLOWEST_SHARE = 0.7, 0.4  # of the forecast that is slow: where it is known well, and where hardly at all
_FEW, _FAR = 0.1, 0.25  # doubt for fewer than three stretches; for all that lies beyond the deepest one


class Seen(msgspec.Struct, frozen=True):
    """One measurement: a token took `ms` with so much of the context filled. `weight` 1 is an answer of today."""

    depth_tokens: float
    ms: float
    weight: float = 1.0


class Prior(msgspec.Struct, frozen=True):
    """How much longer a token takes with each token of depth, as far as one can know it without measuring.
    Measurements that lie less than `span_tokens` apart say less of it."""

    slope_ms: float
    span_tokens: float


class Pace(msgspec.Struct, frozen=True):
    """`knots` are depths with their milliseconds, rising; before and after them `slope_ms` a token holds. `off` is how
    far the measurements lie from the line, as a share."""

    knots: tuple[tuple[float, float], ...]
    slope_ms: float
    off: float

    def ms(self, depth_tokens: float) -> float:
        """One token, at this depth."""
        at = bisect_left(self.knots, (depth_tokens,))
        if 0 < at < len(self.knots):
            (left, low), (right, high) = self.knots[at - 1], self.knots[at]
            return low + (high - low) * (depth_tokens - left) / (right - left)
        depth, ms = self.knots[0] if at == 0 else self.knots[-1]
        return max(ms / 2, ms + self.slope_ms * (depth_tokens - depth))

    def tok_s(self, depth_tokens: float) -> float:
        return 1000 / self.ms(depth_tokens)

    def doubt(self, depth_tokens: float) -> float:
        """By what share the forecast may be wrong: little between measurements, more where none has been."""
        beyond = max(0.0, 1 - self.knots[-1][0] / depth_tokens) if depth_tokens > 0 else 0.0
        return max(self.off, LEAST_OFF) + (_FEW if len(self.knots) < 3 else 0.0) + _FAR * beyond

    def slow_share(self, depth_tokens: float) -> float:
        """Below this share of the forecast something is wrong: the less is known, the more is forgiven."""
        return max(SLOWEST_SHARE, SURE_SHARE - max(0.0, self.doubt(depth_tokens) - LEAST_OFF))


def pace_of(seen: Iterable[Seen], prior: Prior | None = None) -> Pace | None:
    """The forecast from what was seen; the slope of `prior` holds until something deep was.

    None when nothing was seen.
    """
    stretches = _stretches([one for one in seen if one.ms > 0 and one.weight > 0 and one.depth_tokens >= 0])
    if not stretches:
        return None
    slope = _slope(stretches, prior)
    base = _middle([(max(one.ms / 2, one.ms - slope * one.depth_tokens), one.weight) for one in stretches])
    knots, off, highest = [], [], 0.0
    for one in stretches:
        line = base + slope * one.depth_tokens
        off.append((abs(one.ms / line - 1), one.weight))
        highest = max(highest, line + (one.ms - line) * one.weight / (1 + one.weight))
        knots.append((one.depth_tokens, highest))
    return Pace(tuple(knots), slope, _middle(off))


def without_hindered(seen: Sequence[Seen], trusted: Pace | None) -> list[Seen]:
    """Leaves out what took so much longer than is trusted that something must have been in its way."""
    if trusted is None:
        return list(seen)
    return [one for one in seen if trusted.ms(one.depth_tokens) >= trusted.slow_share(one.depth_tokens) * one.ms]


def _stretches(seen: Sequence[Seen]) -> list[Seen]:
    """One measurement for each stretch of depths: the middle one of those in it."""
    bins: dict[int, list[Seen]] = {}
    for one in seen:
        octaves = math.log2(max(one.depth_tokens, SHALLOWEST) / SHALLOWEST)
        bins.setdefault(round(BINS_PER_OCTAVE * octaves), []).append(one)
    return sorted((_stretch(found) for found in bins.values()), key=lambda one: one.depth_tokens)


def _stretch(found: list[Seen]) -> Seen:
    weight = sum(one.weight for one in found)
    depth = sum(one.depth_tokens * one.weight for one in found) / weight
    return Seen(depth, _middle([(one.ms, one.weight) for one in found]), min(weight, MOST_WEIGHT))


def _slope(stretches: Sequence[Seen], prior: Prior | None) -> float:
    """Pairs that lie far apart say more; never below zero: a fuller context is not faster."""
    pairs = [
        (b.ms - a.ms, b.depth_tokens - a.depth_tokens, min(a.weight, b.weight)) for a, b in combinations(stretches, 2)
    ]
    slopes = [(more_ms / span, span * weight) for more_ms, span, weight in pairs]
    if prior is None:
        return max(0.0, _middle(slopes)) if slopes else 0.0
    span = stretches[-1].depth_tokens - stretches[0].depth_tokens
    share = span / prior.span_tokens / (sum(weight for _, weight in slopes) or 1.0)
    return max(0.0, _middle([*((slope, share * weight) for slope, weight in slopes), (prior.slope_ms, 1.0)]))


def _middle(values: Sequence[tuple[float, float]]) -> float:
    """The weighted median; between two halves of the same weight, the middle of both."""
    ordered, half, passed = sorted(values), sum(weight for _, weight in values) / 2, 0.0
    for place, (value, weight) in enumerate(ordered):
        passed += weight
        if math.isclose(passed, half) and place + 1 < len(ordered):
            return (value + ordered[place + 1][0]) / 2
        if passed > half:
            return value
    return ordered[-1][0]
