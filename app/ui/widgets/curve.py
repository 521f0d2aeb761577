"""A live curve: what it keeps of the last minutes, and how it is painted for little.

Antialiased pens of one device pixel take a fifteenth of the time of wider ones, so a line of one and a half is two of
one; bevel joins take half the time of round ones where the screen is finer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPen, QPolygonF

from app.ui.theme import tokens

SPAN_S = 180.0
LARGEST_POINTS = 120
_LINE_PX = 1.6
_DOT_PX = 2.6


class Curve:
    """Figures of the last `SPAN_S`, the last one of each stretch of time; None breaks the line."""

    def __init__(self, slots: int = LARGEST_POINTS) -> None:
        self._step = SPAN_S / slots
        self._kept: deque[tuple[float, float | None]] = deque()
        self._slot = -1

    @property
    def last(self) -> float | None:
        return self._kept[-1][1] if self._kept else None

    @property
    def highest(self) -> float | None:
        return max((value for _, value in self._kept if value is not None), default=None)

    def add(self, at_s: float, value: float | None) -> bool:
        """Whether a new stretch of time has begun."""
        slot = int(at_s / self._step)
        is_new = slot != self._slot
        if slot == self._slot and self._kept and (self._kept[-1][1] is None) == (value is None):
            self._kept[-1] = (at_s, value)
        else:
            self._kept.append((at_s, value))
        self._slot = slot
        while self._kept and self._kept[0][0] < at_s - SPAN_S:
            self._kept.popleft()
        return is_new

    def fill(self, points: Iterable[tuple[float, float | None]]) -> None:
        """Begin anew with these."""
        self.clear()
        for at_s, value in points:
            self.add(at_s, value)

    def clear(self) -> None:
        self._kept.clear()
        self._slot = -1

    def near(self, at_s: float) -> tuple[float, float | None] | None:
        """The figure nearest to a moment."""
        return min(self._kept, key=lambda kept: abs(kept[0] - at_s), default=None)

    def pieces(self, area: QRectF, now_s: float, low: float, scale: float) -> list[list[QPointF]]:
        """The curve in `area`, unbroken pieces; `scale` is what the height stands for."""
        right, bottom, height = area.right(), area.bottom(), area.height()
        across = area.width() / SPAN_S
        pieces: list[list[QPointF]] = [[]]
        for at_s, value in self._kept:
            if value is None:
                if pieces[-1]:
                    pieces.append([])
                continue
            share = (value - low) / scale
            share = 0.0 if share < 0 else 1.0 if share > 1 else share
            pieces[-1].append(QPointF(right - (now_s - at_s) * across, bottom - share * height))
        return [piece for piece in pieces if piece]


def paint_curve(painter: QPainter, area: QRectF, pieces: list[list[QPointF]], role: str = "accent") -> None:
    """Filled to the ground, a line on top, a dot at the end."""
    colour = QColor(getattr(tokens(), role))
    fill = QLinearGradient(0, area.top(), 0, area.bottom())
    for place, alpha in ((0, 60), (1, 6)):
        shade = QColor(colour)
        shade.setAlpha(alpha)
        fill.setColorAt(place, shade)
    for piece in pieces:
        if len(piece) > 1:
            feet = [QPointF(piece[-1].x(), area.bottom()), QPointF(piece[0].x(), area.bottom())]
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)  # its edge lies under the line
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(fill)
            painter.drawPolygon(QPolygonF([*piece, *feet]))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            _stroke(painter, colour, QPolygonF(piece))
    if pieces:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(pieces[-1][-1], _DOT_PX, _DOT_PX)


def paint_ghost(painter: QPainter, area: QRectF, share: float) -> None:
    """A dashed line at so much of the height: what should be reached, or what is the most."""
    y = round(area.bottom() - share * area.height()) + 0.5
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    painter.setPen(QPen(QColor(tokens().quiet), 1, Qt.PenStyle.DashLine))
    painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)


def paint_cursor(painter: QPainter, area: QRectF, across: float, share: float) -> None:
    """A line and a dot at so much of the width and of the height."""
    x = round(area.left() + across * area.width()) + 0.5
    painter.setPen(QPen(QColor(tokens().quiet), 1))
    painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
    painter.setPen(QPen(QColor(tokens().page), 1.5))
    painter.setBrush(QColor(tokens().text))
    painter.drawEllipse(QPointF(x, area.bottom() - share * area.height()), 3.4, 3.4)


def _stroke(painter: QPainter, colour: QColor, line: QPolygonF) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if painter.device().devicePixelRatio() > 1:
        painter.setPen(QPen(colour, _LINE_PX, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap, Qt.PenJoinStyle.BevelJoin))
        painter.drawPolyline(line)
        return
    painter.setPen(QPen(colour, 1))
    painter.drawPolyline(line)
    painter.drawPolyline(line.translated(0, 0.6))
