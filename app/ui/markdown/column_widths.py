"""How wide the columns of a table would like to be, and how wide they are where there is less room."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from markdown_it.token import Token
from PySide6.QtGui import QFont, QFontMetricsF

from app.ui.fonts import mono_font, ui_font
from app.ui.markdown.inlines import THIN_SPACE

READABLE_PX = 104.0
"""A column that would like to be wider is not made narrower than this: rather the table is scrolled."""
WIDEST_PX = 300.0
"""In a table that is scrolled, longer cells wrap at this width."""
TEX_PX = 7.0
SPARE, SPARE_PX, SPARE_WIDEST = 1.15, 12.0, 0.6


def natural_width(children: Sequence[Token], px: int, *, bold: bool) -> float:
    """What the words of one cell take in one line."""
    wide = 0.0
    is_bold = bold
    for child in children:
        if child.type in ("strong_open", "strong_close"):
            is_bold = bold or child.type == "strong_open"
        elif child.type.startswith("math_inline"):
            wide += len(child.content) * TEX_PX
        elif child.content:
            is_code = child.type == "code_inline"
            words = f"{THIN_SPACE}{child.content}{THIN_SPACE}" if is_code else child.content
            wide += _metrics(px, is_bold, is_code).horizontalAdvance(words)
    return wide


def widths_in(natural: Sequence[float], room: float) -> list[float]:
    """The columns' widths in `room` pixels: as they like to be, the wide ones narrower, or readable and too wide."""
    if sum(natural) <= room:
        return list(natural)
    if is_too_wide(natural, room):
        return [min(one, WIDEST_PX) for one in natural]
    cap = _cap_for(natural, room)
    return [min(one, cap) for one in natural]


def roomier(natural: Sequence[float], room: float) -> list[float]:
    """The widths for a table of which more rows come, most likely longer ones, and longest where words are long."""
    wanted = [SPARE * one + SPARE_PX for one in natural]
    left = room - sum(wanted)
    if left < 0:
        return widths_in(natural, room)
    widest = max(range(len(wanted)), key=wanted.__getitem__)
    wanted[widest] += min(left, SPARE_WIDEST * natural[widest])
    return wanted


def is_too_wide(natural: Sequence[float], room: float) -> bool:
    """Whether wrapping could not make all columns fit and stay readable."""
    return sum(min(one, READABLE_PX) for one in natural) > room


def _cap_for(natural: Sequence[float], room: float) -> float:
    """The width that the wide columns share, so that all together fill the room."""
    left, columns = room, sorted(natural)
    for number, one in enumerate(columns):
        share = left / (len(columns) - number)
        if one > share:
            return share
        left -= one
    return columns[-1]


@lru_cache(maxsize=32)
def _metrics(px: int, bold: bool, code: bool) -> QFontMetricsF:
    font = QFont(mono_font(px - 1) if code else ui_font(px))
    if bold:
        font.setWeight(QFont.Weight.DemiBold)
    return QFontMetricsF(font)
