"""A card with one live figure: title, value, unit, and a curve of the last three minutes."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QLinearGradient, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.core.words import say
from app.ui.fonts import SMALL_PX, figure_font, ui_font
from app.ui.theme import RADIUS, tokens

SPAN_S = 180.0
LARGEST_POINTS = 120
PADDING_PX = 12
HEAD_PX = 26


class MetricCard(QWidget):
    """`add(value, words)` once a sample; `set_ghost(value)` draws the line this machine should reach.

    `low` and `high` fix the scale; without `high` it grows with the values. Not known is `add(None)`: a gap and a dash.
    """

    def __init__(
        self,
        title: str,
        unit: str,
        parent: QWidget | None = None,
        *,
        low: float = 0.0,
        high: float | None = None,
        digits: int = 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._title, self._unit, self._digits = title, unit, digits
        self._low, self._high, self._clock = low, high, clock
        self._ghost: float | None = None
        self._note = ""
        self._samples: deque[tuple[float, float | None]] = deque()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._name()

    @property
    def value(self) -> float | None:
        """The last value; None when not known."""
        return self._samples[-1][1] if self._samples else None

    def add(self, value: float | None) -> None:
        """One more sample, taken now."""
        now = self._clock()
        self._samples.append((now, value))
        while self._samples and self._samples[0][0] < now - SPAN_S:
            self._samples.popleft()
        self._name()
        self.update()

    def set_ghost(self, value: float | None, note: str = "") -> None:
        """The line of what this machine should reach; `note` is said on hover."""
        self._ghost, self._note = value, note
        self._name()
        self.update()

    def clear(self) -> None:
        """Forget the curve."""
        self._samples.clear()
        self._name()
        self.update()

    def value_words(self) -> str:
        """The value as shown, without its unit."""
        return "\u2013" if self.value is None else f"{self.value:,.{self._digits}f}"

    def sizeHint(self) -> QSize:
        """Wide as its column."""
        return QSize(300, 92)

    def minimumSizeHint(self) -> QSize:
        """Half a column."""
        return QSize(130, 92)

    def points(self, area: QRectF) -> list[list[QPointF]]:
        """The curve in `area`: unbroken pieces, at most 120 points in all."""
        now = self._clock()
        step = SPAN_S / LARGEST_POINTS
        scale = self._scale()
        pieces: list[list[QPointF]] = [[]]
        last_slot = -1
        for taken, value in self._samples:
            if value is None:
                pieces.append([])
                continue
            slot = int((taken - now + SPAN_S) / step)
            share = min(1.0, max(0.0, (value - self._low) / scale))
            x = area.right() - (now - taken) / SPAN_S * area.width()
            point = QPointF(x, area.bottom() - share * area.height())
            if slot == last_slot and pieces[-1]:
                pieces[-1][-1] = point
            else:
                pieces[-1].append(point)
            last_slot = slot
        return [piece for piece in pieces if piece]

    def paintEvent(self, event: QPaintEvent) -> None:
        """Card, words, ghost, curve."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = tokens()
        painter.setPen(QPen(QColor(colours.border), 1))
        painter.setBrush(QColor(colours.page))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        self._paint_words(painter)
        top = PADDING_PX + HEAD_PX + 4
        area = QRectF(PADDING_PX, top, self.width() - 2 * PADDING_PX - 3, self.height() - top - PADDING_PX)
        self._paint_ground(painter, area)
        for piece in self.points(area):
            self._paint_piece(painter, area, piece)
        painter.end()

    def _scale(self) -> float:
        if self._high is not None:
            return max(1e-9, self._high - self._low)
        known = [value for _, value in self._samples if value is not None]
        return max([1e-9, *(1.15 * (v - self._low) for v in known), 1.15 * ((self._ghost or self._low) - self._low)])

    def _paint_words(self, painter: QPainter) -> None:
        colours = tokens()
        head = QRectF(PADDING_PX, PADDING_PX - 2, self.width() - 2 * PADDING_PX, HEAD_PX)
        side = int(Qt.AlignmentFlag.AlignVCenter)
        unit_font, value_font = ui_font(SMALL_PX), figure_font(18, QFont.Weight.DemiBold)
        painter.setFont(unit_font)
        painter.setPen(QColor(colours.quiet))
        painter.drawText(head, side, self._title)
        unit_width = 0
        if self._unit:
            unit_width = painter.fontMetrics().horizontalAdvance(self._unit) + 4
            painter.drawText(head.adjusted(0, 2, 0, 2), side | int(Qt.AlignmentFlag.AlignRight), self._unit)
        painter.setFont(value_font)
        painter.setPen(QColor(colours.text))
        room = head.adjusted(0, 0, -unit_width, 0)
        painter.drawText(room, side | int(Qt.AlignmentFlag.AlignRight), self.value_words())

    def _paint_ground(self, painter: QPainter, area: QRectF) -> None:
        colours = tokens()
        painter.setPen(QPen(QColor(colours.border), 1))
        painter.drawLine(QPointF(area.left(), area.bottom() + 0.5), QPointF(area.right(), area.bottom() + 0.5))
        if self._ghost is not None:
            share = min(1.0, max(0.0, (self._ghost - self._low) / self._scale()))
            y = round(area.bottom() - share * area.height()) + 0.5
            painter.setPen(QPen(QColor(colours.quiet), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))

    def _paint_piece(self, painter: QPainter, area: QRectF, piece: list[QPointF]) -> None:
        colour = QColor(tokens().accent)
        if len(piece) > 1:
            fill = QLinearGradient(0, area.top(), 0, area.bottom())
            strong, faint = QColor(colour), QColor(colour)
            strong.setAlpha(60)
            faint.setAlpha(6)
            fill.setColorAt(0, strong)
            fill.setColorAt(1, faint)
            feet = [QPointF(piece[-1].x(), area.bottom()), QPointF(piece[0].x(), area.bottom())]
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(fill)
            painter.drawPolygon(QPolygonF([*piece, *feet]))
            # Bevel joins cost half of round ones at this width and look the same.
            pen = QPen(colour, 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap, Qt.PenJoinStyle.BevelJoin)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(QPolygonF(piece))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(piece[-1], 2.6, 2.6)

    def _name(self) -> None:
        self.setAccessibleName(self._title)
        said = f"{self.value_words()} {self._unit}".strip()
        self.setAccessibleDescription(said)
        ghost = "" if self._ghost is None else say("Expected here: {value}", value=f"{self._ghost:,.0f} {self._unit}")
        self.setToolTip("\n".join(part for part in (ghost, self._note) if part))
