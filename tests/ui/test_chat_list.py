"""The list of chats by real keys and mouse: chosen together, filed, pinned, renamed, deleted and brought back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData, QPersistentModelIndex, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from app.store.rows import Chat, Folder
from app.store.store import Store
from app.ui.chat_list import ChatList
from app.ui.chat_model import ChatModel
from app.ui.chat_rows import Row, make_rows, next_named
from tests.ui.studio import Studio

NAMES = ("Rent", "Invoices", "Thesis", "Holiday", "租房合同")


@pytest.fixture
def studio(tmp_path: Path, qtbot: QtBot) -> Iterator[Studio]:
    studio = Studio(tmp_path, qtbot)
    studio.desk.store.call(fill)
    studio.window.conversation.refresh_list()
    studio.window.show_page("chat")
    studio.wait(lambda: len(rows(studio)) == len(NAMES) + 1)
    yield studio
    studio.close()


def fill(store: Store) -> None:
    for name in reversed(NAMES):
        chat = store.create_chat(name)
        store.add_message(chat.id, None, "user", f"about {name}")


def rows(studio: Studio) -> list[str]:
    """What is listed, a folder with a slash, what is in it indented."""
    signs = {"heading": "# {}", "folder": "{}/", "chat": "{}"}
    found = studio.window.sidebar.list.chats.rows
    return [("  " if row.place else "") + signs[row.kind].format(row.text) for row in found]


def click(studio: Studio, text: str, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    view = studio.window.sidebar.list
    studio.qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, keys, place_of(studio, text))


def place_of(studio: Studio, text: str) -> QPoint:
    view = studio.window.sidebar.list
    number = next(number for number, row in enumerate(view.chats.rows) if row.text == text)
    return view.visualRect(view.chats.index(number)).center()


def undo(studio: Studio) -> None:
    buttons = studio.window.notices.findChildren(QAbstractButton)
    next(button for button in buttons if button.text() == "Undo").click()


def is_chosen(view: ChatList, text: str) -> bool:
    return [row.text for row in view.selected_rows()] == [text]


def menu(studio: Studio, text: str) -> QMenu:
    view = studio.window.sidebar.list
    place = place_of(studio, text)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, view.viewport().mapToGlobal(place))
    QApplication.sendEvent(view.viewport(), event)
    found = QApplication.activePopupWidget()
    assert isinstance(found, QMenu)
    return found


def trigger(found: QMenu, *path: str) -> None:
    for name in path[:-1]:
        inner = next(action.menu() for action in found.actions() if action.text() == name)
        assert isinstance(inner, QMenu)
        found = inner
    next(action for action in found.actions() if action.text() == path[-1]).trigger()
    popup = QApplication.activePopupWidget()
    if popup is not None:
        popup.close()


def type_name(studio: Studio, name: str) -> None:
    """Into the field that opened where the row stands."""
    view = studio.window.sidebar.list
    studio.wait(lambda: view.findChild(QLineEdit) is not None)
    field = view.findChild(QLineEdit)
    assert field is not None
    field.selectAll()
    field.insert(name)  # as an input method does
    studio.qtbot.keyClick(field, Qt.Key.Key_Return)


def test_several_chats_are_chosen_deleted_and_brought_back(studio: Studio) -> None:
    view = studio.window.sidebar.list
    click(studio, "Invoices")
    studio.wait(lambda: studio.window.conversation.chat_id is not None)
    opened = studio.window.conversation.chat_id
    click(studio, "Holiday", Qt.KeyboardModifier.ShiftModifier)
    click(studio, "Thesis", Qt.KeyboardModifier.ControlModifier)
    assert studio.window.conversation.chat_id == opened, "to choose is not to open"
    assert len(view.selected_chats()) == 2
    studio.qtbot.keyClick(view, Qt.Key.Key_Delete)
    studio.wait(lambda: rows(studio) == ["# Today", "Rent", "Thesis", "租房合同"])
    assert studio.window.conversation.chat_id is None
    assert "2 chats" in studio.window.notices.words
    undo(studio)
    studio.wait(lambda: rows(studio) == ["# Today", *NAMES])


def test_a_folder_is_made_named_filled_closed_and_deleted(studio: Studio) -> None:
    studio.qtbot.mouseClick(studio.window.sidebar.folder_button, Qt.MouseButton.LeftButton)
    type_name(studio, "Flat")
    studio.wait(lambda: rows(studio)[:3] == ["# Folders", "Flat/", "# Today"])
    drop_chats(studio, [chat_id(studio, "Rent"), chat_id(studio, "租房合同")], "Flat")
    studio.wait(lambda: rows(studio)[:5] == ["# Folders", "Flat/", "  Rent", "  租房合同", "# Today"])
    assert "Moved to Flat: 2 chats" in studio.window.notices.words
    undo(studio)
    studio.wait(lambda: rows(studio) == ["# Folders", "Flat/", "# Today", *NAMES])
    trigger(menu(studio, "Rent"), "Move to folder", "Flat")
    studio.wait(lambda: "  Rent" in rows(studio))
    click(studio, "Flat")
    studio.wait(lambda: "  Rent" not in rows(studio))
    studio.qtbot.keyClick(studio.window.sidebar.list, Qt.Key.Key_Right)
    studio.wait(lambda: "  Rent" in rows(studio))
    drop_chats(studio, [chat_id(studio, "Rent")], "Holiday")
    studio.wait(lambda: rows(studio) == ["# Folders", "Flat/", "# Today", *NAMES])
    drop_chats(studio, [chat_id(studio, "Rent")], "Flat")
    studio.wait(lambda: "  Rent" in rows(studio))
    trigger(menu(studio, "Flat"), "Delete folder")
    studio.wait(lambda: rows(studio) == ["# Today", *NAMES])
    undo(studio)
    studio.wait(lambda: rows(studio)[:4] == ["# Folders", "Flat/", "  Rent", "# Today"])


def test_every_change_is_taken_back_by_a_key_and_done_again(studio: Studio) -> None:
    view, control = studio.window.sidebar.list, Qt.KeyboardModifier.ControlModifier
    studio.qtbot.mouseClick(studio.window.sidebar.folder_button, Qt.MouseButton.LeftButton)
    type_name(studio, "Flat")
    studio.wait(lambda: rows(studio)[:2] == ["# Folders", "Flat/"])
    drop_chats(studio, [chat_id(studio, "Rent"), chat_id(studio, "Thesis")], "Flat")
    studio.wait(lambda: rows(studio)[2:4] == ["  Rent", "  Thesis"])
    trigger(menu(studio, "Holiday"), "Pin")
    studio.wait(lambda: rows(studio)[:2] == ["# Pinned", "Holiday"])
    click(studio, "Invoices")
    studio.qtbot.keyClick(view, Qt.Key.Key_F2)
    type_name(studio, "Bills")
    studio.wait(lambda: "Bills" in rows(studio))
    click(studio, "Rent")
    studio.qtbot.keyClick(view, Qt.Key.Key_A, control)
    assert len(view.selected_chats()) == len(NAMES)
    studio.qtbot.keyClick(view, Qt.Key.Key_Delete)
    studio.wait(lambda: rows(studio) == ["# Folders", "Flat/"])
    studio.qtbot.keyClick(view, Qt.Key.Key_Delete)
    studio.wait(lambda: rows(studio) == [])
    steps = [
        lambda: rows(studio) == ["# Folders", "Flat/"],
        lambda: {"  Rent", "  Thesis", "Bills"} <= set(rows(studio)),
        lambda: "Invoices" in rows(studio),
        lambda: rows(studio)[0] == "# Folders",
        lambda: rows(studio)[:3] == ["# Folders", "Flat/", "# Today"],
        lambda: rows(studio)[1] == "New folder/",
        lambda: rows(studio) == ["# Today", *NAMES],
    ]
    for done in steps:
        studio.qtbot.keyClick(view, Qt.Key.Key_Z, control)
        studio.wait(done)
        assert "Undone" in studio.window.notices.words
    studio.qtbot.keyClick(view, Qt.Key.Key_Z, control)  # nothing is left to take back
    for done in reversed(steps[:-1]):
        studio.qtbot.keyClick(view, Qt.Key.Key_Y, control)
        studio.wait(done)
    studio.qtbot.keyClick(view, Qt.Key.Key_Z, control | Qt.KeyboardModifier.ShiftModifier)
    studio.wait(lambda: rows(studio) == [])


def test_letters_go_to_a_name_and_esc_lets_go_of_several(studio: Studio, qtbot: QtBot) -> None:
    view = studio.window.sidebar.list
    view.setFocus()
    for typed, wanted in (("h", "Holiday"), ("in", "Invoices"), ("同", "租房合同")):
        view._typed_s = 0.0
        for sign in typed:
            view.keyboardSearch(sign)
        assert [row.text for row in view.selected_rows()] == [wanted]
    click(studio, "Holiday", Qt.KeyboardModifier.ShiftModifier)
    assert len(view.selected_chats()) > 1
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert [row.text for row in view.selected_rows()] == ["Holiday"]


def test_del_goes_on_with_the_next_chat_and_not_with_the_one_that_is_open(studio: Studio, qtbot: QtBot) -> None:
    view = studio.window.sidebar.list
    click(studio, "Rent")
    view.setFocus()
    QApplication.processEvents()
    qtbot.keyClicks(view, "thesis")
    for chosen in ("Holiday", "租房合同", "Invoices"):
        qtbot.keyClick(view, Qt.Key.Key_Delete)
        studio.wait(partial(is_chosen, view, chosen))


def test_the_next_name_is_found_by_its_letters() -> None:
    names = ("Lease", "letter", "Moving house", "Élan", "證據", "Lamp")
    found = [Row("heading", "Today"), *(Row("chat", name, number) for number, name in enumerate(names))]
    cases = (
        ("l", 0, 1),
        ("l", 1, 2),
        ("ll", 2, 6),
        ("le", 1, 1),
        ("house", 0, 3),
        ("el", 0, 4),
        ("证", 0, 5),
        ("x", 0, None),
    )
    for typed, current, number in cases:
        assert next_named(found, typed, current) == number, typed
    assert next_named([], "l", -1) is None
    assert next_named(found, "", 1) is None


def test_f2_names_and_a_pin_keeps_a_chat_on_top(studio: Studio) -> None:
    click(studio, "Thesis")
    studio.qtbot.keyClick(studio.window.sidebar.list, Qt.Key.Key_F2)
    type_name(studio, "  论文   第二章 ")
    studio.wait(lambda: "论文 第二章" in rows(studio))
    trigger(menu(studio, "论文 第二章"), "Pin")
    studio.wait(lambda: rows(studio)[:3] == ["# Pinned", "论文 第二章", "# Today"])
    drop_chats(studio, [chat_id(studio, "Rent")], "Pinned")
    studio.wait(lambda: "Rent" in rows(studio)[:3])
    drop_chats(studio, [chat_id(studio, "Rent")], "Today")
    studio.wait(lambda: rows(studio)[:3] == ["# Pinned", "论文 第二章", "# Today"])
    undo(studio)
    studio.wait(lambda: "Rent" in rows(studio)[:3])
    for name in ("Rent", "论文 第二章"):
        trigger(menu(studio, name), "Unpin")
    studio.wait(lambda: rows(studio)[0] == "# Today")


def test_the_menu_key_asks_at_the_row_and_other_parts_are_told(studio: Studio, qtbot: QtBot) -> None:
    sidebar = studio.window.sidebar
    click(studio, "Rent")
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(2, 2), QPoint(2, 2))
    QApplication.sendEvent(sidebar.list.viewport(), event)
    found = QApplication.activePopupWidget()
    assert isinstance(found, QMenu)
    names = [action.text() for action in found.actions() if action.text()]
    assert names == ["Open beside", "Rename", "Pin", "Move to folder", "Export…", "Delete"]
    with qtbot.waitSignal(sidebar.export_wanted) as told:
        trigger(found, "Export…")
    assert told.args == [[chat_id(studio, "Rent")]]
    trigger(menu(studio, "Invoices"), "Open beside")
    studio.wait(lambda: studio.window.panes.is_split)
    studio.wait(lambda: studio.window.conversation.chat_id == chat_id(studio, "Invoices"))


def test_the_field_narrows_the_list_and_enter_looks_everywhere(studio: Studio, qtbot: QtBot) -> None:
    sidebar = studio.window.sidebar
    qtbot.keyClicks(sidebar.search, "inv")
    assert rows(studio) == ["# Today", "Invoices"]
    sidebar.search.setText("合同")
    assert rows(studio) == ["# Today", "租房合同"]
    sidebar.search.setText("nothing like it")
    assert rows(studio) == []
    assert "No chat has this name" in sidebar.empty.text()
    with qtbot.waitSignal(sidebar.search_wanted) as told:
        qtbot.keyClick(sidebar.search, Qt.Key.Key_Return)
    assert told.args == ["nothing like it"]


def test_what_is_closed_stays_closed_and_the_language_changes_the_words(studio: Studio) -> None:
    window = studio.window
    folder = studio.desk.store.call(lambda store: store.create_folder("Flat"))
    studio.desk.store.call(lambda store: store.move_chats([(1, folder.id)]))
    window.sidebar.shelving.toggle_folder(folder.id, is_open=False)
    window.conversation.refresh_list()
    studio.wait(lambda: "Flat/" in rows(studio))
    studio.desk.change_settings(language="zh_CN")
    studio.wait(lambda: rows(studio)[:2] == ["# 文件夹", "Flat/"] and "# 今天" in rows(studio))
    assert not [row for row in rows(studio) if row.startswith("  ")]
    studio.desk.change_settings(language="en")


def test_enter_opens_and_a_double_click_is_no_second_wish(studio: Studio, qtbot: QtBot) -> None:
    view = studio.window.sidebar.list
    studio.desk.store.call(lambda store: store.create_folder("Flat"))
    studio.window.conversation.refresh_list()
    studio.wait(lambda: "Flat/" in rows(studio))
    place = place_of(studio, "Flat")
    click(studio, "Flat")
    qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert view.chats.rows[1].is_open is False
    other = studio.desk.store.call(lambda store: store.create_folder("Other"))
    studio.window.conversation.refresh_list()
    studio.wait(lambda: "Other/" in rows(studio))
    studio.window.sidebar.shelving.rename_folder(other.id, "FLAT")
    assert "There is a folder called FLAT already." in studio.window.notices.words
    click(studio, "Thesis", Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    studio.wait(lambda: studio.window.conversation.chat_id == chat_id(studio, "Thesis"))


def chat_id(studio: Studio, title: str) -> int:
    return next(chat.id for chat in studio.window.conversation.chats if chat.title == title)


def drop_chats(studio: Studio, ids: list[int], on: str) -> None:
    """As a drag ends: the mouse moves over a row and lets go."""
    view = studio.window.sidebar.list
    indexes = [view.chats.find(("chat", one)) for one in ids]
    mime: QMimeData = view.chats.mimeData(indexes)
    place = QPointF(place_of(studio, on))
    actions, button, keys = Qt.DropAction.MoveAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    move = QDragMoveEvent(place.toPoint(), actions, mime, button, keys)
    view.dragMoveEvent(move)
    assert move.isAccepted()
    view.dropEvent(QDropEvent(place, actions, mime, button, keys))


# ---- the rows and the model


CHATS = st.builds(
    Chat,
    id=st.integers(1, 12),
    title=st.sampled_from(["a", "b", "c"]),
    created_at=st.just(0.0),
    updated_at=st.sampled_from([time.time(), time.time() - 86_400, 1.0e9]),
    folder_id=st.sampled_from([None, None, 1, 2]),
    pinned_at=st.sampled_from([None, None, 1.0]),
)
LISTS = st.lists(CHATS, unique_by=lambda chat: chat.id)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(LISTS, st.sets(st.sampled_from([1, 2]))), min_size=1, max_size=4))
def test_the_model_tells_the_views_exactly_what_changed(qapp: QApplication, states: list) -> None:  # type: ignore[type-arg]
    model = ChatModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for chats, closed in states:
        held = {row.key: QPersistentModelIndex(model.index(number)) for number, row in enumerate(model.rows)}
        wanted = make_rows(chats, [Folder(1, "F", 0.0), Folder(2, "G", 0.0)], closed)
        kept = model.show_rows(wanted)
        assert model.rows == wanted
        for number, row in enumerate(wanted):
            if kept and row.key in held:
                assert held[row.key].row() == number
    assert tester.model() is model


def test_every_chat_stands_in_one_place() -> None:
    folder = Folder(1, "F", 0.0)
    chats = [
        Chat(1, "pinned in a folder", 0.0, time.time(), folder_id=1, pinned_at=1.0),
        Chat(2, "in a folder", 0.0, time.time(), folder_id=1),
        Chat(3, "of a folder that is gone", 0.0, time.time(), folder_id=9),
    ]
    assert [row.key for row in make_rows(chats, [folder], closed=())] == [
        ("heading", "Pinned"),
        ("chat", 1),
        ("heading", "Folders"),
        ("folder", 1),
        ("chat", 2),
        ("heading", "Today"),
        ("chat", 3),
    ]
    assert [row.id for row in make_rows(chats, [folder], closed={1}) if row.kind == "chat"] == [1, 3]
    assert [row.id for row in make_rows(chats, [folder], closed={1}, needle="in a") if row.kind == "chat"] == [1, 2]


def test_one_new_chat_among_five_thousand_is_told_in_a_moment(qapp: QApplication) -> None:
    model = ChatModel()
    many = [Chat(number, f"chat {number}", 0.0, 1.0e9 - number) for number in range(1, 5_001)]
    model.show_rows(make_rows(many, [], ()))
    told: list[Callable[[], object]] = []
    model.modelReset.connect(lambda: told.append(lambda: None))
    moved = [Chat(2_500, "chat 2500", 0.0, 1.1e9), *(chat for chat in many if chat.id != 2_500)]
    began_s = time.thread_time()
    assert model.show_rows(make_rows(moved, [], ()))
    took_s = time.thread_time() - began_s
    assert not told
    assert isinstance(model.rows[1], Row)
    assert took_s < 0.5
