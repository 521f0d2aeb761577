"""A row for something that takes minutes: what, how far, how fast, how long still; pause and resume."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.core.words import say
from app.ui.theme import tokens


class ThinBar(QWidget):
    """A progress bar six pixels high; `set_share(None)` shows it empty."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._share: float | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(say("Progress"))

    @property
    def share(self) -> float | None:
        """0 to 1."""
        return self._share

    def set_share(self, share: float | None) -> None:
        """Show `share`, 0 to 1."""
        self._share = None if share is None else min(1.0, max(0.0, share))
        self.setAccessibleDescription("" if self._share is None else f"{100 * self._share:.0f} %")
        self.update()

    def sizeHint(self) -> QSize:
        """Thin."""
        return QSize(200, 6)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Track and part."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(self.rect()), 3, 3)
        painter.setClipPath(shape)
        painter.fillRect(self.rect(), QColor(tokens().track))
        if self._share:
            painter.fillRect(QRectF(0, 0, self.width() * self._share, self.height()), QColor(tokens().accent))
        painter.end()
