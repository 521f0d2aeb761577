"""What went wrong with an answer, said where it happened."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QWidget

from app.ui.chat.message import FailureNote
from app.ui.icons import pixmap
from app.ui.theme import RADIUS, tokens
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.labels import make_label


class FailurePart(QWidget):
    """An inline card: the cause, what was saved, one button and at most one quieter beside it."""

    action_requested = Signal(str)

    def __init__(self, parent: QWidget, note: FailureNote) -> None:
        super().__init__(parent)
        self.note = note
        self.cause = make_label(note.cause, "", self)
        self.saved = make_label(note.saved, "", self)
        self.saved.setVisible(bool(note.saved))
        self.button: TextButton | None = None
        if note.action_label:
            self.button = TextButton(note.action_label, self)
            self.button.clicked.connect(lambda: self.action_requested.emit(note.action))
        self.other: TextButton | None = None
        if note.other_label:
            self.other = TextButton(note.other_label, self, kind="quiet")
            self.other.clicked.connect(lambda: self.action_requested.emit(note.other))
        self.setAccessibleName(" ".join(part for part in (note.cause, note.saved) if part))

    def fit(self, width: int) -> int:
        """Sentences beside the sign, the button under them."""
        left, inner = 44, width - 44 - 16
        y = 12
        for label in (self.cause, self.saved):
            if label.text():
                y = self._place(label, left, y, inner)
        return self._place_buttons(left, y + 8) + 12 if self.buttons else y + 12

    @property
    def buttons(self) -> list[TextButton]:
        """In reading order."""
        return [button for button in (self.button, self.other) if button is not None]

    def _place_buttons(self, left: int, y: int) -> int:
        """Side by side; the y below them."""
        height = max(button.sizeHint().height() for button in self.buttons)
        for button in self.buttons:
            width = button.sizeHint().width()
            button.setGeometry(left, y, width, height)
            left += width + 8
        return y + height

    def _place(self, label: QLabel, left: int, y: int, width: int) -> int:
        height = label.heightForWidth(width)
        label.setGeometry(left, y, width, height)
        return y + height + 4

    def paintEvent(self, event: QPaintEvent) -> None:
        """A hair line and the sign."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens().border), 1))
        painter.setBrush(QColor(tokens().panel))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        sign, role = ("circle-alert", "bad") if self.note.alarm else ("info", "accent")
        painter.drawPixmap(14, 12, pixmap(sign, role, 18, self.devicePixelRatioF()))
        painter.end()
