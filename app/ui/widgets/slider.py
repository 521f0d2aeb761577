"""A slider that the wheel passes over, with a mark at the usual value."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QSlider, QStyle, QWidget

from app.ui.theme import theme

HANDLE_PX, MARK_PX = 16, 3


class Slider(QSlider):
    """Horizontal. `set_usual(place)` draws a small mark under the groove; None takes it away."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._usual: int | None = None
        self.setMinimumHeight(24)  # room for the handle
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def set_usual(self, place: int | None) -> None:
        """Where the mark is."""
        if place != self._usual:
            self._usual = place
            self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel scrolls the page."""
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The mark first, so that the handle covers it."""
        if self._usual is not None:
            room = self.width() - HANDLE_PX
            rtl = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
            at = QStyle.sliderPositionFromValue(self.minimum(), self.maximum(), self._usual, room, rtl)
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme().tokens.quiet))
            x, y = at + HANDLE_PX / 2 - MARK_PX / 2, self.height() / 2 + 6
            painter.drawEllipse(int(x), int(y), MARK_PX, MARK_PX)
            painter.end()
        super().paintEvent(event)
