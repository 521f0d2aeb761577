"""Paints the marks of citations: lines under quotations, chips over page references, a ring around the one in hand."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen

from app.ui.chat.verdicts import Line, Look, Sign
from app.ui.colours import Tokens, blend
from app.ui.fonts import ui_font

SIGN_PX, CHIP_FONT_PX = 7.0, 11
_PADDING, _GAP, _OVERHANG = 4.0, 2.5, 1.5


def paint_line(painter: QPainter, box: QRectF, look: Look, colours: Tokens) -> None:
    """The line under one stretch of a quotation; `box` holds its letters."""
    colour = QColor(getattr(colours, look.role))
    y = box.bottom() - 1.5
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(_pen(look.line, colour))
    if look.line == "wave":
        painter.drawPath(_wave(box.left(), box.right(), y))
    elif look.line == "crosses":
        x = box.left() + 2
        while x < box.right():
            paint_sign(painter, QRectF(x - 2, y - 2, 4, 4), "cross", colour, 1.0)
            x += 7
    else:
        painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))


def paint_chip(
    painter: QPainter, box: QRectF, words: str, look: Look, colours: Tokens, *, ground: QColor, lit: bool
) -> None:
    """A page reference as a chip, painted over its letters; `box` holds them."""
    colour = QColor(getattr(colours, look.role))
    shape = chip_box(box, words, look)
    painter.fillRect(box.adjusted(-0.5, 0, 0.5, 1), ground)
    painter.setPen(QPen(QColor(colours.accent) if lit else blend(look_colour(colours, look), colours.page, 0.45), 1))
    painter.setBrush(QColor(colours.hover if lit else colours.panel))
    painter.drawRoundedRect(shape, 5, 5)
    font = ui_font(CHIP_FONT_PX)
    painter.setFont(font)
    painter.setPen(QColor(colours.text if look.role == "quiet" else getattr(colours, look.role)))
    right = SIGN_PX + _GAP if look.sign else 0.0
    space = shape.adjusted(_PADDING, 0, -_PADDING - right, 0)
    painter.drawText(space, int(Qt.AlignmentFlag.AlignCenter), words)
    if look.sign:
        centre = QPointF(shape.right() - _PADDING - SIGN_PX / 2, shape.center().y())
        paint_sign(painter, _square(centre, SIGN_PX), look.sign, colour, 1.6)


def look_colour(colours: Tokens, look: Look) -> str:
    return str(getattr(colours, look.role))


def chip_fits(box: QRectF, words: str, look: Look) -> bool:
    """Whether a chip stays within the letters it covers, but for a hair."""
    return chip_box(box, words, look).width() <= box.width() + 2 * _OVERHANG


def chip_box(box: QRectF, words: str, look: Look) -> QRectF:
    wide = QFontMetricsF(ui_font(CHIP_FONT_PX)).horizontalAdvance(words) + 2 * _PADDING
    wide += SIGN_PX + _GAP if look.sign else 0.0
    made = QRectF(0, 0, max(wide, box.width() - 3), 17)
    made.moveCenter(box.center())
    made.moveLeft(max(0.5, made.left()))
    return made


def paint_ring(painter: QPainter, boxes: Sequence[QRectF], colours: Tokens) -> None:
    """Where the keyboard is."""
    painter.setPen(QPen(QColor(colours.accent), 1.6))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for box in boxes:
        painter.drawRoundedRect(box.adjusted(-2.5, 0, 2.5, 1), 5, 5)


def paint_sign(painter: QPainter, box: QRectF, sign: Sign, colour: QColor, width: float) -> None:
    """A tick, a wave, an arrow or a cross."""
    pen = QPen(colour, width)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(_sign_path(box, sign))


def _sign_path(box: QRectF, sign: Sign) -> QPainterPath:
    """In a square, as strokes given in its shares."""
    strokes: dict[Sign, tuple[tuple[tuple[float, float], ...], ...]] = {
        "tick": (((0.0, 0.55), (0.35, 0.9), (1.0, 0.15)),),
        "cross": (((0.1, 0.1), (0.9, 0.9)), ((0.9, 0.1), (0.1, 0.9))),
        "arrow": (((0.0, 0.5), (1.0, 0.5)), ((0.6, 0.1), (1.0, 0.5), (0.6, 0.9))),
        "wave": (((0.0, 0.62), (0.14, 0.4), (0.3, 0.36), (0.5, 0.5), (0.7, 0.64), (0.86, 0.6), (1.0, 0.38)),),
    }
    path = QPainterPath()
    for stroke in strokes.get(sign, ()):
        places = [box.topLeft() + QPointF(x * box.width(), y * box.height()) for x, y in stroke]
        path.moveTo(places[0])
        for place in places[1:]:
            path.lineTo(place)
    return path


def _pen(line: Line, colour: QColor) -> QPen:
    pen = QPen(colour, 1.3)
    if line == "dots":
        pen.setDashPattern([1.2, 2.2])
    elif line == "dashes":
        pen.setDashPattern([5.0, 3.0])
    return pen


def _wave(left: float, right: float, y: float) -> QPainterPath:
    path = QPainterPath(QPointF(left, y))
    x, up = left, True
    while x < right:
        end = min(x + 4.0, right)
        path.quadTo(QPointF((x + end) / 2, y - 2.4 if up else y + 2.4), QPointF(end, y))
        x, up = end, not up
    return path


def _square(centre: QPointF, side: float) -> QRectF:
    return QRectF(centre.x() - side / 2, centre.y() - side / 2, side, side)
