"""What stands beside the conversation: a note to oneself, and the word that a chat is temporary."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.core.words import say
from app.ui.pages.page import label
from app.ui.widgets.buttons import IconButton, TextButton
from app.ui.widgets.text_box import TextBox


class NoteCard(QFrame):
    """A private text over the composer. `kept(text)` when it is worth keeping, `closed()` when it is put away."""

    kept = Signal(str)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "card")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.box = TextBox(say("A note to yourself about this chat"), lines=4)
        self.box.setAccessibleName(say("Note"))
        self.box.setAccessibleDescription(say("It stays with this chat and is never sent to the model."))
        self.box.viewport().setAutoFillBackground(False)
        self.box.document().setDocumentMargin(0)
        self.box.kept.connect(self.kept)
        self.close_button = close = IconButton("x", say("Close the note"), px=14)
        close.clicked.connect(self.closed)
        head = QHBoxLayout()
        head.addWidget(label(say("Note · stays with this chat and is never sent"), "quiet"), 1)
        head.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 6, 8)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self.box)
        self.hide()

    def open(self, note: str) -> None:
        """Show it with the note of the chat, the caret behind it."""
        if note != self.box.toPlainText():
            self.box.show_text(note)
            self.box.moveCursor(QTextCursor.MoveOperation.End)
        self.show()


class TemporaryLine(QFrame):
    """Says plainly that nothing of the chat is kept. `forget_wanted` wipes it now, `keep_wanted` keeps it after all."""

    forget_wanted = Signal()
    keep_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "panel")
        words = say("Temporary chat: nothing of it is written to the disk. It is gone when Carrel closes.")
        self.words = label(words, "care")
        self.keep = TextButton(say("Keep this chat"))
        self.keep.clicked.connect(self.keep_wanted)
        self.forget = TextButton(say("Forget it now"))
        self.forget.clicked.connect(self.forget_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 6, 16, 6)
        row.addWidget(self.words, 1)
        row.addWidget(self.keep)
        row.addWidget(self.forget)
        self.hide()
