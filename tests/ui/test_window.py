"""The window over the scripted engine: asking, stopping, failing, remembering, and its words and keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QMenu, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from app.core.errors import CarrelError
from app.ui.bridge import last_resort
from app.ui.chat.view import ChatView
from app.ui.command_menu import open_command_menu
from app.ui.sample_computer import SAMPLE_MACHINE
from app.ui.theme import theme
from app.ui.wiring import MORE
from tests.helpers.fake_engine import Script
from tests.ui.studio import Studio, drop

ANSWER = "The rent is **900**.\n\n| a | b |\n|---|---|\n| 1 | 二 |\n\n```python\nprint(1)\n```\n"


@pytest.fixture
def open_studio(tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Studio]]:
    monkeypatch.setattr("app.session.loading.take_snapshot", lambda _: SAMPLE_MACHINE)
    studios: list[Studio] = []

    def open_one(script: Script | None = None) -> Studio:
        studios.append(Studio(tmp_path / "home", qtbot, script))
        return studios[-1]

    yield open_one
    for studio in studios:
        studio.close()


def test_question_is_answered_with_thinking_apart_and_a_receipt(open_studio: Callable[..., Studio]) -> None:
    studio = open_studio(Script(ANSWER, "Let me see."))
    studio.load()
    studio.ask("What is the rent?")
    view: ChatView = studio.window.chat.view
    assert view.message(0).text == "What is the rent?"
    answer = view.message(1)
    assert answer.text == ANSWER
    assert answer.thinking == "Let me see."
    assert "tok/s" in answer.receipt
    assert studio.window.chat.composer.text == ""
    assert [chat.title for chat in studio.window.conversation.chats] == ["What is the rent?"]


def test_escape_stops_the_answer_and_keeps_it(open_studio: Callable[..., Studio]) -> None:
    studio = open_studio(Script("word " * 500, delay_s=0.01))
    studio.load()
    studio.ask("Go on", to_the_end=False)
    studio.wait(lambda: studio.desk.engine.state.phase.value == "answering")
    turn = studio.window.conversation.turn
    assert turn is not None
    studio.wait(lambda: len(turn.outcome.text) > 20)
    chats = studio.window.sidebar.list.chats
    studio.wait(lambda: [row.is_answered for row in chats.rows if row.kind == "chat"] == [True])
    studio.window.show_page("settings")
    studio.qtbot.keyClick(studio.window, Qt.Key.Key_Escape)
    assert studio.window.page == "chat"
    assert studio.window.conversation.is_running, "what is out of sight is not stopped"
    studio.qtbot.keyClick(studio.window, Qt.Key.Key_Escape)
    studio.wait(lambda: not studio.window.conversation.is_running)
    assert not any(row.is_answered for row in chats.rows)
    answer = studio.window.chat.view.message(1)
    assert answer.state == "stopped"
    assert answer.text.startswith("word word")
    assert len(answer.text) < 2500


def test_message_that_does_not_fit_stays_in_the_composer(open_studio: Callable[..., Studio]) -> None:
    studio = open_studio(Script(n_ctx=64))
    studio.load()
    words = "too long " * 60
    studio.ask(words.strip(), to_the_end=False)
    studio.wait(lambda: studio.window.chat.refusal.isVisible())
    assert studio.window.chat.composer.text == words.strip()
    assert "64" in studio.window.chat.refusal.words.text()
    assert studio.window.chat.view.count == 0
    assert not studio.window.conversation.is_running


def test_dead_engine_leaves_a_card_whose_button_brings_it_back(open_studio: Callable[..., Studio]) -> None:
    studio = open_studio(Script("one two three four five six seven", die_after=4, delay_s=0.01))
    studio.load()
    studio.ask("Count", to_the_end=False)
    view = studio.window.chat.view
    studio.wait(lambda: view.count == 2 and view.message(1).failure is not None)
    failure = view.message(1).failure
    assert failure is not None
    assert "ended from outside" in failure.cause
    assert failure.saved == "The answer up to here is saved."
    assert view.message(1).text.startswith("one two")
    assert not studio.window.chat.engine_card.isVisible(), "the conversation's own card has the button"
    studio.script.die_after = None
    view.action_requested.emit(1, failure.action)
    studio.wait(lambda: studio.desk.engine.state.has_model)
    told = view.message(1).failure
    assert told is not None
    assert (told.cause, told.action_label) == (failure.cause, "")
    studio.ask("Again")
    assert view.message(view.count - 1).text == "one two three four five six seven"


def test_dropped_file_is_read_counted_sent_and_in_the_receipt(
    open_studio: Callable[..., Studio], tmp_path: Path
) -> None:
    paper = tmp_path / "租约 lease.md"
    paper.write_text("# Lease\n\nThe rent is 900.\n", "utf-8")
    studio = open_studio(Script("900."))
    studio.load()
    assert drop(studio.window.chat.view.viewport(), paper)
    conversation = studio.window.conversation
    studio.wait(lambda: bool(conversation.documents), 20_000)
    chip = studio.window.chat.composer.files[0]
    assert (chip.name, chip.state) == (paper.name, "ready")
    assert chip.tokens > 0
    studio.ask("How much?")
    assert studio.window.chat.composer.files == []
    assert "Read 1 file" in studio.window.chat.view.message(1).receipt
    assert "nothing left out" in studio.window.chat.view.message(1).receipt
    sent = studio.engine.links[0].generated[-1].turns[-1].content
    assert "The rent is 900." in sent


def test_unreadable_file_says_why_on_its_chip(open_studio: Callable[..., Studio], tmp_path: Path) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7 nothing")
    studio = open_studio()
    studio.load()
    assert drop(studio.window.chat, broken)
    studio.wait(lambda: bool(studio.window.conversation.refusals), 20_000)
    chip = studio.window.chat.composer.files[0]
    assert chip.state == "refused"
    assert chip.reason
    studio.window.conversation.remove_file(broken)
    assert studio.window.chat.composer.files == []


def test_old_chats_are_there_after_a_restart(open_studio: Callable[..., Studio]) -> None:
    first = open_studio(Script(ANSWER))
    first.load()
    first.ask("What is the rent?")
    first.window.new_chat()
    first.close()
    second = open_studio()
    second.window.begin()
    sidebar = second.window.sidebar
    second.wait(lambda: sidebar.list.chats.rowCount() == 2)
    assert sidebar.list.chats.rows[0].text == "Today"
    sidebar.list.clicked.emit(sidebar.list.chats.index(1))
    view = second.window.chat.view
    second.wait(lambda: view.count == 2)
    assert view.message(1).text == ANSWER
    second.wait(lambda: second.desk.engine.state.has_model)


def test_rename_delete_and_undo(open_studio: Callable[..., Studio]) -> None:
    studio = open_studio(Script("Yes."))
    studio.load()
    studio.ask("First name")
    studio.wait(lambda: studio.window.sidebar.list.chats.rowCount() == 2)
    chats = studio.window.sidebar.list
    chats.chats.setData(chats.chats.index(1), "  A better   name ")
    studio.wait(lambda: studio.window.conversation.chats[0].title == "A better name")
    chats.setCurrentIndex(chats.chats.index(1))
    studio.qtbot.keyClick(chats, Qt.Key.Key_Delete)
    studio.wait(lambda: not studio.window.conversation.chats)
    assert studio.window.chat.view.count == 0
    notices = studio.window.notices
    assert notices.isVisible()
    undo = next(b for b in notices.findChildren(QAbstractButton) if b.text() == "Undo")
    undo.click()
    studio.wait(lambda: [c.title for c in studio.window.conversation.chats] == ["A better name"])


def test_draft_comes_back_with_its_chat(open_studio: Callable[..., Studio]) -> None:
    studio = open_studio(Script("Yes."))
    studio.load()
    studio.ask("A question")
    chat_id = studio.window.conversation.chat_id
    assert chat_id is not None
    studio.window.chat.composer.set_text("half a thought")
    studio.window.new_chat()
    assert studio.window.chat.composer.text == ""
    studio.window.conversation.open_chat(chat_id)
    studio.wait(lambda: studio.window.chat.composer.text == "half a thought")


def test_draft_of_a_chat_not_begun_survives_other_chats_and_a_restart(open_studio: Callable[..., Studio]) -> None:
    first = open_studio(Script("Yes."))
    first.load()
    first.ask("A question")
    first.window.new_chat()
    first.window.chat.composer.set_text("not sent yet")
    first.window.sidebar.list.clicked.emit(first.window.sidebar.list.chats.index(1))
    first.wait(lambda: first.window.chat.view.count == 2)
    assert first.window.chat.composer.text == ""
    first.window.new_chat()
    assert first.window.chat.composer.text == "not sent yet"
    first.close()
    second = open_studio(Script("Yes."))
    assert second.window.chat.composer.text == "not sent yet"
    second.load()
    second.ask("not sent yet")
    second.window.new_chat()
    assert second.window.chat.composer.text == ""


def test_up_brings_the_last_question_back(open_studio: Callable[..., Studio]) -> None:
    studio = open_studio(Script("Yes."))
    studio.load()
    studio.ask("A question")
    studio.qtbot.keyClick(studio.window.chat.composer.edit, Qt.Key.Key_Up)
    assert studio.window.chat.composer.text == "A question"


def test_language_changes_without_restart_while_an_answer_runs(open_studio: Callable[..., Studio]) -> None:
    studio = open_studio(Script("word " * 60, delay_s=0.05))
    studio.load()
    studio.ask("Go on", to_the_end=False)
    turn = studio.window.conversation.turn
    assert turn is not None
    studio.wait(lambda: len(turn.outcome.text) > 20)
    studio.desk.change_settings(language="zh_CN")
    assert studio.window.sidebar.new_button.text() == "新对话"
    assert studio.window.conversation.is_running
    studio.script.delay_s = 0.0
    studio.wait(lambda: not studio.window.conversation.is_running)
    assert studio.window.chat.view.message(1).text == "word " * 60
    assert studio.window.chat.view.count == 2
    studio.desk.change_settings(language="en")
    assert studio.window.sidebar.new_button.text() == "New chat"


def test_theme_follows_the_choice(open_studio: Callable[..., Studio]) -> None:
    studio = open_studio()
    studio.desk.change_settings(theme="dark")
    assert theme().tokens.name == "dark"
    studio.desk.change_settings(theme="light")
    assert theme().tokens.name == "light"


def test_other_chat_cannot_ask_while_one_is_answered(open_studio: Callable[..., Studio]) -> None:
    studio = open_studio(Script("word " * 300, delay_s=0.05))
    studio.load()
    studio.ask("Go on", to_the_end=False)
    studio.wait(lambda: studio.window.chat.view.count == 2)
    running, turn = studio.window.conversation.chat_id, studio.window.conversation.turn
    assert running is not None
    assert turn is not None
    studio.wait(lambda: len(turn.outcome.text) > 20)
    studio.window.new_chat()
    studio.window.chat.composer.set_text("Me too")
    assert not studio.window.chat.composer.send_button.isEnabled()
    studio.window.conversation.open_chat(running)
    studio.wait(lambda: studio.window.chat.view.count == 2)
    assert studio.window.chat.view.streaming_row == 1
    studio.window.conversation.stop()
    studio.wait(lambda: not studio.window.conversation.is_running)
    assert studio.window.chat.view.message(1).text.startswith("word word")


def test_the_arrow_goes_from_the_search_line_into_the_list(open_studio: Callable[..., Studio]) -> None:
    studio = open_studio(Script("Yes."))
    studio.load()
    studio.ask("A question")
    sidebar = studio.window.sidebar
    sidebar.search.setFocus()
    sidebar.search.setText("quest")
    studio.qtbot.keyClick(sidebar.search, Qt.Key.Key_Down)
    assert studio.window.focusWidget() is sidebar.list
    assert sidebar.list.selected_chats() == [studio.window.conversation.chats[0].id]


def test_keys_reach_what_they_name(open_studio: Callable[..., Studio]) -> None:
    studio = open_studio(Script("Yes."))
    window, key, control = studio.window, studio.qtbot.keyClick, Qt.KeyboardModifier.ControlModifier
    studio.load()
    studio.ask("A question")
    key(window, Qt.Key.Key_Comma, control)
    assert window.modelbar.back.isVisible()
    assert window.stack.currentWidget() is window.pages["settings"]
    key(window, Qt.Key.Key_Escape)
    assert window.stack.currentWidget() is window.frame.panes
    key(window, Qt.Key.Key_F1)
    assert window.stack.currentWidget() is window.pages["keys"]
    key(window, Qt.Key.Key_N, control)
    assert window.stack.currentWidget() is window.frame.panes
    assert window.chat.view.count == 0
    for letter, edge in ((Qt.Key.Key_B, window.sidebar), (Qt.Key.Key_I, window.inspector)):
        before = edge.isVisible()
        key(window, letter, control)
        assert edge.isVisible() is not before
        key(window, letter, control)
        assert edge.isVisible() is before


def test_the_open_chat_is_exported_from_the_bar_on_top(open_studio: Callable[..., Studio]) -> None:
    studio = open_studio(Script("Yes."))
    window = studio.window
    studio.load()
    studio.qtbot.mouseClick(window.modelbar.more, Qt.MouseButton.LeftButton)
    (menu,) = window.modelbar.more.findChildren(QMenu)
    export = next(one for one in menu.actions() if one.text().startswith("Export this chat"))
    assert not export.isEnabled(), "no chat is open"
    menu.close()
    studio.ask("A question")
    menu = open_command_menu(window.commands, MORE, window.modelbar.more)
    next(one for one in menu.actions() if one.text().startswith("Export this chat")).trigger()
    menu.close()
    assert window.page == "archives"
    assert window.archives.chosen == (window.conversation.chat_id,)


def test_narrow_window_folds_its_edges_and_brings_them_back(open_studio: Callable[..., Studio]) -> None:
    studio = open_studio()
    window = studio.window
    window.modelbar.inspector.setChecked(True)
    window.resize(1000, 700)
    studio.wait(lambda: not window.inspector.isVisible())
    assert window.sidebar.isVisible()
    window.resize(700, 600)
    studio.wait(lambda: not window.sidebar.isVisible())
    window.modelbar.sidebar.setChecked(True)
    assert window.sidebar.isVisible(), "the user wants it all the same"
    window.resize(1300, 800)
    studio.wait(window.inspector.isVisible)


def test_copy_takes_the_last_answer(open_studio: Callable[..., Studio]) -> None:
    studio = open_studio(Script(ANSWER))
    studio.load()
    studio.ask("What is the rent?")
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    studio.qtbot.keyClick(studio.window, Qt.Key.Key_C, keys)
    assert QApplication.clipboard().text() == ANSWER
    QApplication.clipboard().clear()


@pytest.mark.parametrize("page", ["chat", "start", "library", "sets", "bin", "computer", "settings", "about", "keys"])
def test_every_control_has_a_name_and_is_reached_by_tab(open_studio: Callable[..., Studio], page: str) -> None:
    studio = open_studio()
    studio.window.modelbar.inspector.setChecked(True)
    studio.window.show_page(page)
    controls = [c for c in studio.window.findChildren(QWidget) if _is_control(c)]
    assert len(controls) > 5
    unnamed = [c for c in controls if not (c.accessibleName() or (isinstance(c, QAbstractButton) and c.text()))]
    assert not unnamed, unnamed
    unreachable = [c for c in controls if c.isEnabled() and not c.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert not [c for c in unreachable if not _is_part_of_another(c)], unreachable


def _is_control(widget: QWidget) -> bool:
    kinds = (QAbstractButton, QLineEdit, QComboBox, QPlainTextEdit)
    return isinstance(widget, kinds) and widget.isVisible() and not widget.objectName().startswith("qt_")


def _is_part_of_another(widget: QWidget) -> bool:
    """The clear button inside a field, the text inside a spin box."""
    parent = widget.parentWidget()
    return isinstance(parent, QLineEdit) or type(parent).__name__ in ("QSpinBox", "FileChip")


def test_unhandled_error_becomes_a_notice(open_studio: Callable[..., Studio]) -> None:
    studio = open_studio()

    def fail() -> None:
        raise CarrelError("cannot_write", "The disk is full.", "Make room.")

    studio.desk.post(fail)
    studio.wait(lambda: studio.window.notices.isVisible())
    assert "The disk is full. Make room." in studio.window.notices.words
    last_resort.catch(ValueError("inner detail"))
    assert "inner detail" not in studio.window.notices.words


def test_demo_says_that_it_is_a_toy(open_studio: Callable[..., Studio]) -> None:
    studio = open_studio(Script("x"))
    studio.window.try_demo()
    studio.wait(lambda: studio.desk.engine.state.has_model)
    line = studio.window.chat.demo_line
    assert line.isVisible()
    assert "a toy standing in for Qwen3-32B" in line.words.text()
    studio.wait(lambda: bool(studio.window.conversation.documents), 20_000)
    assert studio.window.chat.composer.text.endswith("?")


def test_model_that_cannot_be_loaded_is_told_where_it_was_wished(open_studio: Callable[..., Studio]) -> None:
    studio = open_studio(Script(load_failure="out_of_memory"))
    from app.session.demo import demo_model_path

    studio.window.load(demo_model_path())
    card = studio.window.chat.engine_card
    studio.wait(lambda: "not enough memory" in card.words.text())
    assert card.isVisible()
    assert not studio.window.chat.composer.send_button.isEnabled()
