"""Ctrl+K, Ctrl+F and the recycle bin by real keys: what is found is opened where it stands, and lit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from app.core.chat import Document, Page, Receipt, Timing, Usage
from app.store.store import Store
from app.ui.chat.find_bar import FindBar
from app.ui.pages.bin import BinPage
from app.ui.palette.palette import Palette
from tests.ui.studio import Studio

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
PAGES = (Page(1, "Nothing here."), Page(2, "The tenant leaves a deposit of two rents."))
LEASE = Document("/lease.pdf", "lease.pdf", "pdf", "ab", PAGES, tokenizer="t")


@pytest.fixture
def studio(tmp_path: Path, qtbot: QtBot) -> Iterator[Studio]:
    studio = Studio(tmp_path, qtbot)
    studio.desk.store.call(fill_at_once)
    studio.window.conversation.refresh_list()
    studio.window.show_page("chat")
    studio.wait(lambda: len(studio.window.conversation.chats) == 3)
    yield studio
    studio.close()


def fill_at_once(store: Store) -> None:
    with store.transaction():
        fill(store)
    store.index_all()


def fill(store: Store) -> None:
    """A chat with a document, one long chat, and one in Chinese."""
    first = store.create_chat("Lease")
    store.add_message(first.id, None, "user", "What is in it?", [store.save_document(LEASE)])
    long, parent = store.create_chat("Long talk"), None
    for number in range(60):
        question = store.add_message(long.id, parent, "user", f"question {number}")
        answer = store.begin_answer(long.id, question.id, "m")
        thought = "a buried thought" if number == 20 else ""
        text = f"Answer {number}.\n\n- **needle** one\n- needle two" if number in (7, 45) else "Plain words. " * 30
        store.append_answer(answer.id, [("thinking", thought), ("answer", text)])
        parent = store.finish_answer(answer.id, "complete", Usage(), Timing(), Receipt()).id
    chinese = store.create_chat("租房合同的问题")
    store.add_message(chinese.id, None, "user", "押金什么时候退还？")


def palette(studio: Studio, words: str = "") -> Palette:
    studio.qtbot.keyClick(studio.window, Qt.Key.Key_K, CTRL)
    found = studio.window.seeking.palette
    assert isinstance(found, Palette)
    for sign in words:
        if sign.isascii():
            studio.qtbot.keyClicks(found.edit, sign)
        else:
            found.edit.insert(sign)  # as an input method does
    return found


def titles(found: Palette) -> list[str]:
    return [entry.title for entry in found.results.entries.all]


def view_of(studio: Studio):  # type: ignore[no-untyped-def]
    return studio.window.chat.view


def lit(studio: Studio) -> list[str]:
    """The current hits, as they are marked on the page: underlined."""
    rows = view_of(studio).live_rows.values()
    parts = [part for row in rows for part in (row.browser, getattr(getattr(row, "thinking", None), "browser", None))]
    marks = [mark for part in parts if part is not None for mark in part.extraSelections()]
    return [mark.cursor.selectedText() for mark in marks if mark.format.fontUnderline()]


def is_in_sight(studio: Studio, text: str) -> bool:
    view = view_of(studio)
    for row, widget in view.live_rows.items():
        if text in view.message(row).text:
            return bool(widget.y() < view.viewport().height() and widget.y() + widget.height() > 0)
    return False


def test_what_is_typed_is_found_and_opened_where_it_stands(studio: Studio, qtbot: QtBot) -> None:
    found = palette(studio, "needle")
    studio.wait(lambda: titles(found) == ["Messages", "Long talk", "Long talk"])
    assert found.results.chosen is not None
    assert found.results.chosen.line[slice(*found.results.chosen.spans[0])] == "needle"
    qtbot.keyClick(found.edit, Qt.Key.Key_Down)
    chosen = found.results.chosen
    assert chosen is not None
    assert chosen.hit is not None
    assert "Answer 7." in chosen.line
    qtbot.keyClick(found.edit, Qt.Key.Key_Return)
    studio.wait(lambda: view_of(studio).count == 120 and lit(studio) == ["needle"], 20_000)
    assert is_in_sight(studio, "Answer 7.")
    bar = studio.window.findChild(FindBar)
    assert bar is not None
    assert bar.count.text() == "1 of 4"
    qtbot.keyClick(bar.edit, Qt.Key.Key_Return)
    assert bar.count.text() == "2 of 4"
    assert is_in_sight(studio, "Answer 7.")
    qtbot.keyClick(bar.edit, Qt.Key.Key_Return)
    assert bar.count.text() == "3 of 4"
    assert is_in_sight(studio, "Answer 45."), "a row that was no widget before"
    assert lit(studio) == ["needle"]
    qtbot.keyClick(bar.edit, Qt.Key.Key_Return, SHIFT)
    assert is_in_sight(studio, "Answer 7.")
    qtbot.keyClick(bar.edit, Qt.Key.Key_Escape)
    assert not bar.isVisible()
    assert lit(studio) == []


def test_enter_waits_for_what_is_still_being_looked_up(studio: Studio, qtbot: QtBot) -> None:
    found = palette(studio)
    found.edit.insert("押金")
    qtbot.keyClick(found.edit, Qt.Key.Key_Return)
    studio.wait(lambda: lit(studio) == ["押金"])
    assert studio.window.findChild(FindBar) is not None


def test_a_thought_is_unfolded_for_its_hit(studio: Studio, qtbot: QtBot) -> None:
    found = palette(studio, "buried")
    studio.wait(lambda: "Messages" in titles(found))
    qtbot.keyClick(found.edit, Qt.Key.Key_Return)
    studio.wait(lambda: lit(studio) == ["buried"], 20_000)


def test_a_page_opens_in_the_preview_with_the_passage_lit(studio: Studio, qtbot: QtBot) -> None:
    found = palette(studio, "deposit of")
    studio.wait(lambda: "lease.pdf · page 2" in titles(found))
    qtbot.keyClick(found.edit, Qt.Key.Key_Return)
    leafing = studio.window.leafing
    studio.wait(lambda: leafing.is_open and leafing.number == 2)
    assert leafing.page is not None
    assert leafing.page.text[slice(*leafing.lit)] == "deposit"


def test_a_hit_in_a_side_note_opens_the_note(studio: Studio, qtbot: QtBot) -> None:
    chat = studio.window.conversation.chats[0]
    studio.desk.store.call(lambda store: store.set_note(chat.id, "remember the landlord"))
    found = palette(studio, "landlord")
    studio.wait(lambda: len(titles(found)) > 1 and found.results.entries.all[1].picture == "sticky-note")
    qtbot.keyClick(found.edit, Qt.Key.Key_Return)
    studio.wait(lambda: studio.window.conversation.chat_id == chat.id)
    studio.wait(lambda: studio.window.chat.composer.note.isChecked())


def test_commands_are_found_beside_chats_and_alone(studio: Studio, qtbot: QtBot) -> None:
    found = palette(studio)
    assert {"Recent chats", "Commands", "New chat", "Lease"} <= set(titles(found))
    found.edit.insert(">recyc")
    assert titles(found) == ["Commands", "Recycle bin"]
    qtbot.keyClick(found.edit, Qt.Key.Key_Return)
    studio.wait(lambda: studio.window.page == "bin")
    found = palette(studio, "zzzz")
    studio.wait(lambda: found.foot.text() == "Nothing was found.")
    qtbot.keyClick(found.edit, Qt.Key.Key_Escape)
    studio.wait(lambda: studio.window.seeking.palette is None)
    assert studio.window.page == "bin", "Esc closed the search and nothing else"


def test_conditions_become_chips_and_backspace_takes_them_away(studio: Studio, qtbot: QtBot) -> None:
    def file_it(store: Store) -> None:
        folder = store.create_folder("Moving house")
        store.move_chats([(1, folder.id)])

    studio.desk.store.call(file_it)
    found = palette(studio)
    qtbot.mouseClick(found.line.more, Qt.MouseButton.LeftButton)
    assert titles(found)[:3] == ["Narrow the search", "In a folder", "Only chats with files"]
    qtbot.keyClick(found.edit, Qt.Key.Key_Return)
    assert found.edit.text() == "in:"
    studio.wait(lambda: titles(found) == ["Narrow the search", "Moving house"])
    qtbot.keyClick(found.edit, Qt.Key.Key_Return)
    assert (found.edit.text(), [chip.text() for chip in found.line.chips]) == ("", ["in Moving house"])
    studio.wait(lambda: titles(found) == ["Chats", "Lease"])
    qtbot.keyClicks(found.edit, "has:file deposit")
    assert (found.edit.text(), len(found.line.chips)) == ("deposit", 2)
    studio.wait(lambda: titles(found) == ["Documents", "lease.pdf · page 2"])
    assert found.words == "deposit"
    found.edit.setCursorPosition(0)
    qtbot.keyClick(found.edit, Qt.Key.Key_Backspace)
    qtbot.keyClick(found.edit, Qt.Key.Key_Backspace)
    assert (found.edit.text(), found.line.chips) == ("deposit", [])
    found.edit.setText("is:pinned ")
    assert "Remove pinned" in found.line.chips[0].accessibleName()
    studio.wait(lambda: found.foot.text() == "Nothing was found.")
    qtbot.keyClick(found.line.chips[0], Qt.Key.Key_Delete)
    assert found.line.chips == []
    assert "Recent chats" in titles(found)


def test_a_press_beside_it_closes_it_and_a_click_chooses(studio: Studio, qtbot: QtBot) -> None:
    found = palette(studio)
    qtbot.mouseClick(found, Qt.MouseButton.LeftButton, pos=QPoint(4, 4))
    studio.wait(lambda: studio.window.seeking.palette is None)
    found = palette(studio)
    number = titles(found).index("Lease")
    place = found.results.visualRect(found.results.entries.index(number)).center()
    qtbot.mouseClick(found.results.viewport(), Qt.MouseButton.LeftButton, pos=place)
    studio.wait(lambda: [row.text for row in studio.window.conversation.messages] == ["What is in it?"])


def test_find_in_the_open_chat_counts_and_goes_round(studio: Studio, qtbot: QtBot) -> None:
    long = next(chat for chat in studio.window.conversation.chats if chat.title == "Long talk")
    studio.window.conversation.open_chat(long.id)
    studio.wait(lambda: view_of(studio).count == 120)
    qtbot.keyClick(studio.window, Qt.Key.Key_F, CTRL)
    bar = studio.window.findChild(FindBar)
    assert bar is not None
    qtbot.keyClicks(bar.edit, "question 1")
    assert bar.count.text() == "11 of 11", "all are above of what is in sight"
    qtbot.keyClick(bar.edit, Qt.Key.Key_Return)
    assert bar.count.text() == "1 of 11"
    assert is_in_sight(studio, "question 1")
    assert lit(studio) == ["question 1"]
    bar.edit.clear()
    qtbot.keyClicks(bar.edit, "nowhere")
    assert bar.count.text() == "not found"
    studio.window.new_chat()
    assert not bar.isVisible()


def test_the_bin_gives_back_and_lets_go_after_asking(studio: Studio, qtbot: QtBot) -> None:
    store = studio.desk.store
    ids = [chat.id for chat in studio.window.conversation.chats]
    store.call(lambda store: store.delete_chats(ids))
    studio.window.show_page("bin")
    page = studio.window.pages["bin"]
    assert isinstance(page, BinPage)
    studio.wait(lambda: len(page.rows) == 3)
    assert "goes for ever in 30 days" in page.rows[0].facts.text()
    row = next(row for row in page.rows if "Lease" in row.restore.accessibleName())
    assert "1 document" in row.facts.text()
    row.restore.click()
    studio.wait(lambda: [chat.title for chat in studio.window.conversation.chats] == ["Lease"])
    studio.wait(lambda: len(page.rows) == 2)
    erase = page.rows[0].erase
    studio.wait(erase.button.isVisible)
    erase.button.click()
    assert erase.question.isVisible()
    erase.keep.click()
    assert not erase.question.isVisible()
    assert len(store.call(lambda store: store.list_deleted())) == 2
    erase.button.click()
    erase.sure.click()
    studio.wait(lambda: len(page.rows) == 1)
    page.clear.button.click()
    page.clear.sure.click()
    studio.wait(page.empty.isVisible)
    assert store.call(lambda store: store.list_deleted()) == []
    undo = [button for button in studio.window.notices.findChildren(QAbstractButton) if button.text() == "Undo"]
    assert not any(button.isVisible() for button in undo), "for ever is for ever"


def test_the_language_may_change_while_the_search_is_open(studio: Studio) -> None:
    palette(studio, "le")
    studio.desk.change_settings(language="zh_CN")
    studio.wait(lambda: studio.window.seeking.palette is None)
    found = palette(studio)
    assert "最近的对话" in titles(found)
    studio.desk.change_settings(language="en")
