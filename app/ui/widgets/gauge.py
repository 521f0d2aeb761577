"""The context gauge: one segmented bar that says what fills the model's context, with numbers."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.core.units import format_tokens
from app.core.words import say
from app.ui.colours import Tokens, blend
from app.ui.fonts import figure_font
from app.ui.icons import pixmap
from app.ui.theme import tokens

CARE_SHARE, BAD_SHARE = 0.80, 0.95
BAR_PX = 6


@dataclass(frozen=True, slots=True)
class ContextParts:
    """Tokens of each part, and the context's size. `answer` is the room kept for the answer."""

    instructions: int = 0
    documents: int = 0
    history: int = 0
    answer: int = 0
    size: int = 0

    @property
    def used(self) -> int:
        """What is taken, the answer's room included."""
        return self.instructions + self.documents + self.history + self.answer

    @property
    def share(self) -> float:
        """`used` of `size`; over 1 when it does not fit."""
        return self.used / self.size if self.size else 0.0


class ContextGauge(QWidget):
    """Set with `set_parts`. Amber from 80 %, red from 95 %, always with the numbers beside it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts = ContextParts()
        self.setFont(figure_font(11))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # so that its numbers can be read aloud
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_parts(ContextParts())

    @property
    def parts(self) -> ContextParts:
        """What is shown."""
        return self._parts

    @property
    def level(self) -> str:
        """ "good", "care" or "bad"."""
        share = self._parts.share
        return "bad" if share >= BAD_SHARE else "care" if share >= CARE_SHARE else "good"

    def set_parts(self, parts: ContextParts) -> None:
        """Show `parts`."""
        self._parts = parts
        words = "\n".join(f"{name}: {count:,}" for name, count, _ in self._segments())
        self.setToolTip(f"{self.total_words()}\n{words}")
        self.setAccessibleName(say("Context"))
        self.setAccessibleDescription(self.toolTip())
        self.update()

    def total_words(self) -> str:
        """ "12,400 of 35K tokens"; over the limit it says by how much."""
        parts = self._parts
        if parts.size and parts.used > parts.size:
            return say("{count} tokens too many", count=f"{parts.used - parts.size:,}")
        return say("{used} of {size} tokens", used=format_tokens(parts.used), size=format_tokens(parts.size))

    def sizeHint(self) -> QSize:
        """A bar and a line."""
        return QSize(320, 28)

    def minimumSizeHint(self) -> QSize:
        """The legend drops names before the bar vanishes."""
        return QSize(120, 28)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Bar above, legend below."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_bar(painter)
        self._paint_legend(painter)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(tokens().accent), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        painter.end()

    def _segments(self) -> list[tuple[str, int, QColor]]:
        parts, shades = self._parts, segment_colours(tokens(), self.level)
        names = (say("Instructions"), say("Documents"), say("Conversation"), say("Room for the answer"))
        counts = (parts.instructions, parts.documents, parts.history, parts.answer)
        return list(zip(names, counts, shades, strict=True))

    def _paint_bar(self, painter: QPainter) -> None:
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(0, 0, self.width(), BAR_PX), BAR_PX / 2, BAR_PX / 2)
        painter.setClipPath(shape)
        painter.fillRect(self.rect(), QColor(tokens().track))
        whole = max(self._parts.size, self._parts.used, 1)
        x = 0.0
        for _, count, colour in self._segments():
            width = self.width() * count / whole
            if width > 0:
                painter.fillRect(QRectF(x, 0, max(1.0, width - 1), BAR_PX), colour)
            x += width
        painter.setClipping(False)

    def _paint_legend(self, painter: QPainter) -> None:
        colours = tokens()
        painter.setFont(self.font())
        measure = self.fontMetrics()
        total = self.total_words()
        right = self.width() - measure.horizontalAdvance(total)
        baseline = BAR_PX + 6 + measure.ascent()
        painter.setPen(QColor(getattr(colours, self.level) if self.level != "good" else colours.quiet))
        painter.drawText(QPointF(right, baseline), total)
        if self.level != "good":  # colour is never the only sign
            sign = pixmap("triangle-alert", self.level, 12, self.devicePixelRatioF())
            right -= 16
            painter.drawPixmap(QPointF(right, BAR_PX + 7), sign)
        x = 0
        for name, count, colour in self._segments():
            words = f"{name} {format_tokens(count)}"
            wide = 12 + measure.horizontalAdvance(words)
            if not count or x + wide > right - 12:
                continue
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawRoundedRect(QRectF(x, baseline - 8, 8, 8), 2, 2)
            painter.setPen(QColor(colours.quiet))
            painter.drawText(QPointF(x + 12, baseline), words)
            x += wide + 14


def segment_colours(colours: Tokens, level: str = "good") -> tuple[QColor, QColor, QColor, QColor]:
    """Four strengths of one colour: the accent, or the warning's own."""
    base = colours.accent if level == "good" else getattr(colours, level)
    return tuple(blend(base, colours.track, share) for share in (1.0, 0.7, 0.45, 0.22))  # type: ignore[return-value]
