"""Ruled tables: strokes that cross make a grid, and cells without a stroke between them are one cell."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from app.ingest.readers.pdf.ruling import Box, Stroke

TOUCH = 3.0  # points two strokes may miss each other by and still meet
SAME_STROKE = 2.5
OPEN_SIDE = 8.0  # points a row's rules reach beyond the outermost column rule when the table's side is open
MAX_CROSSINGS = 400_000
MAX_CELLS = 20_000
MERGE_WINDOW = 60


@dataclass(frozen=True)
class Grid:
    """Column borders `xs` left to right, row borders `ys` top to bottom; `owner[row * columns + column]` is the
    first cell of the merged cell that one belongs to."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    owner: tuple[int, ...]

    @property
    def rows(self) -> int:
        return len(self.ys) - 1

    @property
    def columns(self) -> int:
        return len(self.xs) - 1

    @cached_property
    def box(self) -> Box:
        """Left, bottom, right, top, with a little room for what stands on the border."""
        return self.xs[0] - 2, self.ys[-1] - 2, self.xs[-1] + 2, self.ys[0] + 2

    @cached_property
    def _depths(self) -> tuple[float, ...]:
        return tuple(-y for y in self.ys)

    def cell_at(self, x: float, y: float) -> int:
        """The owning cell of a point inside `box`."""
        columns = len(self.xs) - 1
        column = bisect_right(self.xs, x, 1, columns) - 1
        row = bisect_right(self._depths, -y, 1, len(self.ys) - 1) - 1
        return self.owner[row * columns + column]


def find_grids(horizontal: Sequence[Stroke], vertical: Sequence[Stroke]) -> list[Grid]:
    """The ruled tables of a page, at least two rows and two columns each."""
    rules, bars = _merged(horizontal), _merged(vertical)
    if len(rules) < 2 or len(bars) < 2 or len(rules) * len(bars) > MAX_CROSSINGS:
        return []
    groups = _Sets(len(rules) + len(bars))
    for i, rule in enumerate(rules):
        for j, bar in enumerate(bars):
            if _spans(rule, bar.at) and _spans(bar, rule.at):
                groups.join(i, len(rules) + j)
    grids = []
    for members in groups.all():
        own_rules = [rules[i] for i in members if i < len(rules)]
        own_bars = [bars[i - len(rules)] for i in members if i >= len(rules)]
        if len(own_rules) >= 2 and len(own_bars) >= 2 and (grid := _grid(own_rules, own_bars)):
            grids.append(grid)
    return [grid for grid in grids if not any(other is not grid and _inside(grid, other) for other in grids)]


def _inside(inner: Grid, outer: Grid) -> bool:
    """Whether a grid lies within another; its text then belongs to the other's cell."""
    left, bottom, right, top = outer.box
    return left < inner.xs[0] and inner.xs[-1] < right and bottom < inner.ys[-1] and inner.ys[0] < top


def _grid(rules: list[Stroke], bars: list[Stroke]) -> Grid | None:
    ys = _distinct(rule.at for rule in rules)[::-1]
    xs = _with_open_sides(_distinct(bar.at for bar in bars), rules)
    rows, columns = len(ys) - 1, len(xs) - 1
    if rows < 2 or columns < 2 or rows * columns > MAX_CELLS:
        return None
    wall, floor = _crossed(bars), _crossed(rules)
    cells = _Sets(rows * columns)
    for row in range(rows):
        for column in range(columns):
            here = row * columns + column
            if column + 1 < columns and not wall(xs[column + 1], (ys[row] + ys[row + 1]) / 2):
                cells.join(here, here + 1)
            if row + 1 < rows and not floor(ys[row + 1], (xs[column] + xs[column + 1]) / 2):
                cells.join(here, here + columns)
    if not all(_closed(floor, y, xs) for y in (ys[0], ys[-1])):
        return None
    grid = Grid(tuple(xs), tuple(ys), tuple(cells.first(cell) for cell in range(rows * columns)))
    return grid if len(set(grid.owner)) >= 4 and _all_rectangles(grid) else None


def _closed(floor: Callable[[float, float], bool], y: float, xs: Sequence[float]) -> bool:
    """Whether a rule runs along the whole of a border. A table has one above and below; a drawing seldom."""
    return all(floor(y, (left + right) / 2) for left, right in pairwise(xs))


def _all_rectangles(grid: Grid) -> bool:
    """Merged cells of a table are rectangles; strokes that happen to cross leave other shapes."""
    area = Counter(grid.owner)
    far = {owner: cell for cell, owner in enumerate(grid.owner)}
    for owner, last in far.items():
        height = last // grid.columns - owner // grid.columns + 1
        width = last % grid.columns - owner % grid.columns + 1
        if width * height != area[owner]:
            return False
    return True


def _with_open_sides(xs: list[float], rules: list[Stroke]) -> list[float]:
    """A table may have no rule at its left and right end: the rows' rules show how far it goes."""
    left = sorted(rule.start for rule in rules)[len(rules) // 2]
    right = sorted(rule.end for rule in rules)[len(rules) // 2]
    return ([left] if left < xs[0] - OPEN_SIDE else []) + xs + ([right] if right > xs[-1] + OPEN_SIDE else [])


def _spans(stroke: Stroke, point: float) -> bool:
    return stroke.start - TOUCH <= point <= stroke.end + TOUCH


def _crossed(strokes: list[Stroke]) -> Callable[[float, float], bool]:
    """Whether one of the strokes at `at` passes `point`."""
    ordered = sorted(strokes)
    starts = [stroke.at for stroke in ordered]

    def crossed(at: float, point: float) -> bool:
        first, last = bisect_right(starts, at - TOUCH), bisect_right(starts, at + TOUCH)
        return any(_spans(stroke, point) for stroke in ordered[first:last])

    return crossed


def _merged(strokes: Sequence[Stroke]) -> list[Stroke]:
    """Strokes that continue or double each other as one."""
    out: list[Stroke] = []
    for stroke in sorted(strokes):
        for index in range(len(out) - 1, max(-1, len(out) - 1 - MERGE_WINDOW), -1):
            other = out[index]
            near = stroke.at - other.at <= SAME_STROKE
            if near and stroke.start <= other.end + TOUCH and stroke.end >= other.start - TOUCH:
                out[index] = Stroke(other.at, min(other.start, stroke.start), max(other.end, stroke.end))
                break
        else:
            out.append(stroke)
    return out


def _distinct(values: Iterable[float]) -> list[float]:
    out: list[float] = []
    for value in sorted(values):
        if not out or value - out[-1] > TOUCH:
            out.append(value)
    return out


class _Sets:
    """Union-find over small integers; a set's name is its smallest member."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def first(self, item: int) -> int:
        while self._parent[item] != item:
            self._parent[item] = self._parent[self._parent[item]]
            item = self._parent[item]
        return item

    def join(self, a: int, b: int) -> None:
        low, high = sorted((self.first(a), self.first(b)))
        self._parent[high] = low

    def all(self) -> list[list[int]]:
        groups: dict[int, list[int]] = {}
        for item in range(len(self._parent)):
            groups.setdefault(self.first(item), []).append(item)
        return list(groups.values())
