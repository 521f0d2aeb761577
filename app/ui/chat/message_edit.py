"""The field a message is written in: it grows with its text, and knows input methods and keys."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QFontMetrics, QInputMethodEvent, QKeyEvent, QTextOption
from PySide6.QtWidgets import QFrame, QWidget

from app.core.words import say
from app.ui.fonts import ui_font
from app.ui.markdown.direction import LOOKED_AT, is_right_to_left
from app.ui.widgets.writing_box import WritingBox

LINE_PX = 21
LARGEST_SHARE = 1 / 3


class MessageEdit(WritingBox):
    """The text. Enter sends, Shift+Enter breaks the line; never while an input method is composing."""

    submitted = Signal()
    recall_requested = Signal()
    composing_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFont(ui_font())
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setPlaceholderText(say("Ask something, or drop a file here"))
        self.setAccessibleName(say("Message"))
        self.viewport().setAutoFillBackground(False)
        self.setAutoFillBackground(False)
        self.document().setDocumentMargin(2)
        self.setAcceptDrops(False)
        self._right_to_left = False
        self.textChanged.connect(self._on_text_changed)

    def wanted_height(self) -> int:
        """The height of all lines."""
        layout = self.document().documentLayout()
        lines = max(1, round(layout.documentSize().height()))  # QPlainTextEdit counts in lines
        return lines * QFontMetrics(self.font()).lineSpacing() + 6

    def grow(self, page_px: int) -> None:
        """As tall as its text, from two lines up to a third of a window `page_px` tall."""
        largest = max(3 * LINE_PX, int(page_px * LARGEST_SHARE))
        self.setFixedHeight(min(largest, max(2 * LINE_PX, self.wanted_height())))

    def _on_text_changed(self) -> None:
        """Arabic and Hebrew begin at the right, as they will in the conversation."""
        mirrored = is_right_to_left(self.document().firstBlock().text()[:LOOKED_AT])
        if mirrored == self._right_to_left:
            return
        self._right_to_left = mirrored
        option = self.document().defaultTextOption()
        side = Qt.AlignmentFlag.AlignRight if mirrored else Qt.AlignmentFlag.AlignLeft
        option.setAlignment(side | Qt.AlignmentFlag.AlignAbsolute)
        self.document().setDefaultTextOption(option)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        super().inputMethodEvent(event)
        self.composing_changed.emit(self.composing)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter, and Up in an empty field."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            if not self.composing:
                self.submitted.emit()
            event.accept()
        elif event.key() == Qt.Key.Key_Up and not self.toPlainText():
            self.recall_requested.emit()
        else:
            super().keyPressEvent(event)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Only plain text is pasted."""
        if source.hasText():
            self.insertPlainText(source.text())
