"""A card with one live figure: title, value, unit, and a curve of the last three minutes."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.core.units import format_duration
from app.core.words import say
from app.ui.fonts import SMALL_PX, figure_font, ui_font
from app.ui.theme import RADIUS, tokens
from app.ui.widgets.curve import LARGEST_POINTS, SPAN_S, Curve, paint_cursor, paint_curve, paint_ghost

__all__ = ["LARGEST_POINTS", "SPAN_S", "MetricCard"]

PADDING_PX = 12
HEAD_PX = 26
HEIGHT_PX = 92
_DIGIT = re.compile(r"\d")


class MetricCard(QWidget):
    """`add(value)` once a sample; `set_ghost(value)` draws the line this machine should reach.

    `low` and `high` fix the scale; without `high` it grows with the values. Not known is `add(None)`: a gap and a dash.
    With `holds` the last known value goes on being shown, quietly. The mouse over the curve shows the value there.
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
        points: int = LARGEST_POINTS,
        holds: bool = False,
    ) -> None:
        super().__init__(parent)
        self._title, self._unit, self._digits = title, unit, digits
        self._low, self._high, self._clock = low, high, clock
        self._ghost: float | None = None
        self._note = self._care = ""
        self._curve, self._holds = Curve(points), holds
        self._held: float | None = None
        self._hover_x: float | None = None
        self._said = ""
        self._value_font = figure_font(18 if points == LARGEST_POINTS else 16, QFont.Weight.DemiBold)
        self._unit_px = QFontMetrics(ui_font(SMALL_PX)).horizontalAdvance(unit) + 4 if unit else 0
        self._ground_key: object = None
        self._ground_picture = QPixmap()
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(title)
        self._say()

    @property
    def value(self) -> float | None:
        """The last value; None when not known."""
        return self._curve.last

    def add(self, value: float | None) -> None:
        """One more sample, taken now. Painted when it reads otherwise, or the curve has moved by a point."""
        moved = self._curve.add(self._clock(), value)
        self._held = value if value is not None else self._held
        self._refresh(moved=moved)

    def fill(self, points: Iterable[tuple[float, float | None]]) -> None:
        """What was known before the card was made, by the card's clock."""
        known = list(points)
        self._curve.fill(known)
        self._held = next((value for _, value in reversed(known) if value is not None), self._held)
        self._refresh()

    def set_ghost(self, value: float | None, note: str = "") -> None:
        """The line of what this machine should reach; `note` is said on hover."""
        if (value, note) != (self._ghost, self._note):
            self._ghost, self._note = value, note
            self._refresh()

    def set_care(self, words: str) -> None:
        """Why the figure is not what it could be, under the title; empty when it is."""
        if words != self._care:
            self._care = words
            self._refresh()

    def clear(self) -> None:
        """Forget the curve."""
        self._curve.clear()
        self._held = None
        self._refresh()

    def value_words(self, value: float | None = None) -> str:
        """The value as shown, without its unit."""
        shown = self._shown if value is None else value
        return "\u2013" if shown is None else f"{shown:,.{self._digits}f}"

    @property
    def _shown(self) -> float | None:
        return self._held if self._holds and self.value is None else self.value

    def sizeHint(self) -> QSize:
        """Wide as its column."""
        return QSize(300, HEIGHT_PX)

    def minimumSizeHint(self) -> QSize:
        """Half a column."""
        return QSize(130, HEIGHT_PX)

    def points(self, area: QRectF) -> list[list[QPointF]]:
        """The curve in `area`: unbroken pieces, at most 120 points in all."""
        return self._curve.pieces(area, self._clock(), self._low, self._scale())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The value under the mouse."""
        self._hover_x = event.position().x()
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover_x = None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ground from its picture, then what changes every second: value, curve, what is under the mouse."""
        painter = QPainter(self)
        area, now = self._area(), self._clock()
        shown = self._under_mouse(area, now)
        value = self.value_words(shown[1] if shown else None)
        title = self._title if shown is None else say("{time} ago", time=format_duration(max(0.0, now - shown[0])))
        painter.drawPixmap(0, 0, self._ground(title, value, area))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_value(painter, value)
        if self._ghost is not None:
            paint_ghost(painter, area, self._share(self._ghost))
        paint_curve(painter, area, self.points(area), "care" if self._care else "accent")
        if shown is not None:
            paint_cursor(painter, area, 1 - (now - shown[0]) / SPAN_S, self._share(shown[1]))
        painter.end()

    def _ground(self, title: str, value: str, area: QRectF) -> QPixmap:
        """Card, title, unit and base line: painted again only when one of them, the size or the theme is another."""
        ratio, colours = self.devicePixelRatioF(), tokens()
        key = (self.size(), ratio, colours.name, title, self._care, _DIGIT.sub("0", value))
        if key != self._ground_key:
            self._ground_key = key
            picture = QPixmap(self.size() * ratio)
            picture.setDevicePixelRatio(ratio)
            picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(picture)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(colours.border), 1))
            painter.setBrush(QColor(colours.page))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
            self._paint_words(painter, title, value)
            painter.setPen(QPen(QColor(colours.border), 1))
            painter.drawLine(QPointF(area.left(), area.bottom() + 0.5), QPointF(area.right(), area.bottom() + 0.5))
            painter.end()
            self._ground_picture = picture
        return self._ground_picture

    def _area(self) -> QRectF:
        top = PADDING_PX + HEAD_PX + 4 + (12 if self._care else 0)
        return QRectF(PADDING_PX, top, self.width() - 2 * PADDING_PX - 3, self.height() - top - PADDING_PX)

    def _scale(self) -> float:
        if self._high is not None:
            return max(1e-9, self._high - self._low)
        highest = max(self._curve.highest or self._low, self._ghost or self._low)
        return max(1e-9, 1.15 * (highest - self._low))

    def _under_mouse(self, area: QRectF, now: float) -> tuple[float, float] | None:
        if self._hover_x is None:
            return None
        found = self._curve.near(now - (area.right() - self._hover_x) / area.width() * SPAN_S)
        return None if found is None or found[1] is None else (found[0], found[1])

    @property
    def _head(self) -> QRectF:
        return QRectF(PADDING_PX, PADDING_PX - 2, self.width() - 2 * PADDING_PX, HEAD_PX)

    def _paint_words(self, painter: QPainter, title: str, value: str) -> None:
        """Everything but the value, for which room is left."""
        colours, head = tokens(), self._head
        side = int(Qt.AlignmentFlag.AlignVCenter)
        painter.setFont(self._value_font)
        value_width = painter.fontMetrics().horizontalAdvance(_DIGIT.sub("0", value))  # figures are of one width
        painter.setFont(ui_font(SMALL_PX))
        measure = painter.fontMetrics()
        if self._care:
            painter.setPen(QColor(colours.care))
            care = measure.elidedText(f"▲ {self._care}", Qt.TextElideMode.ElideRight, int(head.width()))
            painter.drawText(head.adjusted(0, 19, 0, 19), side, care)
        painter.setPen(QColor(colours.quiet))
        if self._unit:
            painter.drawText(head.adjusted(0, 2, 0, 2), side | int(Qt.AlignmentFlag.AlignRight), self._unit)
        room = int(head.width() - self._unit_px - value_width - 6)
        painter.drawText(head, side, measure.elidedText(title, Qt.TextElideMode.ElideRight, room))

    def _paint_value(self, painter: QPainter, value: str) -> None:
        painter.setFont(self._value_font)
        painter.setPen(QColor(tokens().quiet if self.value is None else tokens().text))
        side = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
        painter.drawText(self._head.adjusted(0, 0, -self._unit_px, 0), side, value)

    def _share(self, value: float) -> float:
        """How high a value stands, 0 to 1."""
        return min(1.0, max(0.0, (value - self._low) / self._scale()))

    def _refresh(self, *, moved: bool = True) -> None:
        """Words only when they are others: a screen reader hears each change. Hidden cards paint nothing."""
        said = f"{self.value_words()} {self._unit}".strip()
        if (ghost := "" if self._ghost is None else f"{self._ghost:,.0f}") or self._note or self._care:
            said += f"|{ghost}|{self._note}|{self._care}"
        if said != self._said:
            self._said = said
            self._say()
            moved = True
        if moved or self._hover_x is not None:
            self.update()

    def _say(self) -> None:
        value = f"{self.value_words()} {self._unit}".strip()
        self.setAccessibleDescription(". ".join(part for part in (value, self._care) if part))
        ghost = "" if self._ghost is None else say("Expected here: {value}", value=f"{self._ghost:,.0f} {self._unit}")
        tip = "\n".join(part for part in (ghost, self._note, self._care) if part)
        if tip != self.toolTip():
            self.setToolTip(tip)
