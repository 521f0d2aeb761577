"""A page's characters put into the cells of its grids, and the grids written as Markdown tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pypdfium2  # type: ignore[import-untyped]

from app.core.radicals import fold_radicals
from app.ingest import markdown
from app.ingest.readers.pdf.grid import Grid
from app.ingest.readers.pdf.prose import joined, running_text
from app.ingest.readers.pdf.ruling import Box, Turn
from app.ingest.readers.pdf.text import Characters

_WORD = re.compile(r"\s+|\S+")
_LINE = re.compile(r"[\r\n]+|[^\r\n]+")
MAX_SPLIT_ROWS = 400
SAME_BASELINE = 3.5  # points
REPEATED_LABEL = 60  # characters: a merged label this short is repeated down its rows
CROWDED_LINES = 8


@dataclass
class TextLine:
    """A line of text in a cell with its lower and upper edge."""

    bottom: float
    top: float
    pieces: list[str] = field(default_factory=list)

    @property
    def middle(self) -> float:
        return (self.bottom + self.top) / 2

    @property
    def text(self) -> str:
        return fold_radicals("".join(self.pieces).replace("\0", "")).strip()

    @property
    def length(self) -> int:
        return sum(map(len, self.pieces))


class Filled:
    """A grid and the text lines of its cells."""

    def __init__(self, grid: Grid) -> None:
        self.grid, self.box = grid, grid.box
        self._cells: dict[int, list[TextLine]] = {}
        self._last: TextLine | None = None
        self._here: tuple[int, Box] | None = None
        self._cut_words = 0

    def is_one_place(self, first: Box, last: Box) -> bool:
        """Whether a word that begins and ends in these boxes is one line of one cell."""
        cell = self.grid.cell_at((first[0] + first[2]) / 2, (first[1] + first[3]) / 2)
        level = abs(first[1] + first[3] - last[1] - last[3]) < first[3] - first[1] + last[3] - last[1]
        return level and cell == self.grid.cell_at((last[0] + last[2]) / 2, (last[1] + last[3]) / 2)

    def add(self, character: str, box: Box) -> None:
        """Put a character or a word into the cell it lies in."""
        _, bottom, _, top = box
        cell = self.grid.cell_at((box[0] + box[2]) / 2, (bottom + top) / 2)
        if self._here and self._here[0] != cell and _touch(self._here[1], box):
            self._cut_words += 1
        self._here = (cell, box)
        lines = self._cells.setdefault(cell, [])
        line = lines[-1] if lines else None
        if line is None or line is not self._last or top < line.bottom + 0.3 or bottom > line.top - 0.3:
            near = next((old for old in lines if abs(old.middle - (bottom + top) / 2) < 0.3 * (top - bottom)), None)
            line = near or TextLine(bottom, top)
            if near:
                near.pieces.append(" ")
            else:
                lines.append(line)
        line.pieces.append(character)
        line.bottom, line.top = min(line.bottom, bottom), max(line.top, top)
        self._last = line

    def add_space(self) -> None:
        """A space belongs to the line of the character before it."""
        if self._last:
            self._last.pieces.append(" ")

    def is_table(self) -> bool:
        """Whether the text agrees with the grid: words end at its borders, and enough cells hold a little text.

        Otherwise the strokes are a drawing, or a form's boxes around prose, and the text reads better as prose.
        """
        filled = [lines for lines in self._cells.values() if any(map(_says_something, lines))]
        characters = sum(line.length for lines in filled for line in lines)
        cells = len(set(self.grid.owner))
        return (
            len(filled) >= 4
            and len(filled) >= 0.2 * min(cells, 400)
            and self._cut_words <= max(1, 0.02 * characters)
            and self._crowded() <= 0.5 * characters
        )

    def _crowded(self) -> int:
        """Characters in cells of many lines, in rows that do not split."""
        crowded = 0
        for row in range(self.grid.rows):
            cells = [self._cells.get(owner, []) for owner in dict.fromkeys(self._owners(row))]
            if self._line_count(cells) < 2:
                many = (lines for lines in cells if len(lines) >= CROWDED_LINES)
                crowded += sum(line.length for lines in many for line in lines)
        return crowded

    def markdown(self) -> str:
        told: set[int] = set()
        return markdown.table([row for index in range(self.grid.rows) for row in self._texts(index, told)])

    def _texts(self, row: int, told: set[int]) -> Iterator[list[str]]:
        """The row as printed: one, or several when only its baselines separate them."""
        owners = self._owners(row)
        if split := self._split(owners):
            told.update(owners)
            yield from split
            return
        texts = []
        for column, owner in enumerate(owners):
            text = joined("\n".join(line.text for line in self._cells.get(owner, [])))
            continued = column > 0 and owners[column - 1] == owner
            texts.append("" if continued or (owner in told and len(text) > REPEATED_LABEL) else text)
        told.update(owners)
        yield texts

    def _split(self, owners: list[int]) -> list[list[str]]:
        """Rows without rules between them: most cells hold the same number of lines, on the same baselines."""
        if self.grid.rows >= MAX_SPLIT_ROWS:
            return []
        single = [owner for owner in owners if self.grid.owner.count(owner) == 1]
        count = self._line_count([self._cells.get(owner, []) for owner in single])
        if count < 2:
            return []
        alike = [self._cells[owner] for owner in single if len(self._cells.get(owner, [])) == count]
        base = [line.middle for line in alike[0]]
        if any(abs(line.middle - at) > SAME_BASELINE for lines in alike for line, at in zip(lines, base, strict=True)):
            return []
        rows = [["" for _ in owners] for _ in range(count)]
        for column, owner in enumerate(owners):
            if column == 0 or owners[column - 1] != owner:
                for line in self._cells.get(owner, []):
                    nearest = min(range(count), key=lambda index: abs(base[index] - line.middle))
                    rows[nearest][column] = f"{rows[nearest][column]} {line.text}".strip()
        return rows

    def _owners(self, row: int) -> list[int]:
        columns = self.grid.columns
        return list(self.grid.owner[row * columns : (row + 1) * columns])

    @staticmethod
    def _line_count(cells: list[list[TextLine]]) -> int:
        """The number of lines most cells of a row have; 0 when they do not agree."""
        counts = [len(lines) for lines in cells if lines]
        if len(counts) < 2:
            return 0
        count, times = Counter(counts).most_common(1)[0]
        return count if times >= max(2, 0.6 * len(counts)) else 0


def text_with_tables(page: pypdfium2.PdfTextPage, grids: list[Grid], turn: Turn) -> str:
    """The page's text with the grids as Markdown tables, each where its first character stands."""
    while True:
        filled = [Filled(grid) for grid in grids]
        parts = _weave(page, filled, turn)
        kept = [table.grid for table in filled if table.is_table()]
        if len(kept) == len(grids):
            break
        grids = kept
    texts = (part.markdown() if isinstance(part, Filled) else running_text("".join(part)) for part in parts)
    return "\n\n".join(text for text in texts if text.strip())


