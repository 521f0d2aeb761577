"""A chart with axes: lines over time or over depth, painted by hand. The mouse or the arrow keys read it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.colours import blend
from app.ui.fonts import SMALL_PX, figure_font
from app.ui.theme import RADIUS, tokens
from app.ui.widgets.chart_lines import Band, Line, figure_words
from app.ui.widgets.chart_signs import Sign, paint_signs
from app.ui.widgets.scale import nice_steps, number_words

LEFT_PX, RIGHT_PX, TOP_PX, BOTTOM_PX = 52, 16, 34, 28
HEIGHT_PX = 260
BAND_SHARE = 0.22
SMALLEST_GAP_PX = 70  # between two numbers under the chart


class Chart(QWidget):
    """Set with `set_lines`. `x_words` says a place of the x axis, `x_ticks` chooses its numbers from low and high."""

    def __init__(
        self,
        name: str,
        x_words: Callable[[float], str],
        x_ticks: Callable[[float, float], Sequence[float]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._x_words, self._x_ticks = x_words, x_ticks
        self._lines: tuple[Line, ...] = ()
        self._bands: tuple[Band, ...] = ()
        self._unit = ""
        self._empty = ""
        self._low_x, self._high_x = 0.0, 1.0
        self._cursor: float | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_lines(
        self,
        lines: Sequence[Line],
        unit: str,
        *,
        span: tuple[float, float] | None = None,
        empty: str = "",
        bands: Sequence[Band] = (),
    ) -> None:
        """Draw these; `span` fixes the x axis, `empty` is said where there is nothing to draw."""
        self._bands = tuple(band for band in bands if band.stretches)
        self._lines = tuple(line for line in lines if any(value is not None for _, value in line.points))
        self._unit, self._empty = unit, empty
        places = [x for line in self._lines for x, _ in line.points]
        self._low_x, self._high_x = span or (min(places, default=0.0), max(places, default=1.0))
        self._high_x = max(self._high_x, self._low_x + 1e-9)
        self.setAccessibleDescription(self._summary())
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(600, HEIGHT_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(260, HEIGHT_PX)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        area = self._area()
        share = (event.position().x() - area.left()) / max(1.0, area.width())
        self._point_at(self._low_x + share * (self._high_x - self._low_x))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._cursor = None
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right go from point to point; Escape puts the cursor away."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        places = self._places()
        if step is None or not places:
            if event.key() == Qt.Key.Key_Escape and self._cursor is not None:
                self._cursor = None
                self.update()
                return
            super().keyPressEvent(event)
            return
        at = -1 if self._cursor is None else places.index(min(places, key=lambda x: abs(x - (self._cursor or 0.0))))
        at = len(places) - 1 if at < 0 and step < 0 else max(0, min(len(places) - 1, at + step))
        self._point_at(places[at])

    def said(self) -> str:
        """What is under the cursor, in words; empty without one."""
        if self._cursor is None or not self._lines:
            return ""
        parts = [self._x_words(self._cursor)]
        for line in self._lines:
            value = line.near(self._cursor)
            if value is not None:
                parts.append(f"{line.name} {figure_words(value)}")
        return "   ".join([*parts, *self._held_at(self._cursor)])

    def _held_at(self, x: float) -> list[str]:
        """The names of the bands at this place."""
        return [band.name for band in self._bands if band.holds(x)]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(figure_font(SMALL_PX))
        colours, area = tokens(), self._area()
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.accent), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS, RADIUS)
        if not self._lines:
            painter.setPen(QColor(colours.quiet))
            painter.drawText(
                QRectF(self.rect()), int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), self._empty
            )
            painter.end()
            return
        steps = nice_steps(max(value for line in self._lines for _, value in line.points if value is not None))
        self._paint_bands(painter, area)
        self._paint_axes(painter, area, steps)
        for line in self._lines:
            self._paint_line(painter, area, line, steps[-1])
        self._paint_head(painter, area)
        if self._cursor is not None:
            x = self._x_of(self._cursor, area)
            painter.setPen(QPen(QColor(colours.quiet), 1))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        painter.end()

    def _area(self) -> QRectF:
        return QRectF(LEFT_PX, TOP_PX, self.width() - LEFT_PX - RIGHT_PX, self.height() - TOP_PX - BOTTOM_PX)

    def _x_of(self, x: float, area: QRectF) -> float:
        return area.left() + (x - self._low_x) / (self._high_x - self._low_x) * area.width()

    def _paint_axes(self, painter: QPainter, area: QRectF, steps: list[float]) -> None:
        colours = tokens()
        for value in steps:
            y = round(area.bottom() - value / steps[-1] * area.height()) + 0.5
            painter.setPen(QPen(QColor(colours.border), 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(QColor(colours.quiet))
            room = QRectF(0, y - 9, area.left() - 8, 18)
            words = number_words(value, steps[1] - steps[0])
            painter.drawText(room, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), words)
        last = -SMALLEST_GAP_PX
        for place in self._x_ticks(self._low_x, self._high_x):
            x = self._x_of(place, area)
            if x - last < SMALLEST_GAP_PX:
                continue
            last = int(x)
            words = self._x_words(place)
            half = max(60, painter.fontMetrics().horizontalAdvance(words)) / 2
            room = QRectF(min(x - half, self.width() - 2 * half), area.bottom() + 6, 2 * half, 18)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter), words)

    def _paint_bands(self, painter: QPainter, area: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        for band in self._bands:
            painter.setBrush(blend(getattr(tokens(), band.role), tokens().panel, BAND_SHARE))
            for low, high in band.stretches:
                left, right = (self._x_of(min(max(x, self._low_x), self._high_x), area) for x in (low, high))
                painter.drawRect(QRectF(left, area.top(), max(1.5, right - left), area.height()))

    def _paint_line(self, painter: QPainter, area: QRectF, line: Line, highest: float) -> None:
        colour = blend(getattr(tokens(), line.role), tokens().panel, line.share)
        style = Qt.PenStyle.DashLine if line.dashed else Qt.PenStyle.SolidLine
        pen = QPen(colour, 1.8, style, Qt.PenCapStyle.FlatCap, Qt.PenJoinStyle.BevelJoin)
        pieces: list[list[QPointF]] = [[]]
        for x, value in line.points:
            if value is None:
                pieces.append([])
            else:
                pieces[-1].append(QPointF(self._x_of(x, area), area.bottom() - value / highest * area.height()))
        for piece in pieces:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(pen)
            if len(piece) > 1:
                painter.drawPolyline(QPolygonF(piece))
            if line.dots or len(piece) == 1:
                painter.setPen(QPen(QColor(tokens().panel), 1.5))
                painter.setBrush(colour)
                for point in piece:
                    painter.drawEllipse(point, 4, 4)

    def _paint_head(self, painter: QPainter, area: QRectF) -> None:
        """The legend, or what is under the cursor."""
        painter.setPen(QColor(tokens().quiet))
        side = int(Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(QRectF(8, 4, LEFT_PX, 20), side, self._unit)
        measure = painter.fontMetrics()
        x = max(area.left(), 16.0 + measure.horizontalAdvance(self._unit))
        if self._cursor is not None:
            painter.drawText(QRectF(x, 4, 200, 20), side, self._x_words(self._cursor))
            x += measure.horizontalAdvance(self._x_words(self._cursor)) + 16
        paint_signs(painter, self._signs(), x, self.width())

    def _signs(self) -> list[Sign]:
        """Of each line and band; under the cursor a line's value, and only those bands that held there."""
        at, ground = self._cursor, tokens().panel
        held = None if at is None else self._held_at(at)
        signs = []
        for line in self._lines:
            value = None if at is None else line.near(at)
            words = line.name if at is None else f"{line.name} {'–' if value is None else figure_words(value)}"
            style = Qt.PenStyle.DashLine if line.dashed else Qt.PenStyle.SolidLine
            signs.append(Sign(words, blend(getattr(tokens(), line.role), ground, line.share), style))
        bands = (band for band in self._bands if held is None or band.name in held)
        return signs + [Sign(one.name, blend(getattr(tokens(), one.role), ground, 2 * BAND_SHARE)) for one in bands]

    def _point_at(self, x: float) -> None:
        places = self._places()
        self._cursor = min(places, key=lambda place: abs(place - x), default=None)
        if self.hasFocus():
            self.setAccessibleDescription(self.said())
        self.update()

    def _places(self) -> list[float]:
        return sorted({x for line in self._lines for x, value in line.points if value is not None})

    def _summary(self) -> str:
        """Each line in a few words, for those who cannot see it."""
        parts = []
        for line in self._lines:
            known = [value for _, value in line.points if value is not None]
            parts.append(f"{line.name}: {figure_words(min(known))} – {figure_words(max(known))} {self._unit}")
        return "; ".join([*parts, *(band.name for band in self._bands)]) or self._empty
