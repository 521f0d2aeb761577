"""A typeset formula as a picture in a colour, at a size, for a screen; each is drawn once."""

from __future__ import annotations

import math
from collections import OrderedDict
from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QFontDatabase, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from app.session.tex.signs import FACE
from app.session.tex.typesetting import COLOUR
from app.ui.fonts import CHINESE, ui_font
from app.ui.formulas.maker import Formula

MOST_PIXMAPS = 600

_pixmaps: OrderedDict[tuple[bytes, int, int, float], QPixmap] = OrderedDict()


def formula_pixmap(formula: Formula, colour: QColor, em: float, ratio: float) -> QPixmap:
    """The typeset formula in `colour`, `em` pixels to the em, sharp on a screen of this pixel ratio."""
    key = (formula.svg, int(colour.rgba()), round(em * 64), ratio)
    if key in _pixmaps:
        _pixmaps.move_to_end(key)
        return _pixmaps[key]
    width, height = formula.width * em, (formula.ascent + formula.depth) * em
    made = QPixmap(max(1, math.ceil(width * ratio)), max(1, math.ceil(height * ratio) + 1))  # round feet stand out
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    drawing = formula.svg.replace(COLOUR.encode(), colour.name().encode())
    if FACE.encode() in drawing:
        drawing = drawing.replace(FACE.encode(), text_face().encode())
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(QByteArray(drawing)).render(painter, QRectF(0, 0, width, height))
    painter.end()
    _pixmaps[key] = made
    while len(_pixmaps) > MOST_PIXMAPS:
        _pixmaps.popitem(last=False)
    return made


@lru_cache(maxsize=1)
def text_face() -> str:
    """The face behind the words of the page: for signs that the formula's face lacks."""
    here = set(QFontDatabase.families())
    return next((face for face in CHINESE if face in here), ui_font().family())