def _weave(page: pypdfium2.PdfTextPage, tables: list[Filled], turn: Turn) -> list[list[str] | Filled]:
    """Prose (as pieces of text) and tables in reading order."""
    prose: list[str] = []
    parts: list[list[str] | Filled] = [prose]
    inside: Filled | None = None
    for text, box in _pieces(page, turn, tables):
        if box is None:
            if inside is None:
                prose.append(text)
            elif text.strip("\r\n"):
                inside.add_space()
            continue
        now = _table_at(tables, box)
        if now is None:
            if inside is not None:
                prose = []
                parts.append(prose)
            prose.append(text)
        else:
            if not any(part is now for part in parts):
                parts.append(now)
            now.add(text, box)
        inside = now
    return parts


def _table_at(tables: list[Filled], box: Box) -> Filled | None:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    for table in tables:
        if _holds(table.box, x, y):
            return table
    return None


def _pieces(page: pypdfium2.PdfTextPage, turn: Turn, tables: list[Filled]) -> Iterator[tuple[str, Box | None]]:
    """Words with their boxes, one a character where a word does not lie in one cell; white space has no box.

    Asking for boxes is what a page with tables costs, so of most words only the ends are asked for, and of a line
    that stands above or below all tables only its own.
    """
    characters = Characters(page, turn)
    for line in _LINE.finditer(characters.text):
        first = None if line.group().isspace() else characters.box(line.start())
        last = characters.box(line.end() - 1) if first else None
        if first and last and _is_clear(first, last, tables):
            yield line.group(), first
        else:
            yield from _words(characters, line, tables)


def _is_clear(first: Box, last: Box, tables: list[Filled]) -> bool:
    """Whether a line that begins and ends in these boxes shares its height with no table."""
    level = abs(first[1] + first[3] - last[1] - last[3]) < first[3] - first[1] + last[3] - last[1]
    bottom, top = min(first[1], last[1]), max(first[3], last[3])
    return level and all(top < table.box[1] or bottom > table.box[3] for table in tables)


def _words(characters: Characters, line: re.Match[str], tables: list[Filled]) -> Iterator[tuple[str, Box | None]]:
    for found in _WORD.finditer(line.string, line.start(), line.end()):
        word, start, end = found.group(), found.start(), found.end()
        if word.isspace():
            yield word, None
            continue
        first = characters.box(start)
        table = _table_at(tables, first) if first else None
        if first and table is None:
            yield word, first
            continue
        last = characters.box(end - 1)
        if first and last and table and table.is_one_place(first, last):
            yield word, (first[0], min(first[1], last[1]), last[2], max(first[3], last[3]))
        else:
            yield from ((characters.text[at], characters.box(at)) for at in range(start, end))


def _says_something(line: TextLine) -> bool:
    return any(map(str.isalnum, line.text))


def _touch(left: Box, right: Box) -> bool:
    """Whether two characters stand in one word: on one line with next to no gap."""
    height = min(left[3] - left[1], right[3] - right[1])
    level = abs((left[1] + left[3]) - (right[1] + right[3])) < height
    return level and abs(right[0] - left[2]) < 0.15 * height


def _holds(box: Box, x: float, y: float) -> bool:
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]
