"""What a step costs on this machine, by how many tokens it computes and how much text lies before them."""

from __future__ import annotations

from bisect import bisect_left

from app.engine.messages import Cost

_DEPTH_GRAIN = 256  # depths this close share a figure: the KV cache is padded so too
_FIRST, _TRUST = 4, 24  # a figure weighs as much as so many steps: at first, and when as many have been seen
_SWITCH_WEIGHT = 0.25
_DEAREST_SWITCH = 10.0  # times the step itself
_WILD = 2.0  # a step this much dearer or cheaper than expected counts as just so much: the machine was disturbed


class CostCurve:
    """Predicts the milliseconds of a step. Linear between measured points, so measure both sides of a cliff.

    A step of 8 rows may cost more than one of 9: on NVIDIA cards another kernel takes over there. What real steps cost
    corrects the measured points gently, each row count for itself; row counts not yet seen follow their neighbours.
    """

    def __init__(self, costs: tuple[Cost, ...]) -> None:
        self._curves = {depth: _by_rows(costs, depth) for depth in sorted({cost.depth for cost in costs})}
        self.most_rows = max((cost.rows for cost in costs), default=0)
        self._base: dict[tuple[int, int], float] = {}
        self._ratios: dict[int, float] = {}
        self._seen: dict[int, int] = {}
        self._known_rows: list[int] = []
        self._last_rows = 0
        self._switch_ms: float | None = None

    @property
    def is_known(self) -> bool:
        """Whether anything was measured at all."""
        return bool(self._curves)

    def ms(self, rows: int, depth: int) -> float:
        """The cost of one step of `rows` tokens after `depth` tokens. Only when `is_known`."""
        grain = depth // _DEPTH_GRAIN
        base = self._base.get((rows, grain))
        if base is None:
            base = self._base[rows, grain] = self._measured(rows, grain * _DEPTH_GRAIN)
        return base * self._ratio(rows)

    def observe(self, rows: int, depth: int, ms: float) -> None:
        """A step of `rows` tokens took `ms` milliseconds. Of steps larger than any measured nothing is learned."""
        if not 0 < rows <= self.most_rows or ms <= 0:
            return
        expected = self.ms(rows, depth)
        ratio = self._ratio(rows)
        seen = ratio * min(max(ms / expected, 1 / _WILD), _WILD)
        if rows not in self._ratios:
            self._known_rows.insert(bisect_left(self._known_rows, rows), rows)
        steps = self._seen[rows] = self._seen.get(rows, _FIRST - 1) + 1
        self._ratios[rows] = ratio + (seen - ratio) / min(steps, _TRUST)

    def follow(self, rows: int, depth: int, ms: float) -> None:
        """A step that may be of another shape than the one before it. Only equal ones tell what their shape costs.

        Points are measured again and again in a row. A step that breaks the row pays for a new graph, and so does the
        way back.
        """
        if rows == self._last_rows:
            self.observe(rows, depth, ms)
        elif self._last_rows and 0 < rows <= self.most_rows:
            expected = self.ms(rows, depth)
            extra = min(max(ms - expected, 0.0), _DEAREST_SWITCH * expected)
            before = extra if self._switch_ms is None else self._switch_ms
            self._switch_ms = before + _SWITCH_WEIGHT * (extra - before)
        self._last_rows = rows

    def in_turn_ms(self, rows: int, plain_rows: int, depth: int) -> float:
        """The cost of a step after the last one: with the switch to another shape, and the way back to plain ones."""
        switch_ms, last = self._switch_ms or 0.0, self._last_rows or plain_rows
        switches = int(rows != last) + int(rows != plain_rows and last == plain_rows)
        return self.ms(rows, depth) + switches * switch_ms

    def costs(self) -> tuple[Cost, ...]:
        """The measured points as they are corrected by now, to be stored for the next load."""
        return tuple(
            Cost(rows, depth, round(ms * self._ratio(rows), 3))
            for depth, points in self._curves.items()
            for rows, ms in points
        )

    def _measured(self, rows: int, depth: int) -> float:
        """Linear in depth through the two depths around it, beyond them through the nearest two; it never falls."""
        depths = list(self._curves)
        if len(depths) == 1:
            return _along(self._curves[depths[0]], rows)
        right = min(max(bisect_left(depths, depth), 1), len(depths) - 1)
        low, high = depths[right - 1], depths[right]
        at_low, at_high = _along(self._curves[low], rows), _along(self._curves[high], rows)
        slope = max(0.0, (at_high - at_low) / (high - low))
        return max(at_low + slope * (depth - low), 0.5 * at_low)

    def _ratio(self, rows: int) -> float:
        """How much dearer than measured steps of so many rows are: what was seen of them or of those around them."""
        known = self._ratios.get(rows)
        if known is not None:
            return known
        seen = self._known_rows
        if not seen:
            return 1.0
        right = bisect_left(seen, rows)
        if right in (0, len(seen)):
            return self._ratios[seen[min(right, len(seen) - 1)]]
        low, high = seen[right - 1], seen[right]
        part = (rows - low) / (high - low)
        return self._ratios[low] * (1 - part) + self._ratios[high] * part


def _by_rows(costs: tuple[Cost, ...], depth: int) -> list[tuple[int, float]]:
    return sorted({cost.rows: cost.ms for cost in costs if cost.depth == depth}.items())


def _along(points: list[tuple[int, float]], rows: int) -> float:
    """Linear between points; below the first as dear as it, beyond the last as dear a row as the last one's rows."""
    right = bisect_left(points, (rows, 0.0))
    if right == len(points):
        last_rows, last_ms = points[-1]
        return last_ms * rows / last_rows
    high_rows, high_ms = points[right]
    if right == 0 or high_rows == rows:
        return high_ms
    low_rows, low_ms = points[right - 1]
    return low_ms + (high_ms - low_ms) * (rows - low_rows) / (high_rows - low_rows)
