"""Two chats side by side: both answer, the edges follow the active one, nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.ui.conversation import Conversation
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
    studio = open_studio(Script("word " * 80, delay_s=0.05))
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
    studio.script.delay_s = 0.0
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


def beside(studio: Studio) -> tuple[Conversation, Conversation]:
    """A chat with one answer, in both panes; the first is active."""
    studio.load()
    studio.ask("first")
    window = studio.window
    window.open_beside(window.conversation.chat_id)
    first, second = (pane.conversation for pane in window.panes.all)
    studio.wait(lambda: second.chat_id == first.chat_id and len(second.messages) == 2)
    window.panes.activate(window.panes.all[0])
    return first, second


def test_one_answer_streams_in_both_panes_of_its_chat(open_studio: Open) -> None:
    studio = open_studio(Script("Yes."))
    first, second = beside(studio)
    studio.script.answer, studio.script.delay_s = "word " * 60, 0.05
    views = [view.chat for view in studio.window.frame.panes.views]
    asked: list[object] = []
    studio.window.panes.answers.began.connect(asked.append)
    say_in_active(studio, "again")
    heard: list[int] = []
    second.spoke.connect(lambda channel, text, tokens: heard.append(len(text)))
    studio.wait(lambda: len(views[1].view.message(3).text) > 30 if views[1].view.count == 4 else False)
    assert second.turn is first.turn
    assert views[1].view.streaming_row == 3
    assert len(asked) == 1, "one stream of the engine"
    studio.script.delay_s = 0.0
    studio.wait(lambda: not second.is_running and not first.is_running)
    assert sum(heard) > 100
    studio.wait(lambda: all(page.view.message(3).text == "word " * 60 for page in views))
    assert all(page.view.message(3).receipt for page in views)
    studio.wait(lambda: all(one.messages[-1].state == "complete" for one in (first, second)))


def test_either_pane_stops_the_answer_they_share_and_queues_behind_it(open_studio: Open) -> None:
    studio = open_studio(Script("Yes."))
    first, second = beside(studio)
    studio.script.answer, studio.script.delay_s = "word " * 3000, 0.01
    say_in_active(studio, "again")
    studio.wait(lambda: second.turn is not None and len(second.turn.outcome.text) > 10)
    window = studio.window
    window.panes.activate(window.panes.all[1])
    say_in_active(studio, "and then")
    studio.wait(lambda: [len(one.queue) for one in (first, second)] == [1, 1])
    assert all(view.chat.acts.queue.isVisible() for view in window.frame.panes.views)
    studio.qtbot.keyClick(window, Qt.Key.Key_Escape)
    studio.wait(lambda: not first.is_running and not second.is_running)
    studio.wait(lambda: first.messages[-1].state == "stopped")
    assert [bool(one.held) for one in (first, second)] == [True, True], "the stopped answer holds what waits"
    studio.script.answer = "Yes."
    second.send_waiting(second.queue[0].id)
    studio.wait(lambda: not second.is_running and len(first.messages) == 6)
    assert [one.queue for one in (first, second)] == [[], []]
    assert first.messages[-2].text == "and then"


def test_a_pane_that_comes_to_a_running_answer_hears_all_of_it(open_studio: Open) -> None:
    studio = open_studio(Script("word " * 60, delay_s=0.05))
    studio.load()
    say_in_active(studio, "one")
    window = studio.window
    first, second = (pane.conversation for pane in window.panes.all)
    studio.wait(lambda: first.turn is not None and len(first.turn.outcome.text) > 20)
    window.open_beside(first.chat_id)
    studio.wait(lambda: second.chat_id == first.chat_id and second.is_in_sight)
    first.new_chat()  # the pane that asked looks elsewhere
    shown = window.frame.panes.views[1].chat
    studio.script.delay_s = 0.0
    studio.wait(lambda: not second.is_running)
    studio.wait(lambda: shown.view.message(1).text == "word " * 60 and bool(shown.view.message(1).receipt))


def test_what_is_typed_noted_and_chosen_in_one_stands_in_the_other(open_studio: Open, tmp_path: Path) -> None:
    studio = open_studio(Script("Yes."))
    first, second = beside(studio)
    window = studio.window
    left, right = (view.chat for view in window.frame.panes.views)
    file = tmp_path / "a.txt"
    file.write_text("Five words are in here.")
    studio.qtbot.keyClicks(left.composer.edit, "half a ques")
    first.add_files([file])
    studio.wait(lambda: len(second.documents) == 1)
    window.panes.activate(window.panes.all[1])
    assert right.composer.text == "half a ques", "kept when the pane is left"
    right.composer.edit.moveCursor(right.composer.edit.textCursor().MoveOperation.End)
    studio.qtbot.keyClicks(right.composer.edit, "tion")
    second.keep_note("ask Eva")
    second.manner.choose(temperature=0.3)
    right.keep_draft()
    assert left.composer.text == "half a question"
    assert (first.note, first.manner.choices.temperature) == ("ask Eva", 0.3)
    studio.qtbot.keyClick(right.composer.edit, Qt.Key.Key_Return)
    studio.wait(lambda: len(first.messages) == 4 and not first.is_running)
    assert [(one.draft, one.documents) for one in (first, second)] == [("", []), ("", [])]
    assert left.composer.text == right.composer.text == ""


def test_what_is_written_before_a_chat_begins_comes_back_and_goes_with_it(open_studio: Open, tmp_path: Path) -> None:
    studio = open_studio(Script("Yes."))
    studio.load()
    chat, conversation = studio.window.chat, studio.window.conversation
    folder = studio.desk.store.call(lambda store: store.create_folder("Work"))
    studio.window.sidebar._on_new(folder.id)
    studio.wait(chat.acts.folder_line.isVisible)
    studio.window.commands.run("message.note")
    QTest.keyClicks(chat.acts.note.box, "ask Eva")
    studio.close()
    again = open_studio(Script("Yes."))
    again.load()
    chat, conversation = again.window.chat, again.window.conversation
    again.wait(chat.acts.folder_line.isVisible)
    assert "Work" in chat.acts.folder_line.words.text()
    QTest.mouseClick(chat.composer.note, Qt.MouseButton.LeftButton)
    assert chat.acts.note.box.toPlainText() == "ask Eva"
    QTest.keyClicks(chat.acts.note.box, " today")
    again.ask("Two?")
    chat_id = conversation.chat_id
    assert chat_id is not None
    assert not chat.acts.folder_line.isVisible()
    chat.keep_draft()
    again.wait(lambda: conversation.desk.store.call(lambda store: store.note(chat_id)).endswith("today"))
    assert again.desk.store.call(lambda store: store.chat(chat_id)).folder_id == folder.id
    again.window.new_chat()
    assert conversation.note == ""
    assert conversation.new.is_empty
    assert conversation.new.folder_id is None
    again.wait(lambda: not list(again.desk.home.root.glob("draft*")))


def test_a_first_message_that_is_refused_leaves_its_words_files_and_note_in_its_chat(
    open_studio: Open, tmp_path: Path
) -> None:
    studio = open_studio(Script("Yes."))
    studio.load()
    chat, conversation = studio.window.chat, studio.window.conversation
    file = tmp_path / "a.txt"
    file.write_text("Five words are in here.")
    conversation.add_files([file])
    studio.wait(lambda: len(conversation.documents) == 1)
    conversation.keep_note("ask Eva")
    words = "word " * 60_000
    chat.composer.set_text(words)
    chat.send()
    studio.wait(lambda: bool(chat.refusal.words.text()))
    chat_id = conversation.chat_id
    assert chat_id is not None
    kept = studio.desk.store.call(lambda store: (store.chat(chat_id).draft, store.unsent(chat_id), store.note(chat_id)))
    assert (kept[0].strip(), [one.path for one in kept[1].files], kept[2]) == (words.strip(), [str(file)], "ask Eva")
    studio.window.new_chat()
    assert conversation.new.is_empty
    assert not conversation.chips()


def test_closing_keeps_what_is_typed_and_what_is_answered(open_studio: Open) -> None:
    studio = open_studio(Script("word " * 50, delay_s=0.1))
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
    studio.script.delay_s = 0.0
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
