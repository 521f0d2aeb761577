"""One table of an answer to the clipboard: by the button at its corner, and by the menu."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui.markdown.browser import MarkdownBrowser
from app.ui.markdown.table_copy import TableButton, table_at

TEXT = (
    "Before.\n\n| a | b \\| c |\n|---|--:|\n| `x` | 1,5 |\n| **two** words | <3 |\n\n"
    "Between.\n\n| other |\n|---|\n| 9 |"
)


def hover(page: MarkdownBrowser, place: QPoint) -> None:
    none = Qt.MouseButton.NoButton
    where = QPointF(place)
    move = QMouseEvent(QEvent.Type.MouseMove, where, where, none, none, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(page.viewport(), move)


def place_of(page: MarkdownBrowser, words: str) -> QPoint:
    return page.cursorRect(page.document().find(words)).center()


def test_the_table_under_the_mouse_is_copied(qtbot: QtBot) -> None:
    page = MarkdownBrowser()
    qtbot.addWidget(page)
    page.resize(600, 400)
    page.show()
    page.show_text(TEXT)
    page.fit(600)
    hover(page, place_of(page, "Before"))
    assert page.findChild(TableButton) is None
    hover(page, place_of(page, "two"))
    button = page.findChild(TableButton)
    assert isinstance(button, TableButton)
    assert button.isVisible()
    assert table_at(page, button.geometry().center()) is not None  # it stays while the mouse goes to it
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    data = QGuiApplication.clipboard().mimeData()
    assert data.text() == "a\tb | c\nx\t1,5\ntwo words\t<3"
    assert "<tr><th>a</th><th>b | c</th></tr>" in data.html()
    assert "<td>&lt;3</td>" in data.html()
    hover(page, place_of(page, "9"))
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "other\n9"
    QGuiApplication.clipboard().clear()


def test_cells_that_are_selected_are_copied_as_cells(qtbot: QtBot) -> None:
    page = MarkdownBrowser()
    qtbot.addWidget(page)
    page.resize(600, 400)
    page.show_text(TEXT)
    page.selectAll()
    assert "x\t1,5\ntwo words\t<3" in page.createMimeDataFromSelection().text()
