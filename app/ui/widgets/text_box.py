"""A box for several lines that are kept by themselves, when typing pauses or the box is left."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QVBoxLayout

from app.ui.widgets.writing_box import WritingBox

PAUSE_MS = 500
LINE_PX = 20


class TextBox(WritingBox):
    """`kept(text)` comes once a change is worth keeping. Tab leaves the box."""

    kept = Signal(str)

    def __init__(self, example: str, *, lines: int = 3) -> None:
        super().__init__()
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setPlaceholderText(example)
        self.setFixedHeight(12 + LINE_PX * lines)
        self._timer = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._timer.timeout.connect(self._keep)
        self.textChanged.connect(self._timer.start)
        self._known = ""

    def show_text(self, text: str) -> None:
        """Text from elsewhere, not announced; the same text keeps its caret."""
        if text != self.toPlainText():
            self.setPlainText(text)
        self._known = text
        self._timer.stop()

    def flush(self) -> None:
        """Keep what is typed now."""
        if self._timer.isActive():
            self._timer.stop()
            self._keep()

    def _keep(self) -> None:
        """Qt speaks of a change also when only the look of the text was changed."""
        text = self.toPlainText()
        if text != self._known:
            self._known = text
            self.kept.emit(text)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.flush()


def framed(box: QPlainTextEdit) -> QFrame:
    """The box on a sheet with a hair line."""
    sheet = QFrame()
    sheet.setProperty("ground", "sheet")
    column = QVBoxLayout(sheet)
    column.setContentsMargins(6, 4, 6, 4)
    column.addWidget(box)
    return sheet
