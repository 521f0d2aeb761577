"""The graphics card's memory as one stacked bar with a legend in words and numbers."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.core.units import format_gib
from app.core.words import say
from app.perf.vram import VramParts
from app.ui.colours import blend
from app.ui.fonts import SMALL_PX, figure_font
from app.ui.theme import tokens

BAR_PX = 12
LINE_PX = 20

__all__ = ["VramBar", "VramParts"]


class VramBar(QWidget):
    """Set with `set_parts`. With `legend=False` only a thin bar (the sidebar's chip)."""

    def __init__(self, parent: QWidget | None = None, *, legend: bool = True) -> None:
        super().__init__(parent)
        self._parts = VramParts()
        self._legend = legend
        self.setFont(figure_font(SMALL_PX))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_parts(VramParts())

    @property
    def parts(self) -> VramParts:
        """What is shown."""
        return self._parts

    def set_parts(self, parts: VramParts) -> None:
        """Show `parts`; the same words are neither said nor painted again."""
        self._parts = parts
        words = "\n".join(f"{name} {format_gib(size)}" for name, size, _ in self._segments())
        if words != self.accessibleDescription():
            self.setAccessibleName(say("Graphics memory"))
            self.setAccessibleDescription(words)
            self.setToolTip(words)
            self.update()

    def sizeHint(self) -> QSize:
        """Bar, and five lines of legend."""
        return QSize(280, BAR_PX + 8 + 5 * LINE_PX if self._legend else 4)

    def minimumSizeHint(self) -> QSize:
        """Narrow as the sidebar."""
        return QSize(60, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Bar and legend."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_bar(painter, BAR_PX if self._legend else 4)
        if self._legend:
            self._paint_legend(painter)
        painter.end()

    def _segments(self) -> list[tuple[str, int, QColor]]:
        parts, colours = self._parts, tokens()
        accent, track, page = colours.accent, colours.track, colours.page
        return [
            (say("Weights"), parts.weights_bytes, blend(accent, page, 1.0)),
            (say("Conversation memory (KV)"), parts.kv_bytes, blend(accent, track, 0.62)),
            (say("Working memory"), parts.compute_bytes, blend(accent, track, 0.3)),
            (say("Other programs, driver"), parts.other_bytes, blend(colours.quiet, page, 0.7)),
            (say("Free"), parts.free_bytes, QColor(colours.track)),
        ]

    def _paint_bar(self, painter: QPainter, height: int) -> None:
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(0, 0, self.width(), height), min(4, height / 2), min(4, height / 2))
        painter.setClipPath(shape)
        painter.fillRect(QRectF(0, 0, self.width(), height), QColor(tokens().track))
        whole = max(self._parts.total_bytes, self._parts.used_bytes, 1)
        x = 0.0
        for _, size, colour in self._segments()[:-1]:
            width = self.width() * size / whole
            if width > 0:
                painter.fillRect(QRectF(x, 0, max(1.0, width - 1), height), colour)
            x += width
        painter.setClipping(False)

    def _paint_legend(self, painter: QPainter) -> None:
        colours = tokens()
        painter.setFont(self.font())
        measure = self.fontMetrics()
        y = BAR_PX + 8 + measure.ascent() + 2
        for name, size, colour in self._segments():
            painter.setPen(QPen(QColor(colours.border), 1))
            painter.setBrush(colour)
            painter.drawRoundedRect(QRectF(0.5, y - 8.5, 9, 9), 2, 2)
            painter.setPen(QColor(colours.quiet))
            shown = measure.elidedText(name, Qt.TextElideMode.ElideRight, self.width() - 16 - 70)
            painter.drawText(QPointF(16, y), shown)
            amount = format_gib(size)
            painter.setPen(QColor(colours.text))
            painter.drawText(QPointF(self.width() - measure.horizontalAdvance(amount), y), amount)
            y += LINE_PX
