"""The computer as one small button: GPU name, a thin memory bar, the engine's dot with its word, and a quiet sign when
something needs a look.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QEnterEvent, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from app.core.words import say
from app.ui import fonts
from app.ui.icons import pixmap
from app.ui.theme import tokens


class ComputerChip(QAbstractButton):
    """Painted by hand: two lines of words and a bar between them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._share, self._memory = say("This computer"), 0.0, ""
        self._phase, self._role = "", "quiet"
        self._care, self._said = "", ""
        self.setFixedHeight(62)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._tell()

    def show_memory(self, name: str, share: float, words: str) -> None:
        self._name, self._share, self._memory = name, min(1.0, max(0.0, share)), words
        self._tell()

    def show_engine(self, phase: str, role: str) -> None:
        self._phase, self._role = phase, role
        self._tell()

    def show_care(self, words: str) -> None:
        """What needs a look, shown as a small sign and said on hover; empty takes it away."""
        self._care = words
        self._tell()

    def sizeHint(self) -> QSize:
        return QSize(200, 62)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = tokens()
        ground = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(QColor(colours.accent), 2) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.hover) if self.underMouse() else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(ground, 8, 8)
        inner = ground.adjusted(8, 7, -8, -7)
        self._draw_words(painter, inner)
        bar = QRectF(inner.left(), inner.top() + 22, inner.width(), 3)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.track))
        painter.drawRoundedRect(bar, 1.5, 1.5)
        if self._share > 0:
            painter.setBrush(QColor(colours.bad if self._share > 0.985 else colours.accent))
            painter.drawRoundedRect(QRectF(bar.left(), bar.top(), max(3.0, bar.width() * self._share), 3), 1.5, 1.5)

    def _draw_words(self, painter: QPainter, inner: QRectF) -> None:
        colours = tokens()
        top = QRectF(inner.left(), inner.top(), inner.width(), 18)
        painter.setFont(fonts.ui_font(12, QFont.Weight.Medium))
        painter.setPen(QColor(colours.text))
        room = int(top.width()) - (20 if self._care else 0)
        name = painter.fontMetrics().elidedText(self._name, Qt.TextElideMode.ElideRight, room)
        painter.drawText(top, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), name)
        if self._care:
            sign = pixmap("triangle-alert", "care", 14, self.devicePixelRatioF())
            painter.drawPixmap(QPointF(top.right() - 14, top.top() + 2), sign)
        line = QRectF(inner.left(), inner.top() + 30, inner.width(), 18)
        painter.setFont(fonts.figure_font(11))
        painter.setPen(QColor(colours.quiet))
        painter.drawText(line, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), self._memory)
        left = line.width() - painter.fontMetrics().horizontalAdvance(self._memory) - 22
        phase = painter.fontMetrics().elidedText(self._phase, Qt.TextElideMode.ElideRight, int(left))
        painter.drawText(line.adjusted(13, 0, 0, 0), int(Qt.AlignmentFlag.AlignVCenter), phase)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(getattr(colours, self._role)))
        painter.drawEllipse(QRectF(line.left() + 1, line.center().y() - 3, 7, 7))

    def _tell(self) -> None:
        """The same words are neither said nor painted again: this is called every second."""
        words = ". ".join(part for part in (self._name, self._memory, self._phase, self._care) if part)
        said = f"{words}|{self._role}|{self._share:.2f}"
        if said != self._said:
            self._said = said
            self.setAccessibleName(say("This computer: {words}", words=words))
            self.setToolTip(words)
            self.update()
