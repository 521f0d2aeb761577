"""A table of a page to the clipboard: a button at its corner while the mouse is over it, and an entry in the menu."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QMimeData, QPoint, QRectF, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QPalette, QTextCursor, QTextTable

from app.core.words import say
from app.ui.markdown.code_buttons import COPIED_MS
from app.ui.markdown.copying import read_selection
from app.ui.markdown.reading_page import ReadingPage
from app.ui.markdown.written_table import WrittenTable
from app.ui.widgets.buttons import IconButton

BUTTON_PX = 26


class PageWithTables(ReadingPage):
    """What a table is copied from."""

    @property
    def tables(self) -> list[WrittenTable]:
        """The tables, from top to bottom."""
        raise NotImplementedError


def table_at(page: PageWithTables, place: QPoint) -> WrittenTable | None:
    """The table that is drawn at `place`, or None; the corner beside it, where the button stands, belongs to it."""
    for x in (0, -BUTTON_PX - 8):
        held: QTextTable | None = page.cursorForPosition(place + QPoint(x, 0)).currentTable()
        table = next((one for one in page.tables if one.holds(held)), None) if held is not None else None
        if table is not None and _area(page, table).adjusted(0, -BUTTON_PX, BUTTON_PX + 8, 0).contains(place):
            return table
    return None


def table_cells(table: WrittenTable) -> list[list[str]]:
    """The words of all cells, each in one line."""
    return [[_cell_words(piece, row, column) for column in range(piece.columns())] for piece, row in table.rows()]


def copy_table(table: WrittenTable) -> None:
    """As tab-separated text and as HTML: spreadsheets and word processors take the one they like."""
    cells = table_cells(table)
    data = QMimeData()
    data.setText("\n".join("\t".join(row) for row in cells))
    lines = []
    for number, row in enumerate(cells):
        tag = "td" if number else "th"
        lines.append("<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in row) + "</tr>")
    data.setHtml("<table>" + "".join(lines) + "</table>")
    QGuiApplication.clipboard().setMimeData(data)


class TableButton(IconButton):
    """ "Copy table" at the corner of the table that the mouse is on; a tick for a moment when it is done."""

    def __init__(self, page: PageWithTables) -> None:
        super().__init__("copy", say("Copy table"), page.viewport(), px=14)
        self._page = page
        self._table: WrittenTable | None = None
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the keyboard has the buttons under the answer, and the menu
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.resize(BUTTON_PX, BUTTON_PX)
        self.hide()
        self.clicked.connect(self._on_clicked)

    def follow(self, place: QPoint) -> None:
        """Show it on the table at `place`; elsewhere there is none."""
        self._table = table_at(self._page, place)
        if self._table is None:
            self.hide()
            return
        area = _area(self._page, self._table)
        beside = area.right() + 4 + BUTTON_PX <= self._page.viewport().width()
        left = area.right() + 4 if beside else self._page.viewport().width() - BUTTON_PX
        self.move(int(left), int(max(0.0, area.top() + (4 if beside else -BUTTON_PX))))
        self.show()
        self.raise_()

    def _on_clicked(self) -> None:
        if self._table is not None:
            copy_table(self._table)
            self.set_picture("check", "good")
            QTimer.singleShot(COPIED_MS, self, self._restore)

    def _restore(self) -> None:
        self.set_picture("copy", "quiet")


def _area(page: PageWithTables, table: WrittenTable) -> QRectF:
    """As far as it is seen."""
    whole = QRectF()
    for piece in table.frames:
        whole = whole.united(page.document().documentLayout().frameBoundingRect(piece))
    whole.setRight(min(whole.right(), page.viewport().width()))
    return whole


def _cell_words(table: QTextTable, row: int, column: int) -> str:
    cell = table.cellAt(row, column)
    cursor = QTextCursor(cell.firstCursorPosition())
    cursor.setPosition(cell.lastCursorPosition().position(), QTextCursor.MoveMode.KeepAnchor)
    return " ".join(read_selection(cursor).split())
