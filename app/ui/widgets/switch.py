"""A two-state switch with its name beside it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from app.ui.fonts import ui_font
from app.ui.theme import tokens

TRACK_W, TRACK_H = 28, 16


class Switch(QAbstractButton):
    """`toggled(bool)` as any checkable button; Space switches it."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setText(text)
        self.setAccessibleName(text)
        self.setFont(ui_font(13))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        """Track and words."""
        return QSize(TRACK_W + 18 + self.fontMetrics().horizontalAdvance(self.text()), 28)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Track, knob, words; a ring when the keyboard is here."""
        colours = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self.isEnabled():
            painter.setOpacity(0.5)
        top = (self.height() - TRACK_H) / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.accent if self.isChecked() else colours.quiet))
        painter.drawRoundedRect(QRectF(4, top, TRACK_W, TRACK_H), TRACK_H / 2, TRACK_H / 2)
        painter.setBrush(QColor(colours.page))
        x = 4 + (TRACK_W - TRACK_H if self.isChecked() else 0) + 2
        painter.drawEllipse(QRectF(x, top + 2, TRACK_H - 4, TRACK_H - 4))
        painter.setPen(QColor(colours.text if self.isChecked() else colours.quiet))
        painter.setFont(self.font())
        words = self.rect().adjusted(TRACK_W + 11, 0, 0, 0)
        painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter), self.text())
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours.accent), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)
        painter.end()
