"""Drag and drop both ways: files, folders and words into the message from anywhere, answers and tables out again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDrag, QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.session.demo import demo_model_path
from app.ui.chat.drags import DragOut, code_data, file_data, free_path, message_data, name_of, table_data
from app.ui.chat_model import CHATS_MIME
from app.ui.sample_computer import SAMPLE_MACHINE
from app.ui.widgets.buttons import TextButton
from tests.helpers.fake_engine import Script
from tests.ui.studio import Studio, drop

TABLE = "The rent.\n\n| a | b |\n|---|---|\n| 1 | 二 |\n\n```python\nprint(1)\n```\n"
Taken = list[QMimeData]


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> Taken:
    """What was dragged out; a real drag would wait for the mouse of a person."""
    found: Taken = []

    def execute(drag: QDrag, *_: object) -> Qt.DropAction:
        found.append(drag.mimeData())
        found[-1].urls()  # while the drag lives, as a target does
        return Qt.DropAction.CopyAction

    monkeypatch.setattr(QDrag, "exec", execute)
    return found


@pytest.fixture
def studio(tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    monkeypatch.setattr("app.session.loading.take_snapshot", lambda _: SAMPLE_MACHINE)
    made = Studio(tmp_path / "home", qtbot, Script(TABLE))
    yield made
    made.close()


def drag(handle: QWidget) -> None:
    """Press, and move far enough."""
    middle = handle.rect().center()
    QTest.mousePress(handle, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)
    QTest.mouseMove(handle, middle + QPoint(3 * QApplication.startDragDistance(), 0))
    QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)


def drop_mime(widget: QWidget, mime: QMimeData) -> bool:
    actions, button, keys = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(widget, QDragEnterEvent(QPoint(5, 5), actions, mime, button, keys))
    event = QDropEvent(QPointF(5, 5), actions, mime, button, keys)
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


def test_click_stays_a_click_and_a_drag_is_none(qtbot: QtBot, taken: Taken) -> None:
    button, clicks = TextButton("Copy"), []
    qtbot.addWidget(button)
    button.show()
    button.clicked.connect(lambda: clicks.append(1))
    DragOut(button, lambda: message_data("*a*", "a"))
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert (len(clicks), len(taken)) == (1, 0)
    drag(button)
    assert (len(clicks), len(taken)) == (1, 1)
    assert not button.isDown()


def test_answer_is_a_file_markdown_and_text() -> None:
    data = message_data("# The rent: 900 €\n\nis due", "The rent: 900 €\nis due")
    assert data.text() == "The rent: 900 €\nis due"
    assert bytes(data.data("text/markdown").data()).decode() == "# The rent: 900 €\n\nis due"
    assert data.hasUrls()
    file = Path(data.urls()[0].toLocalFile())
    assert (file.name, file.read_text("utf-8")) == ("The rent 900.md", "# The rent: 900 €\n\nis due")
    assert file.parent.stat().st_mode & 0o077 == 0 or os.name == "nt", "for this user alone"
    assert Path(data.urls()[0].toLocalFile()) == file, "written once"


def test_nothing_is_written_before_somebody_takes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "write_bytes", lambda *_: pytest.fail("written too early"))
    data = table_data("a,b", "a\tb", "<table></table>")
    assert data.formats()
    assert data.hasFormat("text/uri-list")
    assert data.text() == "a\tb"


def test_names_of_files_are_fit_for_every_system(tmp_path: Path) -> None:
    assert name_of("## *Who* / what?\nmore") == "Who what"
    assert name_of("合同的通知期") == "合同的通知期"
    assert name_of("---\n***") == "answer"
    assert len(name_of("word " * 99)) <= 48
    (tmp_path / "a.md").touch()
    assert free_path(tmp_path, "a.md").name == "a 2.md"
    assert code_data("x", "../../etc").urls()[0].fileName().endswith(".txt")
    assert code_data("x", "Python").urls()[0].fileName().endswith(".py")


def test_chip_is_its_file_and_a_lost_one_is_nothing(tmp_path: Path) -> None:
    file = tmp_path / "a b.pdf"
    assert file_data([file]) is None
    file.touch()
    data = file_data([file])
    assert data is not None
    assert data.urls() == [QUrl.fromLocalFile(str(file))]


def test_chats_leave_the_list_as_a_file_each(studio: Studio) -> None:
    studio.load()
    studio.ask("What is the rent?")
    studio.window.new_chat()
    studio.ask("When is it due?")
    rows = studio.window.sidebar.list
    studio.wait(lambda: len(studio.window.conversation.chats) == 2)
    rows.selectAll()
    data = rows.chats.mimeData(rows.selectionModel().selectedIndexes())
    assert data.hasFormat(CHATS_MIME), "folders take them too"
    files = {Path(url.toLocalFile()) for url in data.urls()}
    assert {file.name for file in files} == {"What is the rent.md", "When is it due.md"}
    assert any("What is the rent?" in file.read_text("utf-8") for file in files)


def test_answer_code_and_table_leave_the_conversation(studio: Studio, taken: Taken, tmp_path: Path) -> None:
    before = QApplication.clipboard().text()
    studio.load()
    studio.ask("What is the rent?")
    row = studio.window.chat.view._live[1]
    row.set_focused(True)
    assert row.acts is not None
    drag(row.acts.icons[0])
    assert taken[-1].text().startswith("The rent.")
    assert bytes(taken[-1].data("text/markdown").data()).decode() == TABLE
    table = row.table  # type: ignore[attr-defined]
    drag(table.copy)
    assert "1,二" in bytes(taken[-1].data("text/csv").data()).decode()
    assert "<td>二</td>" in taken[-1].html()
    assert taken[-1].text() == "a\tb\n1\t二\n"
    drag(row.browser.code_buttons[0])
    assert taken[-1].text().strip() == "print(1)"
    assert taken[-1].urls()[0].fileName().endswith(".py")
    assert QApplication.clipboard().text() == before, "no click came of it"
    (tmp_path / "a.txt").write_text("first")
    studio.window.arrivals.open([tmp_path / "a.txt"])
    assert studio.window.conversation.chat_id is None, "files the program was given begin a new message"
    studio.wait(lambda: len(studio.window.conversation.documents) == 1, 20_000)


def test_files_folders_and_words_go_into_the_message_from_anywhere(studio: Studio, tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "a.txt").write_text("first")
    (tmp_path / "b.txt").write_text("second")
    window = studio.window
    window.show_page("settings")
    assert drop(window, folder, tmp_path / "b.txt")
    assert window.page == "chat"
    studio.wait(lambda: {Path(one.path).name for one in window.conversation.documents} == {"papers", "b.txt"}, 20_000)
    window.chat.composer.set_text("before ")
    mime = QMimeData()
    mime.setText("dropped words")
    assert drop_mime(window, mime)
    assert window.chat.composer.text == "before dropped words"
    assert not drop_mime(window, QMimeData())


def test_dropped_model_is_offered_and_not_loaded(studio: Studio, tmp_path: Path) -> None:
    window = studio.window
    fake = tmp_path / "fake.gguf"
    fake.write_bytes(b"GGUX" + bytes(64))
    assert drop(window, fake)
    studio.wait(lambda: "fake.gguf" in window.notices.words)
    assert window.page == "chat"
    assert drop(window.chat, demo_model_path())
    studio.wait(lambda: window.page == "computer")
    page = window.pages["computer"]
    studio.wait(lambda: page.loading.load.isEnabled())  # type: ignore[attr-defined]
    assert not studio.desk.engine.state.has_model
    assert "is on this computer" in window.notices.words
    studio.qtbot.mouseClick(window.notices._button, Qt.MouseButton.LeftButton)
    studio.wait(lambda: studio.desk.engine.state.has_model)
