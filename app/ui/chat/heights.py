"""Where rows lie in a tall column: heights, and their sums for quick search. No Qt."""

from __future__ import annotations

from bisect import bisect_right


class RowHeights:
    """The heights of all rows from top to bottom, in pixels."""

    def __init__(self) -> None:
        self._heights: list[int] = []
        self._tops: list[int] = [0]

    def __len__(self) -> int:
        return len(self._heights)

    @property
    def total(self) -> int:
        """The height of all rows together."""
        return self._tops[-1]

    def replace_all(self, heights: list[int]) -> None:
        """Begin anew."""
        self._heights = list(heights)
        self._tops = [0]
        self._sum_from(0)

    def append(self, height: int) -> None:
        """One more row below."""
        self._heights.append(height)
        self._tops.append(self._tops[-1] + height)

    def cut(self, count: int) -> None:
        """Keep the first `count` rows."""
        del self._heights[count:]
        del self._tops[count + 1 :]

    def get(self, row: int) -> int:
        """The height of `row`."""
        return self._heights[row]

    def set(self, row: int, height: int) -> bool:
        """Give `row` another height; true when it changed."""
        if self._heights[row] == height:
            return False
        self._heights[row] = height
        self._sum_from(row)
        return True

    def top(self, row: int) -> int:
        """Where `row` begins."""
        return self._tops[row]

    def row_at(self, y: int) -> int:
        """The row that covers `y`; the nearest one outside."""
        return max(0, min(len(self._heights) - 1, bisect_right(self._tops, y) - 1))

    def _sum_from(self, row: int) -> None:
        del self._tops[row + 1 :]
        y = self._tops[row]
        for height in self._heights[row:]:
            y += height
            self._tops.append(y)
