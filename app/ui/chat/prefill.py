"""How far the model has read before its first token."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.core.units import format_duration
from app.core.words import say
from app.ui.fonts import figure_font
from app.ui.theme import tokens


class PrefillPart(QWidget):
    """One quiet line before the first token: how far the model has read, with a thin bar under it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._done = self._total = self._cached = 0
        self._resume_s: float | None = None
        self._words = ""

    def set_words(self, words: str) -> None:
        """What is done instead of reading."""
        self._words = words
        self._show()

    def set_progress(self, done: int, total: int, cached: int = 0) -> None:
        """`done` of `total` tokens are read, `cached` of them before; 0 of 0 says only that work has begun."""
        self._done, self._total, self._cached = done, total, cached
        self._resume_s, self._words = None, ""
        self._show()

    def set_resuming(self, seconds: float) -> None:
        """What was read on an earlier day comes back from disk, in about so many seconds."""
        self._resume_s = seconds
        self._show()

    def _show(self) -> None:
        self.setAccessibleName(self.words())
        self.update()

    def words(self) -> str:
        """The line as shown."""
        if self._words:
            return self._words
        if self._resume_s is not None:
            return say("Resumes in {time}: this was read before", time=format_duration(self._resume_s))
        if not self._total:
            return say("Getting ready…")
        share = round(100 * self._done / self._total)
        words = say(
            "Reading {done} of {total} tokens, {share} %", done=f"{self._done:,}", total=f"{self._total:,}", share=share
        )
        known = say("{count} remembered", count=f"{self._cached:,}") if self._cached else ""
        return " · ".join(part for part in (words, known) if part)

    def fit(self, width: int) -> int:
        """One line and a bar."""
        return 36

    def paintEvent(self, event: QPaintEvent) -> None:
        """Words, then the bar."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(figure_font(13))
        painter.setPen(QColor(tokens().quiet))
        painter.drawText(QRect(0, 0, self.width(), 24), int(Qt.AlignmentFlag.AlignVCenter), self.words())
        if self._total and self._resume_s is None and not self._words:
            width = min(240, self.width())
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens().track))
            painter.drawRoundedRect(QRectF(0, 27, width, 3), 1.5, 1.5)
            painter.setBrush(QColor(tokens().accent))
            painter.drawRoundedRect(QRectF(0, 27, max(3.0, width * min(1.0, self._done / self._total)), 3), 1.5, 1.5)
        painter.end()
