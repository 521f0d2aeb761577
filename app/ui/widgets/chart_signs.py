"""The legend over a chart: a sign and a name for each line and each band."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from app.ui.theme import tokens

SIGN_PX, SPACE_PX, GAP_PX = 16, 6, 18
TOP_PX, HEIGHT_PX = 4, 20


@dataclass(frozen=True, slots=True)
class Sign:
    """A stroke of this style, or, without one, a patch."""

    words: str
    colour: QColor
    style: Qt.PenStyle | None = None


def paint_signs(painter: QPainter, signs: Iterable[Sign], left: float, right: float) -> None:
    """Side by side; what has no room is left out."""
    measure, x, middle = painter.fontMetrics(), left, TOP_PX + HEIGHT_PX / 2
    for sign in signs:
        width = measure.horizontalAdvance(sign.words)
        if x + SIGN_PX + SPACE_PX + 2 + width > right:
            continue
        if sign.style is not None:
            painter.setPen(QPen(sign.colour, 2, sign.style))
            painter.drawLine(QPointF(x, middle), QPointF(x + SIGN_PX, middle))
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(sign.colour)
            painter.drawRoundedRect(QRectF(x, middle - 6, SIGN_PX, 12), 2, 2)
        painter.setPen(QColor(tokens().text))
        room = QRectF(x + SIGN_PX + SPACE_PX, TOP_PX, width + 4, HEIGHT_PX)
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), sign.words)
        x += SIGN_PX + SPACE_PX + width + GAP_PX
