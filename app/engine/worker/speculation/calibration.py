"""Measures what steps of 1 to 64 rows cost on this machine, at two depths, in a few seconds in all."""

from __future__ import annotations

import time
from collections.abc import Callable

from app.engine.messages import Cost

# In the order of their worth, should time run out. 8 and 9 are the two sides of a cliff of NVIDIA cards.
ROWS = (1, 2, 4, 8, 16, 32, 64, 9, 48, 3)

_REPEATS = ((10.0, 8), (60.0, 4), (120.0, 2), (float("inf"), 1))  # ms of a step, how often it is run
_ENOUGH_ROWS = 8
_SHALLOW, _DEEPEST = 256, 8192  # tokens
_FIRST_STEPS_SHARE, _FIRST_SHARE = 0.15, 0.5  # of the time: the very first steps; all rows at the shallow depth
_PREFILL_SHARE = 0.55  # of what is left then: reading up to the deep one

Run = Callable[[int, int], float]
Prefill = Callable[[int], float]


def measure(
    run: Run,
    prefill: Prefill,
    budget_s: float = 3.0,
    *,
    n_ctx: int = 1 << 30,
    most_rows: int = 64,
    clock: Callable[[], float] = time.perf_counter,
) -> tuple[Cost, ...]:
    """Costs by rows and depth, good for a CostCurve.

    `run(rows, depth)` computes `rows` tokens after the first `depth` that are there, forgets them again and answers
    with its milliseconds. `prefill(tokens)` makes the context hold exactly so many tokens of whatever text and answers
    with its seconds. Slow machines are measured at few rows, and no step is larger than what was measured.
    """
    watch = _Watch(run, clock, clock() + budget_s)
    rows = tuple(count for count in ROWS if count <= most_rows)
    shallow = _shallow_depth(watch, prefill, n_ctx - most_rows)
    share = _FIRST_SHARE if watch.prefill_tok_s else 1.0
    costs = watch.sweep(rows, shallow, clock() + share * watch.left_s())
    deep = _deep_depth(watch, prefill, shallow, n_ctx - most_rows)
    if deep:
        prefill(deep)
        below = watch.sweep(tuple(cost.rows for cost in costs), deep, watch.ends_s)
        costs += below + _moved([cost for cost in costs if cost.rows > max(c.rows for c in below)], costs, below)
    return tuple(sorted(costs, key=lambda cost: (cost.depth, cost.rows)))


def is_enough(costs: tuple[Cost, ...]) -> bool:
    """Whether an earlier measurement got far enough to decide by; one on a busy machine may not have."""
    return max((cost.rows for cost in costs), default=0) >= _ENOUGH_ROWS


class _Watch:
    """Runs steps for as long as there is time."""

    def __init__(self, run: Run, clock: Callable[[], float], ends_s: float) -> None:
        self._run, self._clock, self.ends_s = run, clock, ends_s
        self.step_ms = self.prefill_tok_s = 0.0

    def left_s(self) -> float:
        return max(0.0, self.ends_s - self._clock())

    def first(self) -> None:
        """One row, again while that is quick: the first step of a context pays for allocations."""
        begun_s = self._clock()
        times = [self._run(1, 0)]
        while len(times) < 3 and self._clock() - begun_s < _FIRST_STEPS_SHARE * (self.ends_s - begun_s):
            times.append(self._run(1, 0))
        self.step_ms = min(times)

    def sweep(self, rows: tuple[int, ...], depth: int, ends_s: float) -> list[Cost]:
        """As many of `rows` as there is time for. One row, the first, is known where steps are slow."""
        costs: list[Cost] = []
        for count in rows:
            repeats = self._repeats(count, costs)
            worst_s = 1e-3 * repeats * _dearest(count, costs, self.step_ms)
            if not costs and (depth == 0 or self._clock() + worst_s > ends_s):
                costs.append(Cost(count, depth, self.step_ms))
            elif self._clock() + worst_s <= ends_s:
                costs.append(Cost(count, depth, self._cost(count, depth, repeats)))
        return costs

    def _repeats(self, rows: int, costs: list[Cost]) -> int:
        ms = _dearest(rows, costs, self.step_ms) if costs else self.step_ms
        return next(times for limit_ms, times in _REPEATS if ms < limit_ms)

    def _cost(self, rows: int, depth: int, repeats: int) -> float:
        """The best of some: what else the machine does only adds, and a shape's first steps capture its CUDA graph."""
        return min(self._run(rows, depth) for _ in range(repeats))


def _dearest(rows: int, costs: list[Cost], step_ms: float) -> float:
    """At worst a step costs as much a row as the nearest smaller one, or as the next larger one as a whole."""
    smaller = max((cost for cost in costs if cost.rows <= rows), key=lambda cost: cost.rows, default=None)
    larger = min((cost for cost in costs if cost.rows >= rows), key=lambda cost: cost.rows, default=None)
    by_row = smaller.ms * rows / smaller.rows if smaller else step_ms * rows
    return min(by_row, 1.5 * larger.ms) if larger else by_row


def _shallow_depth(watch: _Watch, prefill: Prefill, most: int) -> int:
    """Some text to stand on, where reading it is quick."""
    watch.first()
    if 1e-3 * watch.step_ms * _SHALLOW > 4 * watch.left_s() or most < _SHALLOW:
        return 0
    probe = _SHALLOW // 8
    seconds = prefill(probe)
    if seconds * 8 > 0.15 * watch.left_s():
        return probe
    watch.prefill_tok_s = _SHALLOW / max(prefill(_SHALLOW), 1e-6)
    return _SHALLOW


def _deep_depth(watch: _Watch, prefill: Prefill, shallow: int, most: int) -> int:
    """As deep as there is time to read, in whole steps of the cache; 0 when that would say little."""
    affordable = int(_PREFILL_SHARE * watch.left_s() * watch.prefill_tok_s)
    deep = min(affordable, _DEEPEST, most) // 256 * 256
    return deep if deep >= 4 * max(shallow, 1) else 0


def _moved(missing: list[Cost], shallow: list[Cost], deep: list[Cost]) -> list[Cost]:
    """What time did not suffice for: dearer by as much as the largest step that was measured at both depths."""
    last = max(deep, key=lambda cost: cost.rows)
    more_ms = last.ms - next(cost.ms for cost in shallow if cost.rows == last.rows)
    return [Cost(cost.rows, last.depth, cost.ms + max(0.0, more_ms)) for cost in missing]
