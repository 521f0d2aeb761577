"""What went wrong, in words: what is safe, what can be handed on, and back to work."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from app.core.words import say
from app.session.mishap import Mishap
from app.ui import fonts
from app.ui.pages.page import Card, Page, buttons, label
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.text_box import framed

DETAILS_PX = 220


class CrashPage(Page):
    """`support_wanted()` asks for a bundle of logs, `done()` to go on; `copied()` after the details were copied."""

    support_wanted = Signal()
    done = Signal()
    copied = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(say("What went wrong"), parent)
        self.words = label("")
        self.details = QPlainTextEdit()
        self.details.setReadOnly(True)
        self.details.setFrameShape(QFrame.Shape.NoFrame)
        self.details.setTabChangesFocus(True)
        self.details.setFont(fonts.mono_font(12))
        self.details.setFixedHeight(DETAILS_PX)
        self.details.setAccessibleName(say("Details for someone who helps"))
        self.go_on = TextButton(say("Go on"), kind="primary")
        self.go_on.clicked.connect(self.done)
        self.save = TextButton(say("Save support bundle…"), picture="download")
        self.save.clicked.connect(self.support_wanted)
        self.copy = TextButton(say("Copy details"), picture="copy")
        self.copy.clicked.connect(self._on_copy)
        safe = Card()
        safe.column.addWidget(self.words)
        safe.column.addWidget(label(saved_words(), "good"))
        safe.column.addLayout(buttons(self.go_on, self.save))
        self.add(safe)
        told = Card(say("Details for someone who helps"))
        words = say("Where in the program it happened. Nothing of your chats and documents, and not your name.")
        told.column.addWidget(label(words, "quiet"))
        told.column.addWidget(framed(self.details))
        told.column.addLayout(buttons(self.copy))
        self.add(told)
        self.column.setAlignment(Qt.AlignmentFlag.AlignTop)

    def show_mishap(self, mishap: Mishap) -> None:
        self.words.setText(mishap_words(mishap))
        self.details.setPlainText(mishap.details)

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.details.toPlainText())
        self.copied.emit()


def mishap_words(mishap: Mishap) -> str:
    """What happened, in one or two sentences."""
    match mishap.kind:
        case "power":
            return say("The computer went off, or its session ended, while Carrel was open.")
        case "crash":
            return say("Carrel ended unexpectedly the last time.")
        case _:
            return say("Something in Carrel failed unforeseen. You can go on working; that one step may be missing.")


def saved_words() -> str:
    return say("Your text is saved: every chat, what you had typed, and what was answered up to then.")
