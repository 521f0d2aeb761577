"""Tables that can grow by rows: head on a soft ground, hair lines, columns aligned as written.

Qt lays a whole table out again for every new row, so one that grows is written as several of few rows. When it is
complete, a short one is written once more as one; the pieces of a long one stay, with the columns that all rows need.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markdown_it.token import Token
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QTextFrameFormat, QTextTable, QTextTableCellFormat, QTextTableFormat

from app.ui.markdown.column_widths import natural_width, roomier
from app.ui.markdown.direction import is_right_to_left
from app.ui.markdown.inlines import write_inline
from app.ui.markdown.pen import INDENT_PX, Pen
from app.ui.markdown.sights import Sights
from app.ui.markdown.style import STATE_HAS_CODE, Marks
from app.ui.markdown.written_table import WrittenTable, set_widths

ROWS_A_PIECE = 4
MANY_ROWS = 40
WHOLE_ROWS = 24
"""A longer table that came in pieces stays in pieces: to write it again takes longer than a frame."""
CELL_PX = 10
BOTTOM_PX = 12
EDGES_PX = 6


@dataclass(frozen=True, slots=True)
class _Cell:
    children: Sequence[Token]
    align: Qt.AlignmentFlag
    head: bool


class TableWriter:
    """Writes one table at a time at the pen: `open`, any number of `add_rows`, `close`."""

    def __init__(self, pen: Pen, sights: Sights) -> None:
        self._pen, self._sights = pen, sights
        self._cells: list[list[_Cell]] = []
        self._grows = False
        self._mirrored = False
        self.is_cut = False
        self.table: QTextTable | None = None
        self.written: list[WrittenTable] = []
        self._to_mend: list[tuple[WrittenTable, QTextTable]] = []

    def open(self, tokens: Sequence[Token], *, indent: int = 0, grows: bool = False) -> None:
        """A table with the head in `tokens`, `indent` steps to the right. One that `grows` is written in pieces."""
        self._cells, self._grows, self.is_cut = [_rows(tokens)[0]], grows, False
        self._mirrored = is_right_to_left("".join(token.content for token in tokens if token.type == "inline"))
        sight = self._sights.of_table(len(self.written))
        self.written.append(WrittenTable(sight, [0.0] * len(self._cells[0]), indent * INDENT_PX))
        self._measure(self._cells)
        self._pen.begin_frame()
        look = self._format(indent)
        if grows:  # the next piece comes close under it, and to take its margin away would lay it out again
            look.setBottomMargin(0)
        self._start(self._cells, look)
        self._fit()

    def add_rows(self, tokens: Sequence[Token]) -> None:
        """Append the body rows in `tokens` (its head is skipped)."""
        body = _rows(tokens)[1:]
        if self.table is None or not body:
            return
        self._cells += body
        self._measure(body)
        if self._grows and (self.table.rows() >= ROWS_A_PIECE or len(body) > MANY_ROWS):
            for place in range(0, len(body), MANY_ROWS):
                self._go_on_below(self.table, body[place : place + MANY_ROWS])
            return
        first = self.table.rows()
        self.table.appendRows(len(body))
        self._fill(self.table, first, body)
        if not self.is_cut:
            self._fit()

    def _fit(self) -> None:
        if self.table is not None:
            set_widths(self.table, self.written[-1].widths(self._pen.document.textWidth()))

    def _measure(self, rows: Sequence[Sequence[_Cell]]) -> None:
        natural, px = self.written[-1].natural, self._pen.style.px - 1
        for row in rows:
            for number, cell in enumerate(row[: len(natural)]):
                wide = natural_width(cell.children, px, bold=cell.head) + 2 * CELL_PX + EDGES_PX
                natural[number] = max(natural[number], wide)

    @property
    def should_be_whole(self) -> bool:
        """Whether it was written in pieces and is small enough to be written as one."""
        return self.is_cut and len(self._cells) <= WHOLE_ROWS

    @property
    def changing_position(self) -> int | None:
        """Everything before it stays as it is when a row is added; None when no table is open."""
        if self.table is None:
            return None
        last = self.table.cellAt(self.table.rows() - 1, 0)
        return last.firstCursorPosition().position() if self.is_cut else self.table.firstPosition()

    def write_whole(self) -> None:
        """The table that was written in pieces, at the pen as one."""
        self.written.append(WrittenTable(self._sights.of_table(len(self.written)), [0.0] * len(self._cells[0]), 0.0))
        self._measure(self._cells)
        self._pen.begin_frame()
        self._start(self._cells, self._format(0))
        self._fit()
        self.close()

    def look_over(self) -> None:
        """A long table is complete: see what has to be mended of its columns."""
        if self.is_cut:
            table = self.written[-1]
            pieces = table.pieces_to_mend(self._pen.document.textWidth())
            self._to_mend += [(table, piece) for piece in pieces]

    def mend(self) -> int | None:
        """Give the next piece the columns that all rows need; where it begins, None when nothing is left to do."""
        if not self._to_mend:
            return None
        table, piece = self._to_mend.pop(0)
        set_widths(piece, table.widths(self._pen.document.textWidth()))
        return piece.firstPosition()

    def drop_from(self, position: int) -> None:
        """Forget the tables that begin at or after `position`: they are gone."""
        while self.written and self.written[-1].position >= position:
            gone = self.written.pop()
            self._to_mend = [(table, piece) for table, piece in self._to_mend if table is not gone]

    def forget(self) -> None:
        """Begin anew: the document was emptied."""
        self.written.clear()
        self._to_mend = []
        self.table = None

    def _start(self, rows: Sequence[Sequence[_Cell]], look: QTextTableFormat) -> None:
        self.table = self._pen.cursor.insertTable(len(rows), len(self._cells[0]), look)
        self.written[-1].add(self.table)
        self._fill(self.table, 0, rows)

    def _go_on_below(self, above: QTextTable, rows: Sequence[Sequence[_Cell]]) -> None:
        """Another piece, close under the one `above` and with its columns."""
        written = self.written[-1]
        if not self.is_cut:
            room = max(240.0, self._pen.document.textWidth()) - written.indent_px - 2
            set_widths(above, roomier(written.natural, room))
        self._pen.leave_frame(above)
        self._pen.begin_frame()
        below = self._format(0)
        below.setTopMargin(-4)
        below.setHeaderRowCount(0)
        below.setBottomMargin(0)
        below.setColumnWidthConstraints(above.format().columnWidthConstraints())
        self.is_cut = True
        self._start(rows, below)

    def close(self) -> None:
        """Go on below the table."""
        if self.table is None:
            return
        if self._grows:
            look = self.table.format()
            look.setBottomMargin(BOTTOM_PX)
            self.table.setFormat(look)
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
        made.setBottomMargin(BOTTOM_PX)
        made.setLeftMargin(indent * INDENT_PX)
        made.setHeaderRowCount(1)
        if self._mirrored:
            made.setAlignment(Qt.AlignmentFlag.AlignRight)
        return made

    def _cell_format(self, *, head: bool) -> QTextTableCellFormat:
        """Lines sit low in a fixed height, so there is less room above than below."""
        made = QTextTableCellFormat()
        made.setTopPadding(4)
        made.setBottomPadding(7)
        made.setLeftPadding(CELL_PX)
        made.setRightPadding(CELL_PX)
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
