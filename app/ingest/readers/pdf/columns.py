"""Tables without rules: rows of text cut by wide gaps whose pieces line up in columns.

A newspaper's columns line up as well, so pieces that fill a wide column to both its sides are taken for prose.
"""

from __future__ import annotations

import ctypes
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise

import pypdfium2  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]

from app.ingest.readers.pdf.grid import Grid
from app.ingest.readers.pdf.ruling import Box, Turn
from app.ingest.readers.pdf.text import Characters

FEWEST_COLUMNS, MOST_COLUMNS = 3, 30
FEWEST_ROWS = 3
HEAD_LINES = 3  # lines above and below the figures that may be theirs
CLOSE = 8  # lines: three with figures so close to each other may be a table
FIGURES = 0.4  # of a line's words
_TWO_FIGURES = re.compile(r"\d\S*\s(?:.*\s)?\S*[\d–-]")
_LINE = re.compile(r"[^\r\n]+")
_WORD = re.compile(r"\S+")
_FIGURE = re.compile(r"[-+−–—(（$€£¥￥<>≤≥~≈*]*[\d.,]*\d|[-–—]+$|[✓✗×√]$|N/?A$", re.IGNORECASE)
MOST_PIECES = 20_000
SAME_LINE = 0.45  # of a line's height
CELL_GAP, SMALLEST_GAP = 0.8, 5.0  # of a line's height, and in points: a wider gap parts two cells
FARTHEST_ROW = 4.2  # line heights
WIDER_PITCH = 1.9
ALIGNED = 3.5  # points
MOST_ALIGNED, MOST_FILLED = 0.6, 0.45
WIDE_CELL, PROSE_COLUMN = 18.0, 8.0  # line heights
TEXT_COLUMN, FORMULA = 9.0, 1.3  # line heights: two columns whose cells are wider are prose, narrower signs a formula
CLOSEST_PITCH = 0.85


@dataclass
class _Row:
    """A line of text as its pieces from left to right."""

    pieces: list[Box]

    @cached_property
    def height(self) -> float:
        return max([top - bottom for _, bottom, _, top in self.pieces])

    @cached_property
    def bottom(self) -> float:
        return min([piece[1] for piece in self.pieces])

    @cached_property
    def top(self) -> float:
        return max([piece[3] for piece in self.pieces])

    @property
    def middle(self) -> float:
        return (self.bottom + self.top) / 2


def find_columns(page: pypdfium2.PdfTextPage, turn: Turn, taken: Sequence[Grid]) -> list[Grid]:
    """The tables without rules on a page, outside the grids that are already `taken`."""
    words = list(_words_of_figures(page, turn))
    boxes = _outside([_around(line) for line in words], _runs(page, turn))
    rows = _rows(_outside([grid.box for grid in taken], [*boxes, *chain.from_iterable(words)]))
    grids = (_grid(block) for block in _blocks(rows))
    return [grid for grid in grids if grid]


def _words_of_figures(page: pypdfium2.PdfTextPage, turn: Turn) -> Iterator[list[Box]]:
    """The words of the lines that hold several figures, and of their neighbours; other lines are not looked at.

    A run of text may hold a whole row, gaps and all, so where a row may be, words are what counts.
    """
    characters = Characters(page, turn)
    lines = list(_LINE.finditer(characters.text))
    figures = [index for index, line in enumerate(lines) if _holds_figures(line.group())]
    close = zip(figures, figures[FEWEST_ROWS - 1 :], strict=False)
    near = {
        index
        for first, last in close
        if last - first <= CLOSE
        for index in range(first - HEAD_LINES, last + HEAD_LINES + 1)
    }
    for index in sorted(near & set(range(len(lines)))):
        start = lines[index].start()
        ends = ((start + word.start(), start + word.end() - 1) for word in _WORD.finditer(lines[index].group()))
        boxes = ((characters.box(first), characters.box(last)) for first, last in ends)
        words = [
            (first[0], min(first[1], last[1]), last[2], max(first[3], last[3]))
            for first, last in boxes
            if first and last and first[0] <= last[2]
        ]
        if words:
            yield words


