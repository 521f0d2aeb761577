"""The engine's state as a dot and a word; every state has its own shape, so colour is not the only sign."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.core.words import say
from app.ui.fonts import SMALL_PX, ui_font
from app.ui.theme import tokens

EngineState = Literal["cold", "loading", "ready", "answering", "stopped"]
DOT_PX = 8


def state_words(state: EngineState) -> str:
    """The state in a word."""
    return {
        "cold": say("No model loaded"),
        "loading": say("Loading"),
        "ready": say("Ready"),
        "answering": say("Answering"),
        "stopped": say("Stopped"),
    }[state]


class EngineDot(QWidget):
    """Set with `set_state`. `words=False` shows the dot alone, with the word as its tool tip."""

    def __init__(self, parent: QWidget | None = None, *, words: bool = True) -> None:
        super().__init__(parent)
        self._words = words
        self._state: EngineState = "cold"
        self.setFont(ui_font(SMALL_PX))
        self.set_state("cold")

    @property
    def state(self) -> EngineState:
        """What is shown."""
        return self._state

    def set_state(self, state: EngineState) -> None:
        """Show `state`."""
        self._state = state
        self.setAccessibleName(say("Engine: {state}", state=state_words(state)))
        self.setToolTip("" if self._words else state_words(state))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Dot and word."""
        words = self.fontMetrics().horizontalAdvance(state_words(self._state)) + 8 if self._words else 0
        return QSize(DOT_PX + 4 + words, 18)

    def minimumSizeHint(self) -> QSize:
        """As its hint."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ring when cold, half when loading, disc when ready, disc in a ring when answering, square when stopped."""
        colours = tokens()
        tint = {
            "cold": colours.quiet,
            "loading": colours.care,
            "ready": colours.good,
            "answering": colours.accent,
            "stopped": colours.bad,
        }[self._state]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(2, (self.height() - DOT_PX) / 2, DOT_PX, DOT_PX)
        painter.setPen(QPen(QColor(tint), 1.4))
        painter.setBrush(QColor(tint) if self._state in ("ready", "stopped") else Qt.BrushStyle.NoBrush)
        if self._state == "stopped":
            painter.drawRoundedRect(box, 1.5, 1.5)
        else:
            painter.drawEllipse(box)
        painter.setBrush(QColor(tint))
        if self._state == "loading":
            painter.drawPie(box, 90 * 16, -180 * 16)
        elif self._state == "answering":
            painter.drawEllipse(box.adjusted(2.4, 2.4, -2.4, -2.4))
        if self._words:
            painter.setPen(QColor(colours.quiet))
            painter.setFont(self.font())
            words = self.rect().adjusted(DOT_PX + 10, 0, 0, 0)
            painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter), state_words(self._state))
        painter.end()
