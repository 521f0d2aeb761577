"""Writing with an input method: its Enter sends nothing, an answer that streams in does not disturb it, and its window
finds the caret.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QInputMethodEvent, QTextCharFormat, QTextFormat
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from app.ui.input_method import find_input_method
from app.ui.sample_computer import SAMPLE_MACHINE
from tests.helpers.fake_engine import Script
from tests.ui.studio import Studio


@pytest.fixture
def studio(tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    monkeypatch.setattr("app.session.loading.take_snapshot", lambda _: SAMPLE_MACHINE)
    made = Studio(tmp_path / "home", qtbot, Script("word " * 60, delay_s=0.005))
    made.load()
    yield made
    made.close()


def compose(field: QWidget, text: str) -> None:
    """The input method shows `text` underlined at the caret, its own caret at the end."""
    underlined = QTextCharFormat()
    underlined.setFontUnderline(True)
    kind = QInputMethodEvent.AttributeType
    parts = [
        QInputMethodEvent.Attribute(kind.TextFormat, 0, len(text), QTextFormat(underlined)),
        QInputMethodEvent.Attribute(kind.Cursor, len(text), 1, None),
    ]
    QApplication.sendEvent(field, QInputMethodEvent(text, parts))


def commit(field: QWidget, text: str) -> None:
    """The user has chosen."""
    done = QInputMethodEvent("", [])
    done.setCommitString(text)
    QApplication.sendEvent(field, done)


def preedit_of(field: QPlainTextEdit) -> str:
    return field.textCursor().block().layout().preeditAreaText()


def test_enter_of_an_input_method_sends_nothing(studio: Studio) -> None:
    edit, conversation, key = studio.window.chat.composer.edit, studio.window.conversation, Qt.Key.Key_Return
    compose(edit, "ni hao")
    studio.qtbot.keyClick(edit, key)
    studio.qtbot.keyClick(edit, Qt.Key.Key_Enter)
    studio.window.chat.composer.send_button.click()
    assert not conversation.is_running
    assert preedit_of(edit) == "ni hao", "the key did not end it either"
    commit(edit, "你好")
    assert edit.toPlainText() == "你好"
    assert not conversation.is_running
    studio.qtbot.keyClick(edit, key)
    studio.wait(lambda: bool(conversation.messages) and conversation.messages[0].text == "你好")
    studio.wait(lambda: not conversation.is_running)


def test_what_is_composed_survives_an_answer_that_streams_in(studio: Studio) -> None:
    window = studio.window
    studio.ask("Go on", to_the_end=False)
    edit = window.chat.composer.edit
    edit.setFocus()
    turn = window.conversation.turn
    assert turn is not None
    studio.wait(lambda: len(turn.outcome.text) > 20)
    compose(edit, "shi jie")
    before = caret(edit)
    studio.wait(lambda: not window.conversation.is_running)
    studio.wait(lambda: window.conversation.messages[-1].state == "complete")
    assert preedit_of(edit) == "shi jie"
    assert edit.composing
    assert caret(edit) == before
    assert edit.hasFocus()
    commit(edit, "世界")
    assert edit.toPlainText() == "世界"


def test_window_of_candidates_stands_by_the_caret(studio: Studio) -> None:
    edit = studio.window.chat.composer.edit
    edit.setPlainText("")
    places = []
    for text in ("", "中", "中文", "中文 and more"):
        edit.setPlainText(text)
        edit.moveCursor(edit.textCursor().MoveOperation.End)
        places.append(caret(edit))
        shown = edit.cursorRect().translated(edit.viewport().pos())
        assert abs(places[-1].left() - shown.left()) <= 2
        assert abs(places[-1].top() - shown.top()) <= 2
        assert edit.rect().contains(places[-1])
    assert [place.left() for place in places] == sorted({place.left() for place in places}), "it goes with the text"
    edit.setPlainText("line\n" * 60)
    edit.moveCursor(edit.textCursor().MoveOperation.End)
    assert edit.rect().contains(caret(edit)), "also where the field scrolls"
    edit.setPlainText("")
    compose(edit, "n")
    first = caret(edit)
    compose(edit, "ni hao shi")
    assert caret(edit).left() > first.left()
    commit(edit, "")


def caret(field: QWidget) -> QRect:
    """Where the input method is told that the caret is, in the field."""
    place = field.inputMethodQuery(Qt.InputMethodQuery.ImCursorRectangle)
    assert isinstance(place, QRect | QRectF)
    found = place.toRect() if isinstance(place, QRectF) else place
    assert found.height() > 0
    assert QPointF(found.topLeft()).x() >= 0
    return found


def test_example_gives_way_to_what_is_composed(studio: Studio) -> None:
    edit = studio.window.chat.composer.edit
    example = edit.placeholderText()
    compose(edit, "ni")
    compose(edit, "ni hao")
    assert example
    assert edit.placeholderText() == ""
    compose(edit, "")
    assert edit.placeholderText() == example, "given up"
    compose(edit, "ni")
    commit(edit, "你")
    assert edit.placeholderText() == example


@pytest.mark.parametrize(
    ("env", "modules"),
    [
        ({"QT_IM_MODULE": "fcitx"}, "fcitx;ibus"),
        ({"QT_IM_MODULE": "fcitx5", "WAYLAND_DISPLAY": "wayland-0"}, "fcitx5;ibus"),
        ({"XMODIFIERS": "@im=fcitx"}, "ibus"),
        ({"XMODIFIERS": "@im=ibus"}, "ibus"),
        ({"XMODIFIERS": "@im=ibus", "WAYLAND_DISPLAY": "wayland-0"}, None),
        ({"XMODIFIERS": "@im=none"}, None),
        ({"QT_IM_MODULE": "ibus"}, None),
        ({"QT_IM_MODULE": "compose", "XMODIFIERS": "@im=ibus"}, None),
        ({"QT_IM_MODULE": "fcitx", "QT_IM_MODULES": "wayland;fcitx;ibus"}, "wayland;fcitx;ibus"),
        ({}, None),
    ],
)
def test_fcitx_is_reached_through_ibus(env: dict[str, str], modules: str | None) -> None:
    find_input_method(env, "linux")
    assert env.get("QT_IM_MODULES") == modules


def test_other_systems_find_their_own() -> None:
    env = {"QT_IM_MODULE": "fcitx"}
    find_input_method(env, "win32")
    assert env == {"QT_IM_MODULE": "fcitx"}
