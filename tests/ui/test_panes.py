"""Two chats side by side: both answer, the edges follow the active one, nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.ui.sample_computer import SAMPLE_MACHINE
from tests.helpers.fake_engine import Script
from tests.helpers.together import TogetherEngine
from tests.ui.studio import Studio

CONTROL = Qt.KeyboardModifier.ControlModifier
Open = Callable[..., Studio]


@pytest.fixture
def open_studio(tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    monkeypatch.setattr("app.session.loading.take_snapshot", lambda _: SAMPLE_MACHINE)
    studios: list[Studio] = []

    def open_one(script: Script | None = None) -> Studio:
        script = script or Script()
        studio = Studio(tmp_path / "home", qtbot, script, TogetherEngine(script))
        studios.append(studio)
        studio.window.resize(1440, 860)
        return studio

    yield open_one
    for studio in studios:
        studio.close()


def split(studio: Studio) -> None:
    studio.qtbot.keyClick(studio.window, Qt.Key.Key_Backslash, CONTROL)
    studio.wait(lambda: studio.window.panes.is_split and studio.window.chat.isVisible())


def say_in_active(studio: Studio, text: str) -> None:
    composer = studio.window.chat.composer
    studio.qtbot.keyClicks(composer.edit, text)
    studio.qtbot.keyClick(composer.edit, Qt.Key.Key_Return)


def test_both_answer_at_the_same_time_and_escape_stops_the_active_one_alone(open_studio: Open) -> None:
    studio = open_studio(Script("word " * 80, delay_s=0.01))
    studio.load()
    say_in_active(studio, "one")
    split(studio)
    assert studio.window.panes.active.number == 2
    say_in_active(studio, "two")
    first, second = (pane.conversation for pane in studio.window.panes.all)
    studio.wait(lambda: all(one.turn is not None and len(one.turn.outcome.text) > 20 for one in (first, second)))
    studio.qtbot.keyClick(studio.window, Qt.Key.Key_Escape)
    studio.wait(lambda: not second.is_running)
    assert first.is_running
    studio.qtbot.keyClick(studio.window, Qt.Key.Key_F6)
    assert studio.window.conversation is first
    studio.wait(lambda: not first.is_running and first.messages[-1].state == "complete")
    studio.wait(lambda: second.messages[-1].state == "stopped")
    assert [one.messages[0].text for one in (first, second)] == ["one", "two"]
    assert first.messages[1].text == "word " * 80
    assert second.messages[1].text.startswith("word word")
    assert first.chat_id != second.chat_id


def test_the_pane_with_the_keyboard_is_active_and_the_edges_follow(open_studio: Open) -> None:
    studio = open_studio(Script("Yes."))
    window = studio.window
    studio.load()
    studio.ask("A question")
    asked = window.conversation.chat_id
    window.modelbar.inspector.setChecked(True)
    window.inspector.show_tab("parameters")
    split(studio)
    assert window.inspector.tab == "parameters"
    assert window.sidebar.list._delegate.open_chat is None, "a new chat is not in the list"
    window.conversation.manner.choose(temperature=0.1)
    first = window.frame.panes.views[0].chat
    QTest.mouseClick(first.composer.edit.viewport(), Qt.MouseButton.LeftButton)
    assert window.chat is first
    assert window.conversation.chat_id == asked
    assert window.sidebar.list._delegate.open_chat == asked
    assert window.conversation.manner.choices.temperature is None
    assert window.inspector.isVisible()


def test_same_chat_is_read_beside_but_not_asked_twice_at_once(open_studio: Open) -> None:
    studio = open_studio(Script("word " * 60, delay_s=0.01))
    window = studio.window
    studio.load()
    studio.ask("first")
    chat_id = window.conversation.chat_id
    assert chat_id is not None
    window.open_beside(chat_id)
    first, second = (pane.conversation for pane in window.panes.all)
    studio.wait(lambda: second.chat_id == chat_id and len(second.messages) == 2)
    window.panes.activate(window.panes.all[0])
    say_in_active(studio, "again")
    studio.wait(lambda: first.is_running)
    window.panes.activate(window.panes.all[1])
    window.chat.composer.set_text("me too")
    assert not window.chat.composer.send_button.isEnabled()
    second.ask("me too", thinking=False)
    assert not second.is_running
    studio.wait(lambda: not first.is_running)
    studio.wait(lambda: len(second.messages) == 4)
    assert window.chat.composer.send_button.isEnabled()
    assert window.chat.composer.text == "me too"


def test_closing_keeps_what_is_typed_and_what_is_answered(open_studio: Open) -> None:
    studio = open_studio(Script("word " * 50, delay_s=0.01))
    window = studio.window
    studio.load()
    split(studio)
    say_in_active(studio, "a question")
    second = window.panes.all[1].conversation
    studio.wait(lambda: second.turn is not None and len(second.turn.outcome.text) > 10)
    studio.qtbot.keyClicks(window.chat.composer.edit, "and then")
    studio.qtbot.keyClick(window, Qt.Key.Key_W, CONTROL)
    assert not window.panes.is_split
    assert window.panes.active.number == 1
    studio.wait(lambda: not second.is_running)
    split(studio)
    assert window.chat.composer.text == "and then"
    studio.wait(lambda: window.chat.view.count == 2 and window.chat.view.message(1).text == "word " * 50)


def test_narrow_window_shows_the_active_one_alone_and_another_language_both(open_studio: Open) -> None:
    studio = open_studio()
    split(studio)
    pages = [view.chat for view in studio.window.frame.panes.views]
    assert all(page.isVisible() for page in pages)
    studio.window.resize(900, 700)
    studio.wait(lambda: [page.isVisible() for page in pages] == [False, True])
    studio.qtbot.keyClick(studio.window, Qt.Key.Key_F6)
    studio.wait(lambda: [page.isVisible() for page in pages] == [True, False])
    studio.window.resize(1440, 860)
    studio.wait(lambda: all(page.isVisible() for page in pages))
    studio.qtbot.keyClick(studio.window, Qt.Key.Key_F6)
    studio.qtbot.keyClicks(studio.window.chat.composer.edit, "not sent")
    studio.desk.change_settings(language="zh_CN")
    window = studio.window
    pages = [view.chat for view in window.frame.panes.views]
    assert [page.composer.text for page in pages] == ["", "not sent"]
    assert window.panes.active.number == 2
    studio.wait(lambda: all(page.isVisible() for page in pages))
