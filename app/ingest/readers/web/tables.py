"""HTML tables as Markdown, with the cells that span rows and columns put where they stand.

Pages lay themselves out with tables too: one whose cells hold blocks of text is told block by block.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from app.ingest import markdown

# Marks for cells and rows inside the rendered text; `without_marks` takes them out of what the page itself says.
CELL, CELL_END, ROW, ROW_END, SPAN = "\x02", "\x03", "\x04", "\x05", "\x06"
MAX_COLUMNS_SPANNED, MAX_ROWS_SPANNED = 50, 500
MAX_CELLS = 200_000  # of one document, filled cells included
REPEATED = 60  # a cell of up to so many characters is repeated in the rows it spans, so that each row tells it
LAYOUT_CHARACTERS = 1200
_MARKS = re.compile(f"[{CELL}{CELL_END}{ROW}{ROW_END}{SPAN}]")
_ROWS = re.compile(f"{ROW}([^{ROW_END}]*){ROW_END}")
_CELLS = re.compile(f"{CELL}(\\d+){SPAN}(\\d+){SPAN}([^{CELL_END}]*){CELL_END}")
_BREAK = re.compile(r" ?<br> ?")
_BLOCK = re.compile(r"^(\||#|```|- |\d+\. )|\n\n", re.MULTILINE)


def without_marks(text: str) -> str:
    return _MARKS.sub("", text)


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    columns: int
    rows: int


class Tables:
    """Renders the tables of one document, inner ones first. Its methods are what turbohtml calls for each element."""

    def __init__(self) -> None:
        self._cells_left = MAX_CELLS
        self.was_cut = False

    def cell(self, element: Any, inner: str) -> str:
        attributes = element.attrs
        columns = _number(attributes.get("colspan"), MAX_COLUMNS_SPANNED)
        rows = _number(attributes.get("rowspan"), MAX_ROWS_SPANNED)
        return f"{CELL}{columns}{SPAN}{rows}{SPAN}{_lines(inner)}{CELL_END}"

    def row(self, _element: Any, inner: str) -> str:
        return f"{ROW}{inner}{ROW_END}"

    def table(self, _element: Any, inner: str) -> str:
        rows = [
            [Cell(text.strip(), int(columns), int(high)) for columns, high, text in _CELLS.findall(row)]
            for row in _ROWS.findall(inner)
        ]
        caption = without_marks(_ROWS.sub("", inner)).strip()
        body = _blocks(rows) if _is_layout(rows) else markdown.table(self._grid(rows))
        return "\n\n" + "\n\n".join(part for part in (caption, body) if part) + "\n\n"

    def _grid(self, rows: list[list[Cell]]) -> list[list[str]]:
        grid: list[list[str]] = []
        hanging: dict[int, tuple[int, str]] = {}  # by column: rows still to fill, and with what
        for row in rows:
            line: list[str] = []
            for cell in row:
                self._hang(line, hanging)
                for offset in range(cell.columns):
                    text = cell.text if offset == 0 else ""
                    if cell.rows > 1:
                        hanging[len(line)] = (cell.rows - 1, text if len(text) <= REPEATED else "")
                    line.append(text)
            self._hang(line, hanging)
            self._cells_left -= len(line)
            if self._cells_left < 0:
                self.was_cut = True
                break
            grid.append(line)
        return grid

    def _hang(self, line: list[str], hanging: dict[int, tuple[int, str]]) -> None:
        """Fill the columns that a cell above still spans."""
        while len(line) in hanging:
            left, text = hanging.pop(len(line))
            if left > 1:
                hanging[len(line)] = (left - 1, text)
            line.append(text)
            self._cells_left -= 1


def _is_layout(rows: list[list[Cell]]) -> bool:
    """Whether the table only places things: one column, or cells that hold tables, headings, lists or long text."""
    if max((len(row) for row in rows), default=0) <= 1:
        return True
    cells = [cell for row in rows for cell in row]
    blocks = sum(1 for cell in cells if _BLOCK.search(cell.text))
    return any(cell.text.startswith("| ") or "\n| " in cell.text for cell in cells) or (
        blocks > 0 and max(len(cell.text) for cell in cells) > LAYOUT_CHARACTERS
    )


def _blocks(rows: list[list[Cell]]) -> str:
    return "\n\n".join(cell.text for row in rows for cell in row if cell.text)


def _lines(inner: str) -> str:
    """Inside a cell turbohtml keeps line breaks as tags."""
    return _BREAK.sub("\n", inner).strip()


def _number(value: Any, most: int) -> int:
    digits = str(value or "1").strip()[:9]
    return max(1, min(most, int(digits))) if digits.isdecimal() else 1
