"""Icons: one single-colour SVG family (Lucide), tinted by the theme and drawn at the screen's own resolution."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from app.config.paths import resource
from app.ui.theme import tokens

SHARPEST = 2.0
"""Drawn always, for a screen that is plugged in later; besides, only what today's screens need: each costs a start."""


def icon(
    name: str, role: str = "quiet", px: int = 16, *, filled: bool = False, gap_px: int = 0, trim_px: int = 0
) -> QIcon:
    """`resources/icons/<name>.svg` in the colour of theme role `role`, sharp at every screen scale.

    `gap_px` is left free at the right, for words that follow: style sheets know no space between icon and text.
    `trim_px` of the empty margin is cut off at the left, where a chevron shall stand in line with what is below it.

    The colour is today's: make it again when the theme changes (`IconButton` does so by itself).
    """
    return _make_icon(name, getattr(tokens(), role), tokens().quiet, px, filled, gap_px - trim_px, trim_px)


def pixmap(name: str, role: str = "quiet", px: int = 16, ratio: float = 1.0, *, filled: bool = False) -> QPixmap:
    """The same as a picture of `px` by `px` for a screen of `ratio` device pixels a pixel."""
    return _draw(name, getattr(tokens(), role), px, ratio, filled)


@lru_cache(maxsize=256)
def _make_icon(name: str, colour: str, disabled: str, px: int, filled: bool, gap_px: int, trim_px: int) -> QIcon:
    result = QIcon()
    for ratio in sorted({screen.devicePixelRatio() for screen in QGuiApplication.screens()} | {SHARPEST}):
        picture = _draw(name, colour, px, ratio, filled, gap_px, trim_px)
        result.addPixmap(picture)
        result.addPixmap(_at_half_strength(picture, disabled), QIcon.Mode.Disabled)
    return result


@lru_cache(maxsize=1024)
def _draw(name: str, colour: str, px: int, ratio: float, filled: bool, gap_px: int = 0, trim_px: int = 0) -> QPixmap:
    renderer = _read(name, colour, filled)
    side = round(px * ratio)
    picture = QPixmap(side + round(gap_px * ratio), side)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter, QRectF(-trim_px * ratio, 0, side, side))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture


@lru_cache(maxsize=8)
def _read(name: str, colour: str, filled: bool) -> QSvgRenderer:
    """Kept only while the same icon is drawn for each kind of screen."""
    svg = resource("icons", f"{name}.svg").read_text("utf-8").replace("currentColor", colour)
    if filled:
        svg = svg.replace('fill="none"', f'fill="{colour}"', 1)
    return QSvgRenderer(QByteArray(svg.encode()))


def _at_half_strength(picture: QPixmap, colour: str) -> QPixmap:
    """The same shape in another colour, nearly gone."""
    faint = QPixmap(picture.size())
    faint.setDevicePixelRatio(picture.devicePixelRatio())
    faint.fill(Qt.GlobalColor.transparent)
    painter = QPainter(faint)
    painter.setOpacity(0.45)
    painter.drawPixmap(0, 0, picture)
    painter.setOpacity(1.0)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(faint.rect(), QColor(colour))
    painter.end()
    return faint
