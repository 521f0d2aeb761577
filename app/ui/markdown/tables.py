"""Tables that can grow by rows: head on a soft ground, hair lines, columns aligned as written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markdown_it.token import Token
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QTextFrameFormat, QTextTable, QTextTableCellFormat, QTextTableFormat

from app.ui.markdown.inlines import write_inline
from app.ui.markdown.pen import INDENT_PX, Pen
from app.ui.markdown.style import STATE_HAS_CODE, Marks


@dataclass(frozen=True, slots=True)
class _Cell:
    children: Sequence[Token]
    align: Qt.AlignmentFlag
    head: bool


class TableWriter:
    """Writes one table at a time at the pen: `open`, any number of `add_rows`, `close`."""

    def __init__(self, pen: Pen) -> None:
        self._pen = pen
        self.table: QTextTable | None = None

    def open(self, tokens: Sequence[Token], *, indent: int = 0) -> None:
        """A table with the head in `tokens`, `indent` steps to the right."""
        head = _rows(tokens)[0]
        self._pen.begin_frame()
        self.table = self._pen.cursor.insertTable(1, len(head), self._format(indent))
        self._fill(self.table, 0, [head])

    def add_rows(self, tokens: Sequence[Token]) -> None:
        """Append the body rows in `tokens` (its head is skipped)."""
        body = _rows(tokens)[1:]
        if self.table is None or not body:
            return
        first = self.table.rows()
        self.table.appendRows(len(body))
        self._fill(self.table, first, body)

    def close(self) -> None:
        """Go on below the table."""
        if self.table is not None:
            self._pen.leave_frame(self.table)
            self.table = None

    def _format(self, indent: int) -> QTextTableFormat:
        made = QTextTableFormat()
        made.setBorder(1)
        made.setBorderBrush(QColor(self._pen.style.colours.border))
        made.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        made.setBorderCollapse(True)
        made.setCellSpacing(0)
        made.setTopMargin(4)
        made.setBottomMargin(12)
        made.setLeftMargin(indent * INDENT_PX)
        made.setHeaderRowCount(1)
        return made

    def _cell_format(self, *, head: bool) -> QTextTableCellFormat:
        """Lines sit low in a fixed height, so there is less room above than below."""
        made = QTextTableCellFormat()
        made.setTopPadding(4)
        made.setBottomPadding(7)
        made.setLeftPadding(10)
        made.setRightPadding(10)
        if head:
            made.setBackground(QColor(self._pen.style.colours.code_head))
        return made

    def _fill(self, table: QTextTable, first: int, rows: Sequence[Sequence[_Cell]]) -> None:
        """From the last cell to the first: an insertion then moves no cell still to come."""
        style = self._pen.style
        for r in range(len(rows) - 1, -1, -1):
            for c in range(min(table.columns(), len(rows[r])) - 1, -1, -1):
                cell = rows[r][c]
                place = table.cellAt(first + r, c)
                place.setFormat(self._cell_format(head=cell.head))
                cursor = place.firstCursorPosition()
                block = style.block(bottom=0, px=style.px - 1)
                block.setAlignment(cell.align)
                cursor.setBlockFormat(block)
                write_inline(cursor, style, cell.children, Marks(px=style.px - 1, bold=cell.head))
                if any(child.type == "code_inline" for child in cell.children):
                    cursor.block().setUserState(STATE_HAS_CODE)


def _rows(tokens: Sequence[Token]) -> list[list[_Cell]]:
    rows: list[list[_Cell]] = []
    align, head = Qt.AlignmentFlag.AlignLeft, False
    for token in tokens:
        if token.type == "table_close":
            break
        if token.type == "tr_open":
            rows.append([])
        elif token.type in ("th_open", "td_open"):
            align, head = _alignment(str(token.attrGet("style") or "")), token.type == "th_open"
        elif token.type == "inline":
            rows[-1].append(_Cell(token.children or [], align, head))
    return rows


def _alignment(css: str) -> Qt.AlignmentFlag:
    if "right" in css:
        return Qt.AlignmentFlag.AlignRight
    return Qt.AlignmentFlag.AlignHCenter if "center" in css else Qt.AlignmentFlag.AlignLeft
