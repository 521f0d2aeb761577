"""What streams in is heard: begun, sentence by sentence, ended with its receipt; and each row says where it stands."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleEvent
from pytestqt.qtbot import QtBot

from app.ui.chat.message import MessageItem
from app.ui.chat.speaking import PAUSE_S, Speaker
from app.ui.chat.view import ChatView


class Ear:
    """Hears what is told, by a clock of its own."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.now_s = 100.0
        self.is_on = True
        self.speaker = Speaker(self.told.append, lambda: self.is_on, lambda: self.now_s)

    def hear(self, *pieces: str, after_s: float = PAUSE_S) -> list[str]:
        self.told.clear()
        for piece in pieces:
            self.now_s += after_s
            self.speaker.add(piece)
        return list(self.told)


def test_whole_sentences_each_once() -> None:
    ear = Ear()
    ear.speaker.begin()
    assert ear.told == ["Answering…"]
    assert ear.hear("The first ", "sentence. And", " the second") == ["The first sentence."]
    assert ear.hear(" goes on! Then 3.5 more") == ["And the second goes on!"]
    assert ear.hear("。中文句子。还有") == ["Then 3.5 more。中文句子。"]
    ear.told.clear()
    ear.speaker.finish("The answer is complete. Read 2 pages")
    assert ear.told == ["还有 The answer is complete. Read 2 pages"]


def test_quick_text_is_told_together() -> None:
    ear = Ear()
    ear.speaker.begin()
    assert ear.hear("One. ", "Two. ", "Three. ", after_s=0.1) == []
    assert ear.hear("Four. ") == ["One. Two. Three. Four."]


def test_marks_are_not_spoken_and_code_is_only_named() -> None:
    ear = Ear()
    ear.speaker.begin()
    heard = ear.hear("## A **bold** [link](http://x)\n- an `item`\n```python\nx = 1\n", "y = 2\n```\nDone.\n")
    assert heard == ["A bold link an item Code: python.", "Done."]


def test_nothing_is_kept_for_nobody() -> None:
    ear = Ear()
    ear.is_on = False
    ear.speaker.begin()
    assert ear.hear("A sentence. " * 100) == []
    assert not ear.speaker._open


def test_the_conversation_tells_a_screen_reader(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    def hear(event: QAccessibleEvent) -> None:
        if isinstance(event, QAccessibleAnnouncementEvent):
            assert event.politeness() == QAccessible.AnnouncementPoliteness.Polite
            told.append(event.message())

    monkeypatch.setattr(QAccessible, "updateAccessibility", hear)
    monkeypatch.setattr(QAccessible, "isActive", lambda: True)
    view = ChatView()
    qtbot.addWidget(view)
    view.resize(600, 400)
    view.show()
    view.set_messages([MessageItem("user", "Hello")])
    view.begin_answer()
    view.append("answer", "It is 4. And more")
    view.flush()
    view.finish_answer("Read nothing")
    assert told == ["Answering…", "It is 4. And more The answer is complete. Read nothing"]
    row = QAccessible.queryAccessibleInterface(view._live[1])
    assert row.text(QAccessible.Text.Name) == "Answer"
    assert row.text(QAccessible.Text.Description) == "Message 2 of 2"
    page = QAccessible.queryAccessibleInterface(view._live[1].browser)
    text = page.textInterface()
    assert text.text(0, text.characterCount()) == "It is 4. And more"
