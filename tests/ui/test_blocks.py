"""Code and tables wider or longer than one wants to see at once: scrolled, wrapped, folded, and copied whole."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QTextCursor, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.store.query import read_query
from app.ui.chat.finding import Finding
from app.ui.chat.message import MessageItem
from app.ui.chat.view import ChatView
from app.ui.markdown.browser import MarkdownBrowser
from app.ui.markdown.card_tools import FoldLinesButton, WrapButton
from app.ui.markdown.code import FOLDED_LINES
from app.ui.markdown.sideways_bars import SidewaysBar
from app.ui.markdown.table_copy import copy_table

LINE = "name = " + " + ".join(f"word_{n}" for n in range(30))
CODE = f"Before.\n\n```python\n{LINE}\nx = 1\n```\n\nAfter."
LONG = "```python\n" + "".join(f"line_{n} = {n}\n" for n in range(60)) + "```"
WIDE = (
    "| " + " | ".join(f"Column {n}" for n in range(12)) + " |\n|" + "---|" * 12 + "\n"
    "| " + " | ".join(f"some words {n}" for n in range(12)) + " |\n\nAfter."
)


@pytest.fixture
def page(qtbot: QtBot) -> MarkdownBrowser:
    made = MarkdownBrowser()
    qtbot.addWidget(made)
    made.resize(600, 700)
    made.show()
    return made


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[ChatView]:
    made = ChatView()
    qtbot.addWidget(made)
    made.resize(800, 700)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    QGuiApplication.clipboard().clear()


def write(page: MarkdownBrowser, text: str) -> MarkdownBrowser:
    page.show_text(text)
    page.fit(600)
    page.place_code_buttons()
    return page


def wheel(
    page: MarkdownBrowser, place: QPoint, step: QPoint, *, shift: bool = False, over: QWidget | None = None
) -> bool:
    held = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
    phase, none = Qt.ScrollPhase.NoScrollPhase, Qt.MouseButton.NoButton
    where = QPointF(page.viewport().mapToGlobal(place))
    event = QWheelEvent(QPointF(place), where, QPoint(), step, none, held, phase, False)
    QApplication.sendEvent(over or page.viewport(), event)
    return event.isAccepted()


def picture(page: MarkdownBrowser) -> QImage:
    return page.viewport().grab().toImage()


def test_long_lines_of_code_are_scrolled_and_nothing_else_moves(page: MarkdownBrowser) -> None:
    write(page, CODE)
    (strip,) = page.strips
    (bar,) = (control for control in page.controls if isinstance(control, SidewaysBar))
    assert page.document().find("word_29").block().layout().lineCount() == 1
    before, middle = picture(page), strip.area.center()
    assert not wheel(page, middle, QPoint(0, -120)), "up and down is the conversation's"
    assert wheel(page, middle, QPoint(-120, 0))
    assert bar.value() == strip.sight.x == 60
    assert wheel(page, middle, QPoint(0, -120), shift=True)
    assert bar.value() == 120
    assert not wheel(page, QPoint(4, 4), QPoint(0, -120), over=bar), "a bar that comes by does not hold the page up"
    assert bar.value() == 120
    bar.setFocus()
    QTest.keyClick(bar, Qt.Key.Key_End)
    assert strip.sight.x == strip.most_x
    shown = page.cursorRect(page.document().find("word_29"))
    assert strip.area.contains(shown)
    assert page.cursorForPosition(shown.center() - QPoint(4, 0)).block().text().startswith("name = ")
    after = picture(page)
    for edge in (page.cursorRect(page.document().find(words)) for words in ("Before", "After")):
        whole = edge.adjusted(-80, 0, 200, 0).intersected(page.viewport().rect())
        assert before.copy(whole) == after.copy(whole)
    assert before != after
    assert bar.accessibleName() == "Scroll sideways: code, python"


def test_what_is_selected_in_scrolled_code_is_what_lies_under_the_mouse(page: MarkdownBrowser) -> None:
    write(page, CODE)
    (strip,) = page.strips
    page.scroll_strip(strip, strip.most_x)
    place = page.cursorRect(page.document().find("word_28")).center() - QPoint(6, 0)
    QTest.mouseDClick(page.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    assert page.textCursor().selectedText() == "word_28"
    page.selectAll()
    assert page.createMimeDataFromSelection().text() == f"Before.\n{LINE}\nx = 1\nAfter."


def test_the_text_cursor_brings_its_place_into_sight(page: MarkdownBrowser) -> None:
    write(page, CODE)
    page.setFocus()
    cursor = page.document().find("name")
    cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock)
    page.setTextCursor(cursor)
    (strip,) = page.strips
    assert strip.sight.x > 0
    assert strip.area.contains(page.cursorRect())
    assert page.horizontalScrollBar().value() == 0


def test_lines_wrap_when_one_wants_it_and_again_when_the_row_is_rebuilt(view: ChatView) -> None:
    view.set_messages([MessageItem("assistant", CODE, key="wrap-1")])
    row = view.live_rows[0]
    (wrap,) = (control for control in row.browser.controls if isinstance(control, WrapButton))
    assert wrap in row.focus_chain()
    height = row.height()
    wrap.setFocus()
    QTest.keyClick(wrap, Qt.Key.Key_Space)
    assert row.height() > height
    assert not list(row.browser.strips)
    assert row.browser.cards[0].read_source() == f"{LINE}\nx = 1"
    view.replace_message(0, MessageItem("assistant", CODE, key="wrap-1"))
    rebuilt = view.live_rows[0]
    assert rebuilt is not row
    assert rebuilt.height() == row.height()
    next(control for control in rebuilt.browser.controls if isinstance(control, WrapButton)).click()
    assert rebuilt.height() == height


def test_long_code_is_folded_but_copied_whole(view: ChatView) -> None:
    view.set_messages([MessageItem("assistant", f"{LONG}\n\nAfter.", key="fold-1")])
    row = view.live_rows[0]
    page = row.browser
    (fold,) = (control for control in page.controls if isinstance(control, FoldLinesButton))
    assert fold.text() == "Show all 60 lines"
    shown = [block.isVisible() for block in page.cards[0].blocks()]
    assert shown == [True] * FOLDED_LINES + [False] * (60 - FOLDED_LINES)
    page.code_buttons[0].click()
    assert QGuiApplication.clipboard().text().count("\n") == 59
    page.selectAll()
    assert page.createMimeDataFromSelection().text().count("line_") == 60
    height = row.height()
    fold.click()
    assert row.height() > height + 20 * 17
    assert fold.text() == "Show fewer lines"
    assert fold.geometry().bottom() < page.cursorRect(page.document().find("After")).top()
    fold.click()
    assert row.height() == height


def test_what_was_read_while_it_came_stays_unfolded(view: ChatView) -> None:
    view.begin_answer(MessageItem("assistant", key="fold-2"))
    view.append("answer", LONG + "\n\nAfter.")
    view.finish_answer()
    assert all(block.isVisible() for block in view.live_rows[0].browser.cards[0].blocks())
    view.replace_message(0, view.message(0))
    page = view.live_rows[0].browser
    assert all(block.isVisible() for block in page.cards[0].blocks())
    assert [control.text() for control in page.controls if isinstance(control, FoldLinesButton)] == ["Show fewer lines"]


def test_what_is_found_in_folded_code_is_shown(view: ChatView) -> None:
    view.set_messages([MessageItem("assistant", f"{LONG[:-3]}{LINE}\n```", key="fold-3")])
    page = view.live_rows[0].browser
    finding = Finding(view)
    finding.look_for(read_query("word_29").terms)
    assert finding.total == 1
    assert page.document().find("word_29").block().isVisible()
    assert page.strips.of(page.document().find("word_29").position()).x > 0  # type: ignore[union-attr]
    box = page.cursorRect(page.document().find("word_29"))
    assert 0 <= page.mapTo(view, box.center()).y() <= view.height()


def test_a_wide_table_keeps_its_columns_readable_and_is_scrolled(page: MarkdownBrowser) -> None:
    write(page, WIDE)
    (strip,) = page.strips
    assert strip.name == "Scroll sideways: table"
    (table,) = page.tables
    cell = table.frames[0].cellAt(1, 3).firstCursorPosition().block()
    assert cell.layout().lineCount() == 1
    place = page.cursorRect(page.document().find("some words 11"))
    assert not strip.area.contains(place)
    page.scroll_strip(strip, strip.most_x)
    assert strip.area.contains(page.cursorRect(page.document().find("some words 11")))
    copy_table(table)
    assert QGuiApplication.clipboard().text().split("\n")[1].split("\t")[11] == "some words 11"
    QGuiApplication.clipboard().clear()
    page.fit(2400)
    page.place_code_buttons()
    assert not list(page.strips), "with room enough nothing is scrolled"
    page.fit(600)
    page.place_code_buttons()
    assert len(page.strips) == 1


def test_an_ordinary_table_wraps_as_before(page: MarkdownBrowser) -> None:
    write(page, "| a | b |\n|---|---|\n| one | " + "words that wrap " * 20 + " |")
    assert not list(page.strips)
    assert page.tables[0].frames[0].cellAt(1, 1).firstCursorPosition().block().layout().lineCount() > 2
