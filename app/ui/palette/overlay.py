"""A card over the whole window, which becomes darker behind it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QWidget

DIM = 70  # of 255: how much darker the window behind becomes


class Overlay(QWidget):
    """Made over a window, it follows its size. What a kind of it must know: `place` and `end`."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.card = QFrame(self)
        self.card.setProperty("ground", "sheet")
        window.installEventFilter(self)

    def place(self) -> None:
        """Take the room that there is."""
        raise NotImplementedError

    def end(self) -> None:
        """Go away."""
        raise NotImplementedError

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window and event.type() == QEvent.Type.Resize:
            self.place()
        return super().eventFilter(watched, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Beside the card: away."""
        if not self.card.geometry().contains(event.position().toPoint()):
            self.end()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(0, 0, 0, DIM))
        painter.end()
