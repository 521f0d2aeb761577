"""The tree of messages in the window, by real keys and the mouse: versions, edits, cut answers, what waits, notes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from app.ui.chat.answer_row import AnswerRow
from app.ui.chat.row import MessageRow
from app.ui.sample_computer import SAMPLE_MACHINE
from tests.helpers.fake_engine import Script
from tests.ui.studio import Studio

Open = Callable[..., Studio]


@pytest.fixture
def open_studio(tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    monkeypatch.setattr("app.session.loading.take_snapshot", lambda _: SAMPLE_MACHINE)
    studios: list[Studio] = []

    def open_one(script: Script | None = None) -> Studio:
        studios.append(Studio(tmp_path / "home", qtbot, script))
        studios[-1].load()
        return studios[-1]

    yield open_one
    for studio in studios:
        studio.close()


def row(studio: Studio, number: int) -> MessageRow:
    return studio.window.chat.view._live[number]


def texts(studio: Studio) -> list[str]:
    view = studio.window.chat.view
    return [view.message(number).text for number in range(view.count)]


def rests(studio: Studio, count: int) -> None:
    """Until nothing runs and so many messages are shown and kept."""
    conversation, view = studio.window.conversation, studio.window.chat.view
    studio.wait(lambda: not conversation.is_running and view.count == count)
    studio.wait(lambda: all(message.state != "streaming" for message in conversation.messages))


def press(studio: Studio, part: MessageRow, picture: int) -> None:
    """Click one of the icons that the mouse brings about."""
    QTest.mouseMove(part.window(), QPoint(1, 1))
    part.set_focused(True)
    assert part.acts is not None
    QTest.mouseClick(part.acts.icons[picture], Qt.MouseButton.LeftButton)


def test_another_answer_is_a_version_and_the_keys_switch(open_studio: Open) -> None:
    studio = open_studio(Script("First."))
    studio.ask("Why?")
    studio.script.answer = "Second."
    press(studio, row(studio, 1), 1)
    studio.wait(lambda: texts(studio) == ["Why?", "Second."])
    rests(studio, 2)
    assert not studio.engine.links[0].generated[-1].turns[0].content.startswith("First.")
    rests(studio, 2)
    acts = row(studio, 1).acts
    assert acts is not None
    studio.wait(lambda: acts.place is not None and acts.place.text() == "2/2")
    assert acts.place is not None
    assert acts.place.accessibleName() == "Version 2 of 2"
    assert acts.later is not None
    assert not acts.later.isEnabled()
    row(studio, 1).browser.setFocus()
    QTest.keyClick(row(studio, 1).browser, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    studio.wait(lambda: texts(studio) == ["Why?", "First."])
    assert row(studio, 1).browser.hasFocus(), "the keyboard stays at the message"
    again = row(studio, 1).acts
    assert again is not None
    assert again.later is not None
    QTest.mouseClick(again.later, Qt.MouseButton.LeftButton)
    studio.wait(lambda: texts(studio) == ["Why?", "Second."])
    studio.script.answer = "Third."
    row(studio, 1).browser.setFocus()
    QTest.keyClick(row(studio, 1).browser, Qt.Key.Key_R, Qt.KeyboardModifier.AltModifier)
    studio.wait(lambda: texts(studio) == ["Why?", "Third."])
    assert row(studio, 1).browser.hasFocus()
    rests(studio, 2)


def test_nothing_moves_when_the_icons_appear_and_tab_reaches_them(open_studio: Open) -> None:
    studio = open_studio(Script("Yes."))
    studio.ask("Why?")
    question = row(studio, 0)
    before = question.height()
    assert question.acts is None, "a row costs nothing before it is looked at"
    question.browser.setFocus(Qt.FocusReason.TabFocusReason)
    studio.wait(lambda: question.acts is not None)
    assert question.acts is not None
    assert question.height() == before
    assert [icon.accessibleName() for icon in question.acts.icons] == ["Copy as Markdown", "Edit", "More"]
    QTest.keyClick(question.browser, Qt.Key.Key_Tab)
    assert question.acts.icons[0].hasFocus()
    studio.window.chat.composer.edit.setFocus()
    assert not question.acts.icons[0].isVisible()


def test_an_edited_question_stands_beside_the_old_one_and_the_draft_comes_back(open_studio: Open) -> None:
    studio = open_studio(Script("Yes."))
    studio.ask("First wording")
    composer, chat = studio.window.chat.composer, studio.window.chat
    composer.set_text("a draft")
    press(studio, row(studio, 0), 1)
    assert composer.text == "First wording"
    assert chat.acts.edit_line.isVisible()
    composer.set_text("Second thoughts")
    QTest.mouseClick(chat.acts.edit_line.cancel, Qt.MouseButton.LeftButton)
    assert composer.text == "a draft"
    assert not chat.acts.edit_line.isVisible()
    studio.window.notices._button.click()
    assert composer.text == "Second thoughts"
    QTest.keyClick(studio.window, Qt.Key.Key_Escape)
    assert composer.text == "a draft"
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(composer.edit, Qt.Key.Key_E, control | shift)
    assert composer.text == "First wording"
    composer.set_text("Second wording")
    QTest.keyClick(composer.edit, Qt.Key.Key_Return)
    studio.wait(lambda: texts(studio) == ["Second wording", "Yes."])
    rests(studio, 2)
    assert composer.text == "a draft"
    studio.wait(lambda: studio.window.conversation.place_of(studio.window.conversation.messages[0].id) == (2, 2))
    row(studio, 0).browser.setFocus()
    QTest.keyClick(row(studio, 0).browser, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    studio.wait(lambda: texts(studio) == ["First wording", "Yes."])


def test_a_question_being_edited_survives_a_restart_with_the_draft_behind_it(open_studio: Open) -> None:
    first = open_studio(Script("Yes."))
    first.ask("First wording")
    chat_id = first.window.conversation.chat_id
    first.window.chat.composer.set_text("a draft")
    first.window.chat.acts.edit_last()
    first.window.chat.composer.set_text("half edited")
    first.close()
    second = open_studio()
    assert chat_id is not None
    second.window.conversation.open_chat(chat_id)
    second.wait(lambda: second.window.chat.composer.text == "half edited")
    assert second.window.chat.acts.edit_line.isVisible()
    second.window.conversation.cancel_edit()
    assert second.window.chat.composer.text == "a draft"


def test_a_stopped_answer_goes_on_in_its_place(open_studio: Open) -> None:
    studio = open_studio(Script("one two three four five", delay_s=0.2))
    studio.ask("Count", to_the_end=False)
    conversation = studio.window.conversation
    studio.wait(lambda: conversation.turn is not None and "two" in conversation.turn.outcome.text)
    QTest.keyClick(studio.window, Qt.Key.Key_Escape)
    rests(studio, 2)
    cut, number = texts(studio)[1], conversation.messages[1].id
    assert cut.startswith("one two")
    answer = row(studio, 1)
    studio.wait(lambda: answer.acts is not None and answer.acts.go_on is not None)
    assert answer.acts is not None
    assert answer.acts.go_on is not None
    studio.script.delay_s = 0.0
    QTest.mouseClick(answer.acts.go_on, Qt.MouseButton.LeftButton)
    studio.wait(lambda: texts(studio)[1] == "one two three four five")
    rests(studio, 2)
    assert [message.id for message in conversation.messages][1] == number
    assert conversation.messages[1].state == "complete"
    assert conversation.messages[1].usage.answer_tokens == 5
    assert not conversation.versions


def test_what_is_written_meanwhile_waits_and_goes_out_by_itself(open_studio: Open) -> None:
    studio = open_studio(Script("word " * 60, delay_s=0.2))
    studio.ask("One", to_the_end=False)
    conversation, chat = studio.window.conversation, studio.window.chat
    studio.wait(lambda: conversation.can_queue)
    for text in ("Two", "Three"):
        chat.composer.set_text(text)
        QTest.keyClick(chat.composer.edit, Qt.Key.Key_Return)
        assert chat.composer.text == ""
    studio.wait(lambda: len(chat.acts.queue.rows) == 2)
    chat.acts.queue.rows[0].drop_button.click()
    studio.wait(lambda: len(chat.acts.queue.rows) == 1)
    studio.window.notices._button.click()
    studio.wait(lambda: [row.queued.text for row in chat.acts.queue.rows] == ["Two", "Three"])
    waiting = chat.acts.queue.rows[1]
    waiting.edit_button.click()
    assert waiting.edit is not None
    waiting.edit.setPlainText("given up")
    QTest.keyClick(waiting.edit, Qt.Key.Key_Escape)
    assert conversation.is_running
    assert waiting.edit is None
    waiting.edit_button.click()
    assert waiting.edit is not None
    waiting.edit.setPlainText("Three, edited")
    QTest.keyClick(waiting.edit, Qt.Key.Key_Return)
    chat.composer.set_text("typing on")
    studio.script.delay_s = 0.0
    studio.wait(lambda: chat.view.count == 6 and not conversation.is_running)
    assert texts(studio)[::2] == ["One", "Two", "Three, edited"]
    assert not chat.acts.queue.isVisible()
    assert chat.composer.text == "typing on"


def test_what_waits_is_not_sent_while_it_is_edited_and_the_keyboard_stays_near(open_studio: Open) -> None:
    studio = open_studio(Script("word " * 40, delay_s=0.2))
    studio.ask("One", to_the_end=False)
    conversation, chat = studio.window.conversation, studio.window.chat
    studio.wait(lambda: conversation.can_queue)
    for text in ("Two", "Three"):
        chat.composer.set_text(text)
        QTest.keyClick(chat.composer.edit, Qt.Key.Key_Return)
    studio.wait(lambda: len(chat.acts.queue.rows) == 2)
    row, other = chat.acts.queue.rows
    assert chat.acts.note.close_button.nextInFocusChain() is row.edit_button
    assert row.drop_button.nextInFocusChain() is other.edit_button
    QTest.mouseClick(row.edit_button, Qt.MouseButton.LeftButton)
    assert row.edit is not None
    row.edit.setPlainText("Two, edited")
    studio.script.delay_s = 0.0
    studio.wait(lambda: not conversation.is_running)
    assert chat.acts.queue.held.text() == "The next message goes out when you have edited it."
    assert row.edit.hasFocus()
    QTest.keyClick(row.edit, Qt.Key.Key_Return)
    studio.wait(lambda: chat.view.count == 6 and not conversation.is_running)
    assert texts(studio)[::2] == ["One", "Two, edited", "Three"]
    assert chat.composer.edit.hasFocus(), "the line that had the keyboard is gone"


def test_enter_that_cannot_send_says_why(open_studio: Open) -> None:
    studio = open_studio(Script("word " * 99, delay_s=0.1))
    studio.ask("One", to_the_end=False)
    conversation, chat = studio.window.conversation, studio.window.chat
    studio.wait(lambda: conversation.can_queue)
    studio.window.new_chat()
    studio.ask("Elsewhere", to_the_end=False)
    assert studio.window.notices.isVisible()
    assert chat.composer.text == "Elsewhere"
    studio.script.delay_s = 0.0
    studio.wait(lambda: not conversation.is_running)


def test_what_waits_is_sent_at_once_when_it_is_wished(open_studio: Open) -> None:
    studio = open_studio(Script("word " * 200, delay_s=0.05))
    studio.ask("One", to_the_end=False)
    conversation, chat = studio.window.conversation, studio.window.chat
    studio.wait(lambda: conversation.can_queue)
    for text in ("Two", "Three"):
        chat.composer.set_text(text)
        QTest.mouseClick(chat.composer.queue_button, Qt.MouseButton.LeftButton)
    studio.wait(lambda: len(chat.acts.queue.rows) == 2)
    studio.wait(lambda: conversation.turn is not None and bool(conversation.turn.outcome.text))
    studio.script.delay_s = 0.0
    studio.script.answer = "Yes."
    QTest.mouseClick(chat.acts.queue.rows[1].now_button, Qt.MouseButton.LeftButton)
    studio.wait(lambda: chat.view.count == 6 and not conversation.is_running)
    assert texts(studio)[::2] == ["One", "Three", "Two"]
    assert conversation.messages[1].state == "stopped"
    assert texts(studio)[1].startswith("word"), "what was said is kept"


def test_after_a_stop_what_waits_says_why_and_survives_a_restart(open_studio: Open) -> None:
    studio = open_studio(Script("word " * 90, delay_s=0.1))
    studio.ask("One", to_the_end=False)
    conversation, chat = studio.window.conversation, studio.window.chat
    studio.wait(lambda: conversation.can_queue)
    chat.composer.set_text("Two")
    QTest.keyClick(chat.composer.edit, Qt.Key.Key_Return)
    studio.wait(lambda: len(conversation.queue) == 1)
    QTest.keyClick(studio.window, Qt.Key.Key_Escape)
    rests(studio, 2)
    studio.wait(lambda: chat.acts.queue.held.text() == "The answer was stopped, so the next message waits.")
    chat_id = conversation.chat_id
    studio.close()
    second = open_studio(Script("Yes."))
    assert chat_id is not None
    second.window.conversation.open_chat(chat_id)
    second.wait(lambda: len(second.window.chat.acts.queue.rows) == 1)
    second.window.chat.acts.queue.rows[0].now_button.click()
    rests(second, 4)
    assert texts(second)[2:] == ["Two", "Yes."]


def test_files_of_a_draft_come_back_with_their_pages(open_studio: Open, tmp_path: Path) -> None:
    paper = tmp_path / "lease.md"
    paper.write_text("The rent is 900.\n", "utf-8")
    first = open_studio(Script("Yes."))
    conversation = first.window.conversation
    conversation.add_files([paper])
    first.wait(lambda: bool(conversation.documents), 20_000)
    conversation.rearrange([msgspec.structs.replace(one, chosen=(1,)) for one in conversation.documents])
    first.close()
    second = open_studio(Script("Yes."))
    second.wait(lambda: bool(second.window.conversation.documents), 20_000)
    assert second.window.conversation.documents[0].chosen == (1,)
    second.ask("How much?")
    second.close()
    third = open_studio()
    assert third.window.conversation.attached == ()


def test_a_note_stays_with_its_chat_and_is_never_sent(open_studio: Open) -> None:
    studio = open_studio(Script("Yes."))
    chat, conversation = studio.window.chat, studio.window.conversation
    studio.ask("One?")
    QTest.mouseClick(chat.composer.note, Qt.MouseButton.LeftButton)
    QTest.keyClicks(chat.acts.note.box, "ask Eva")
    asked = conversation.chat_id
    studio.window.new_chat()
    assert not chat.acts.note.isVisible()
    assert asked is not None
    conversation.open_chat(asked)
    studio.wait(lambda: conversation.note == "ask Eva")
    QTest.mouseClick(chat.composer.note, Qt.MouseButton.LeftButton)
    assert chat.acts.note.box.toPlainText() == "ask Eva"
    studio.ask("Two?")
    assert all("Eva" not in turn.content for turn in studio.engine.links[0].generated[-1].turns)


def test_a_temporary_chat_is_marked_and_can_be_forgotten(open_studio: Open) -> None:
    studio = open_studio(Script("Yes."))
    QTest.keyClick(studio.window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    conversation, chat = studio.window.conversation, studio.window.chat
    studio.wait(lambda: conversation.is_temporary)
    assert chat.temporary_line.isVisible()
    studio.ask("Secret?")
    assert texts(studio) == ["Secret?", "Yes."]
    assert studio.desk.store.call(lambda store: store.list_chats()) == []
    studio.window.new_chat()
    assert not chat.temporary_line.isVisible()
    conversation.open_temporary()
    studio.wait(lambda: texts(studio) == ["Secret?", "Yes."])
    QTest.mouseClick(chat.temporary_line.forget, Qt.MouseButton.LeftButton)
    assert conversation.chat_id is None
    conversation.open_temporary()
    studio.wait(lambda: conversation.is_temporary)
    assert conversation.messages == []
    studio.script.answer, studio.script.delay_s = "word " * 200, 0.01
    studio.ask("Go on", to_the_end=False)
    studio.wait(lambda: conversation.turn is not None and len(conversation.turn.outcome.text) > 20)
    QTest.mouseClick(chat.temporary_line.forget, Qt.MouseButton.LeftButton)
    studio.wait(lambda: not conversation.is_running)
    assert chat.refusal.isHidden()
    assert not studio.window.notices.isVisible()


def test_a_temporary_chat_can_be_kept_after_all(open_studio: Open, tmp_path: Path) -> None:
    studio = open_studio(Script("Yes."))
    conversation, chat = studio.window.conversation, studio.window.chat
    conversation.open_temporary()
    studio.wait(lambda: conversation.is_temporary)
    assert not chat.temporary_line.keep.isEnabled(), "there is nothing to keep"
    studio.ask("Worth it?")
    conversation.regenerate(conversation.messages[-1].id)
    studio.wait(lambda: not conversation.is_running and conversation.place_of(conversation.messages[-1].id) == (2, 2))
    conversation.keep_note("Think of the deposit")
    chat.composer.set_text("And then")
    (tmp_path / "a.txt").write_text("The rent is 900.")
    conversation.add_files([tmp_path / "a.txt"])
    studio.wait(lambda: bool(conversation.documents))
    QTest.mouseClick(chat.temporary_line.keep, Qt.MouseButton.LeftButton)
    studio.wait(lambda: conversation.chat_id is not None and not conversation.is_temporary)
    assert texts(studio) == ["Worth it?", "Yes."]
    assert conversation.place_of(conversation.messages[-1].id) == (2, 2)
    assert (conversation.note, chat.composer.text) == ("Think of the deposit", "And then")
    assert not chat.temporary_line.isVisible()
    studio.wait(lambda: bool(conversation.documents))
    studio.wait(lambda: [one.id for one in conversation.chats] == [conversation.chat_id])
    conversation.open_temporary()
    studio.wait(lambda: conversation.is_temporary)
    assert conversation.messages == [], "the next one begins empty"


@pytest.mark.qt_log_ignore("grabbing the keyboard", "propagateSizeHints", "does not support raise", extend=True)
def test_copies_and_a_new_chat_from_a_message(open_studio: Open) -> None:
    studio = open_studio(Script("It is **so**."))
    studio.ask("One?")
    studio.ask("Two?")
    answer = row(studio, 1)
    assert isinstance(answer, AnswerRow)
    answer.browser.setFocus()
    alt, shift = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(answer.browser, Qt.Key.Key_C, alt)
    assert QGuiApplication.clipboard().text() == "It is **so**."
    QTest.keyClick(answer.browser, Qt.Key.Key_C, alt | shift)
    assert QGuiApplication.clipboard().text().strip() == "It is so."
    press(studio, answer, 2)
    menu = next(menu for menu in answer.findChildren(QMenu) if menu.isVisible())
    branch = next(action for action in menu.actions() if action.text() == "New chat from here")
    before = studio.window.conversation.chat_id
    branch.trigger()
    menu.close()
    studio.wait(lambda: studio.window.conversation.chat_id != before)
    studio.wait(lambda: texts(studio) == ["One?", "It is **so**."])
    studio.window.chat.acts.copy_chat()
    assert "One?" in QGuiApplication.clipboard().text()


def test_a_switch_while_an_answer_runs_shows_each_where_it_belongs(open_studio: Open) -> None:
    studio = open_studio(Script("First."))
    studio.ask("Why?")
    studio.script.answer, studio.script.delay_s = "word " * 40, 0.01
    conversation = studio.window.conversation
    conversation.regenerate(conversation.messages[1].id)
    studio.wait(lambda: conversation.turn is not None and len(conversation.turn.outcome.text) > 20)
    studio.wait(lambda: bool(conversation.versions))
    running = conversation.messages[1].id
    conversation.switch(running, -1)
    studio.wait(lambda: texts(studio) == ["Why?", "First."])
    shown = conversation.messages[1].id
    conversation.switch(shown, 1)
    studio.wait(lambda: studio.window.chat.view.streaming_row == 1)
    rests(studio, 2)
    assert texts(studio)[1] == "word " * 40


def test_the_same_chat_in_two_panes_is_answered_once_and_both_show_it(open_studio: Open) -> None:
    studio = open_studio(Script("Yes."))
    studio.ask("One?")
    first, second = (pane.conversation for pane in studio.window.panes.all)
    assert first.chat_id is not None
    studio.window.panes.open_beside(first.chat_id)
    studio.wait(lambda: second.chat_id == first.chat_id)
    studio.script.answer, studio.script.delay_s = "word " * 30, 0.01
    first.ask("Two?", thinking=False)
    studio.wait(lambda: first.turn is not None and len(first.turn.outcome.text) > 10)
    assert second.turn is first.turn
    second.ask("Three?", thinking=False)
    second.regenerate(second.messages[-1].id)
    assert second.turn is first.turn, "one answer at a time in a chat"
    studio.wait(lambda: not first.is_running)
    beside = studio.window.frame.panes.views[1].chat.view
    studio.wait(lambda: beside.count == 4 and beside.message(3).text == "word " * 30)
    studio.script.answer = "Four."
    second.ask("Three?", thinking=False)
    studio.wait(lambda: not second.is_running and len(first.messages) == 6)
    assert texts(studio)[-2:] == ["Three?", "Four."]
    assert first.messages[-1].parent_id == second.messages[-2].id
