"""A screen reader walks through every message of a long chat, built or not; staying or going into one builds it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui.chat.accessible import ChatList, StandIn, plain_words
from app.ui.chat.items import Promise
from app.ui.chat.message import MessageItem
from app.ui.chat.view import ChatView
from app.ui.roles import install_roles

COUNT = 400


@pytest.fixture
def view(qtbot: QtBot) -> ChatView:
    install_roles()
    made = ChatView()
    qtbot.addWidget(made)
    made.resize(800, 600)
    made.show()
    made.when = lambda row: f"2026-11-22 10:{row % 60:02}"
    made.set_messages(chat("word"))
    return made


def chat(word: str) -> list[MessageItem | Promise]:
    rows: list[MessageItem | Promise] = []
    for row in range(COUNT):
        item = MessageItem("assistant" if row % 2 else "user", f"**{word}** {row}\n\n- `one`", key=str(row))
        rows.append(Promise(item.role, item.text, item.key, lambda item=item: item))  # type: ignore[misc]
    return rows


def told(view: ChatView) -> ChatList:
    made = QAccessible.queryAccessibleInterface(view)
    assert isinstance(made, ChatList)
    return made


def name(one: QAccessibleInterface) -> str:
    return one.text(QAccessible.Text.Name)


def test_all_messages_are_children_and_none_is_built_for_being_counted(view: ChatView, qtbot: QtBot) -> None:
    heard = told(view)
    assert heard.role() is QAccessible.Role.List
    assert heard.childCount() == COUNT
    names = [name(heard.child(row)) for row in range(COUNT - 40)]
    assert names[0] == "You said, 2026-11-22 10:00: **word** 0 - `one`"
    assert names[61] == "Answer, 2026-11-22 10:01: word 61 - one"
    assert {heard.child(row).role() for row in range(COUNT)} == {QAccessible.Role.ListItem}
    assert [heard.indexOfChild(heard.child(row)) for row in (0, 7, COUNT - 1)] == [0, 7, COUNT - 1]
    qtbot.wait(400)
    assert min(view.live_rows) > COUNT - 40


def test_a_row_is_built_where_the_reader_stays_and_is_the_same_message(view: ChatView, qtbot: QtBot) -> None:
    heard = told(view)
    stand_in = heard.child(50)
    assert isinstance(stand_in, StandIn)
    assert stand_in.parent() is heard
    assert stand_in.state().offscreen
    assert "word** 50" in name(stand_in)
    qtbot.waitUntil(lambda: 50 in view.live_rows, timeout=3000)
    row = heard.child(50)
    assert row is not stand_in
    assert row.parent() is heard
    assert name(row) == "You said, 2026-11-22 10:50"
    assert row.text(QAccessible.Text.Description) == f"Message 51 of {COUNT}"
    texts = [row.child(place) for place in range(row.childCount())]
    browser = view.live_rows[50].browser
    assert browser in [one.object() for one in texts]
    assert "50" in browser.toPlainText()
    assert stand_in.childCount() == row.childCount(), "who still holds what stood in for it hears the same"
    assert stand_in.rect() == row.rect()


def test_the_keyboard_given_to_a_message_builds_it(view: ChatView, qtbot: QtBot) -> None:
    one = told(view).child(11)
    actions = one.actionInterface()
    assert actions is not None
    actions.doAction(actions.actionNames()[0])
    assert 11 in view.live_rows
    qtbot.waitUntil(lambda: view.live_rows[11].browser.hasFocus(), timeout=3000)


def test_what_gets_the_keyboard_says_the_whole_message(view: ChatView, qtbot: QtBot) -> None:
    view.activateWindow()
    qtbot.waitUntil(view.isActiveWindow)
    browser = view.live_rows[COUNT - 1].browser
    before = browser.accessibleName()
    QAccessible.setActive(True)
    try:
        browser.setFocus()
    finally:
        QAccessible.setActive(False)
    assert before == "Answer"
    assert browser.accessibleName() == f"Answer, 2026-11-22 10:39, Message {COUNT} of {COUNT}: word 399 - one"


def test_tab_goes_on_beyond_what_is_built_and_what_it_reaches_is_seen(view: ChatView, qtbot: QtBot) -> None:
    view.activateWindow()
    qtbot.waitUntil(view.isActiveWindow)
    view.live_rows[COUNT - 1].take_keyboard("")
    for _ in range(40):
        focused = QApplication.focusWidget()
        assert focused is not None
        qtbot.keyClick(focused, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    held = QApplication.focusWidget()
    assert held is not None
    number, row = next((number, row) for number, row in view.live_rows.items() if row.isAncestorOf(held))
    assert number < COUNT - 30
    assert -row.height() < row.y() < view.viewport().height()


def test_another_chat_leaves_nothing_of_the_first(view: ChatView) -> None:
    heard = told(view)
    before = heard.child(3)
    assert "word 3" in name(before), "an answer as it reads"
    view.set_messages(chat("other")[:10])
    view.resize(800, 200)
    assert heard.childCount() == 10
    assert "other" in name(heard.child(0)) or 0 in view.live_rows
    view.set_messages([])
    assert heard.childCount() == 0
    assert heard.child(0) is None


def test_signs_that_only_look_are_not_read_out() -> None:
    assert plain_words("## Head\n\n> a *b* `c` [d](http://e)\n```py\nx_y = 1\n```") == "Head a b c d x_y = 1"