def _holds_figures(line: str) -> bool:
    if not _TWO_FIGURES.search(line):
        return False
    words = line.split()
    figures = sum(1 for word in words if _FIGURE.match(word))
    return figures >= FEWEST_COLUMNS - 1 and figures >= FIGURES * len(words)


def _around(boxes: Sequence[Box]) -> Box:
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def _runs(page: pypdfium2.PdfTextPage, turn: Turn) -> list[Box]:
    """The boxes of runs of text in one line and font."""
    raw = page.raw
    count = pdfium.FPDFText_CountRects(raw, 0, page.count_chars())
    if not FEWEST_COLUMNS * FEWEST_ROWS <= count <= MOST_PIECES:
        return []
    left, top, right, bottom = edges = tuple(ctypes.c_double() for _ in range(4))
    places = [ctypes.byref(edge) for edge in edges]
    ask, boxes = pdfium.FPDFText_GetRect, list[Box]()
    for index in range(count):
        ask(raw, index, *places)
        boxes.append((left.value, bottom.value, right.value, top.value))
    return [turn(*box) for box in boxes if box[2] - box[0] > 0.5 and box[3] - box[1] > 1]


def _outside(areas: list[Box], boxes: list[Box]) -> list[Box]:
    return [box for box in boxes if not any(_covers(area, box) for area in areas)] if areas else boxes


def _covers(box: Box, other: Box) -> bool:
    x, y = (other[0] + other[2]) / 2, (other[1] + other[3]) / 2
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _rows(boxes: list[Box]) -> list[_Row]:
    """Lines from top to bottom, their pieces joined across gaps that are mere spaces."""
    lines: list[list[Box]] = []
    middle = height = 0.0
    for box in sorted(boxes, key=lambda box: -(box[1] + box[3])):
        here = (box[1] + box[3]) / 2
        height = max(height, box[3] - box[1])  # a small sign below the line belongs to it
        if lines and middle - here <= SAME_LINE * height:
            lines[-1].append(box)
        else:
            lines.append([box])
            middle, height = here, box[3] - box[1]
    return [_Row(_joined(sorted(line))) for line in lines]


def _joined(line: list[Box]) -> list[Box]:
    if len(line) == 1:
        return line
    gap = max(CELL_GAP * max([top - bottom for _, bottom, _, top in line]), SMALLEST_GAP)
    out: list[Box] = []
    left, bottom, right, top = line[0]
    for box in line[1:]:
        if box[0] - right < gap:
            bottom, right, top = min(bottom, box[1]), max(right, box[2]), max(top, box[3])
        else:
            out.append((left, bottom, right, top))
            left, bottom, right, top = box
    return [*out, (left, bottom, right, top)]


def _blocks(rows: list[_Row]) -> Iterator[list[_Row]]:
    """Runs of rows that begin and end with several pieces; a line of one piece may stand between two of them."""
    start = 0
    while start < len(rows):
        if len(rows[start].pieces) < FEWEST_COLUMNS:
            start += 1
            continue
        end, pitch = start + 1, 0.0
        while end < len(rows) and _goes_on(rows, end, pitch):
            pitch = max(pitch, rows[end - 1].middle - rows[end].middle)
            end += 1
        yield rows[start:end]
        start = end


def _goes_on(rows: list[_Row], at: int, pitch: float) -> bool:
    """Whether a row belongs to those before it, whose widest distance is `pitch`, 0 when there was only one."""
    gap = rows[at - 1].middle - rows[at].middle
    if gap > FARTHEST_ROW * rows[at - 1].height or (pitch and gap > WIDER_PITCH * pitch):
        return False
    if len(rows[at].pieces) >= FEWEST_COLUMNS - 1:
        return True
    after = rows[at + 1] if at + 1 < len(rows) else None
    near = after and rows[at].middle - after.middle <= FARTHEST_ROW * rows[at].height
    return bool(after and near and len(after.pieces) >= FEWEST_COLUMNS and len(rows[at - 1].pieces) > 1)


