"""Where rows lie in a tall column: heights, and their sums for quick search. No Qt."""

from __future__ import annotations


class RowHeights:
    """The heights of all rows from top to bottom, in pixels.

    A tree of partial sums (Fenwick's), so that one height changes and one row is found in a few steps however many
    there are.
    """

    def __init__(self) -> None:
        self._heights: list[int] = []
        self._sums: list[int] = [0]
        self._total = 0

    def __len__(self) -> int:
        return len(self._heights)

    @property
    def total(self) -> int:
        """The height of all rows together."""
        return self._total

    def replace_all(self, heights: list[int]) -> None:
        """Begin anew."""
        self._heights, self._total = list(heights), sum(heights)
        self._sums = [0, *heights]
        for place in range(1, len(self._sums)):
            above = place + (place & -place)
            if above < len(self._sums):
                self._sums[above] += self._sums[place]

    def append(self, height: int) -> None:
        """One more row below."""
        place = len(self._sums)
        self._heights.append(height)
        self._total += height
        self._sums.append(self._total - self.top(place - (place & -place)))

    def cut(self, count: int) -> None:
        """Keep the first `count` rows."""
        self._total = self.top(min(count, len(self._heights)))
        del self._heights[count:]
        del self._sums[count + 1 :]

    def get(self, row: int) -> int:
        """The height of `row`."""
        return self._heights[row]

    def set(self, row: int, height: int) -> bool:
        """Give `row` another height; true when it changed."""
        more = height - self._heights[row]
        if not more:
            return False
        self._heights[row] = height
        self._total += more
        place = row + 1
        while place < len(self._sums):
            self._sums[place] += more
            place += place & -place
        return True

    def top(self, row: int) -> int:
        """Where `row` begins."""
        y = 0
        while row > 0:
            y += self._sums[row]
            row &= row - 1
        return y

    def row_at(self, y: int) -> int:
        """The row that covers `y`; the nearest one outside."""
        row, step = 0, 1 << len(self._heights).bit_length()
        while step:
            if row + step < len(self._sums) and self._sums[row + step] <= y:
                row += step
                y -= self._sums[row]
            step >>= 1
        return max(0, min(len(self._heights) - 1, row))
