"""An hour of figures, a row a second, in rings that never grow."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence

ROWS = 3600
NOT_KNOWN = math.nan

Point = tuple[float, float | None]


class History:
    """Columns by name, each as long as the others; 8 bytes a figure. Times are of one clock and never go back."""

    def __init__(self, names: Sequence[str], rows: int = ROWS) -> None:
        self.names = tuple(names)
        self._rows, self._count = rows, 0
        self._times = array("d", [0.0]) * rows
        self._columns = {name: array("d", [NOT_KNOWN]) * rows for name in names}

    def __len__(self) -> int:
        return min(self._count, self._rows)

    def add(self, at_s: float, values: Mapping[str, float | None]) -> None:
        """One more row; what `values` does not name is not known."""
        place = self._count % self._rows
        self._times[place] = at_s
        for name, column in self._columns.items():
            value = values.get(name)
            column[place] = NOT_KNOWN if value is None else value
        self._count += 1

    def latest(self, name: str) -> float | None:
        """The figure of the last row."""
        return None if not self._count else _known(self._columns[name][(self._count - 1) % self._rows])

    def points(self, name: str, from_s: float, most: int = 0) -> list[Point]:
        """The figures since `from_s`, oldest first; with `most` averaged over equal times to at most so many.

        A point without a figure is a gap, and so is a time in which no row was taken.
        """
        found = [(self._times[place], self._columns[name][place]) for place in self._places(from_s)]
        if not most or len(found) <= most:
            return [(at, _known(value)) for at, value in found]
        return _averaged(found, most)

    def rows(self, from_s: float = -math.inf) -> Iterator[tuple[float, tuple[float | None, ...]]]:
        """Time and figures in the order of `names`, oldest first."""
        for place in self._places(from_s):
            yield self._times[place], tuple(_known(column[place]) for column in self._columns.values())

    def _places(self, from_s: float) -> list[int]:
        oldest = max(0, self._count - self._rows)
        numbers = range(oldest, self._count)
        first = bisect_left(numbers, from_s, key=lambda number: self._times[number % self._rows])
        return [number % self._rows for number in numbers[first:]]


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


def _averaged(found: list[tuple[float, float]], most: int) -> list[Point]:
    """Means over equal stretches of time; a stretch without any row becomes one gap."""
    start, end = found[0][0], found[-1][0]
    step = max(1e-9, (end - start) / (most - 1))
    points: list[Point] = []
    slot, times, values = 0, list[float](), list[float]()

    def close() -> None:
        if times:
            points.append((sum(times) / len(times), sum(values) / len(values) if values else None))

    for at, value in found:
        here = int((at - start) / step)
        if here != slot:
            close()
            if here > slot + 1 and points and points[-1][1] is not None:
                points.append(((points[-1][0] + at) / 2, None))
            slot, times, values = here, [], []
        times.append(at)
        if not math.isnan(value):
            values.append(value)
    close()
    return points[-most:]