def _grid(block: list[_Row]) -> Grid | None:
    most = max(len(row.pieces) for row in block)
    columns = _columns(row for row in block if len(row.pieces) >= max(FEWEST_COLUMNS, 0.6 * most))
    if not FEWEST_COLUMNS <= len(columns) <= MOST_COLUMNS or not _is_table(block, columns):
        return None
    xs = [columns[0][0] - 1, *((left[1] + right[0]) / 2 for left, right in pairwise(columns)), columns[-1][1] + 1]
    xs[0] = min(xs[0], *(row.pieces[0][0] - 1 for row in block))
    xs[-1] = max(xs[-1], *(row.pieces[-1][2] + 1 for row in block))
    ys = [block[0].top + 1, *((above.bottom + below.top) / 2 for above, below in pairwise(block)), block[-1].bottom - 1]
    return Grid(tuple(xs), tuple(ys), tuple(range(len(block) * len(columns))))


def _columns(rows: Iterator[_Row]) -> list[tuple[float, float]]:
    """The spans across that pieces share, with nothing between them."""
    out: list[tuple[float, float]] = []
    for left, _, right, _ in sorted(piece for row in rows for piece in row.pieces):
        if out and left < out[-1][1] + 1:
            out[-1] = out[-1][0], max(out[-1][1], right)
        else:
            out.append((left, right))
    return out


def _is_table(block: list[_Row], columns: list[tuple[float, float]]) -> bool:
    pieces = [piece for row in block for piece in row.pieces]
    full_rows = sum(len(row.pieces) >= FEWEST_COLUMNS for row in block)
    widths = sum((right - left) / (top - bottom) for left, bottom, right, top in pieces)
    wide = sum(right - left > WIDE_CELL * (top - bottom) for left, bottom, right, top in pieces)
    pitch = (above.middle - below.middle for above, below in pairwise(block))
    heights = (min(above.height, below.height) for above, below in pairwise(block))
    return (
        full_rows >= max(FEWEST_ROWS, 0.5 * len(block))
        and len(pieces) > MOST_FILLED * len(block) * len(columns)
        and wide <= 0.25 * len(pieces)
        and widths >= FORMULA * len(pieces)
        and all(gap >= CLOSEST_PITCH * height for gap, height in zip(pitch, heights, strict=True))
        and _is_aligned(pieces, columns)
    )


def _is_aligned(pieces: list[Box], columns: list[tuple[float, float]]) -> bool:
    """Most pieces of a column begin, end or are centred at one place; wide columns filled to both sides are prose."""
    starts = [left for left, _ in columns]
    held: list[list[Box]] = [[] for _ in columns]
    for piece in pieces:
        held[max(0, bisect_right(starts, piece[0] + 1) - 1)].append(piece)
    good = prose = text = 0
    for (left, right), own in zip(columns, held, strict=True):
        sides = ([box[0] for box in own], [box[2] for box in own], [(box[0] + box[2]) / 2 for box in own])
        good += max(map(_alike, sides))
        height = max((top - bottom for _, bottom, _, top in own), default=1.0)
        full = sum(box[2] - box[0] > 0.85 * (right - left) for box in own)
        prose += right - left > PROSE_COLUMN * height and full >= 0.6 * len(own)
        text += sum(box[2] - box[0] for box in own) > TEXT_COLUMN * height * len(own) > 0
    return good >= MOST_ALIGNED * len(pieces) and prose <= 0.4 * len(columns) and text < 2


def _alike(values: list[float]) -> int:
    """How many values lie together within a small distance, at most."""
    ordered = sorted(values)
    return max((bisect_right(ordered, value + ALIGNED) - index for index, value in enumerate(ordered)), default=0)
