"""Draws a line of the lists: the box, the words, what is wrong, the figure at the right."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.ui.colours import Tokens
from app.ui.fonts import figure_font
from app.ui.icons import pixmap
from app.ui.preview.leaf import Leaf
from app.ui.theme import tokens

ROW_PX, TALL_ROW_PX, BOX_PX, BOX_LEFT_PX = 32, 48, 16, 12
BOX_RIGHT_PX = BOX_LEFT_PX + BOX_PX + 6
_SIGNS = {"care": "triangle-alert", "bad": "circle-alert"}
_MIDDLE = int(Qt.AlignmentFlag.AlignVCenter)


class LeafDelegate(QStyledItemDelegate):
    """Paints a `Leaf`; all of a list are equally high."""

    def __init__(self, parent: QWidget, row_px: int) -> None:
        super().__init__(parent)
        self._row_px = row_px

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(0, self._row_px)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        leaf = index.data(int(Qt.ItemDataRole.UserRole))
        if not isinstance(leaf, Leaf):
            return
        colours = tokens()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _paint_ground(painter, option, colours)
        box = QRectF(option.rect).adjusted(BOX_LEFT_PX, 0, -14, 0)
        if leaf.can_be_ticked:
            _paint_box(painter, box, leaf.ticked, colours)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.setFont(figure_font(13, QFont.Weight.Medium if selected else QFont.Weight.Normal))
        words = box.adjusted(BOX_PX + 10, 0, 0, 0)
        (_paint_two_lines if leaf.below else _paint_words)(painter, words, leaf, colours)
        painter.restore()


def _paint_ground(painter: QPainter, option: QStyleOptionViewItem, colours: Tokens) -> None:
    state = option.state
    selected = bool(state & QStyle.StateFlag.State_Selected)
    if selected or state & QStyle.StateFlag.State_MouseOver:
        focused = selected and bool(state & QStyle.StateFlag.State_HasFocus)
        painter.setPen(QPen(QColor(colours.accent), 1.5) if focused else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.hover))
        painter.drawRoundedRect(QRectF(option.rect).adjusted(5, 1, -5, -1), 6, 6)


def _paint_box(painter: QPainter, place: QRectF, ticked: bool | None, colours: Tokens) -> None:
    box = QRectF(place.left(), place.center().y() - BOX_PX / 2, BOX_PX, BOX_PX)
    painter.setPen(QPen(QColor(colours.quiet if ticked is False else colours.accent), 1))
    painter.setBrush(QColor(colours.page if ticked is False else colours.accent))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    if ticked:
        sign = pixmap("check", "on_accent", 12, painter.device().devicePixelRatioF())
        painter.drawPixmap(QPointF(box.left() + 2, box.top() + 2), sign)
    elif ticked is None:
        painter.setPen(QPen(QColor(colours.on_accent), 2))
        painter.drawLine(box.center() - QPointF(4, 0), box.center() + QPointF(4, 0))


def _paint_words(painter: QPainter, place: QRectF, leaf: Leaf, colours: Tokens) -> None:
    measure = painter.fontMetrics()
    faint = leaf.ticked is False
    right = place.right()
    painter.setPen(QColor(colours.quiet))
    if leaf.figure:
        wide = measure.horizontalAdvance(leaf.figure)
        painter.drawText(QRectF(right - wide, place.top(), wide + 2, place.height()), _MIDDLE, leaf.figure)
        right -= wide + 10
    if leaf.note:
        right = _paint_note(painter, leaf, right, place, colours)
    painter.setPen(QColor(colours.quiet if faint else colours.text))
    room = max(0, int(right - place.left()))
    shown = measure.elidedText(leaf.words, Qt.TextElideMode.ElideMiddle, room)
    painter.drawText(QRectF(place.left(), place.top(), room + 2, place.height()), _MIDDLE, shown)


def _paint_two_lines(painter: QPainter, place: QRectF, leaf: Leaf, colours: Tokens) -> None:
    above, below = place.adjusted(0, 6, 0, -place.height() / 2), place.adjusted(0, place.height() / 2 - 1, 0, -6)
    painter.setPen(QColor(colours.quiet if leaf.ticked is False else colours.text))
    shown = painter.fontMetrics().elidedText(leaf.words, Qt.TextElideMode.ElideMiddle, int(above.width()))
    painter.drawText(above, _MIDDLE, shown)
    painter.setFont(figure_font(12))
    painter.setPen(QColor(colours.quiet))
    painter.drawText(below, _MIDDLE, leaf.figure)
    if leaf.note:
        wide = painter.fontMetrics().horizontalAdvance(leaf.note) + (16 if leaf.role in _SIGNS else 0)
        start = painter.fontMetrics().horizontalAdvance(leaf.figure) + 12 if leaf.figure else 0
        _paint_note(painter, leaf, min(below.right(), below.left() + start + wide), below, colours)


def _paint_note(painter: QPainter, leaf: Leaf, right: float, place: QRectF, colours: Tokens) -> float:
    """What is wrong, in words and with a sign; returns where it begins."""
    painter.save()
    painter.setFont(figure_font(12))
    painter.setPen(QColor(getattr(colours, leaf.role)))
    wide = painter.fontMetrics().horizontalAdvance(leaf.note)
    painter.drawText(QRectF(right - wide, place.top(), wide + 2, place.height()), _MIDDLE, leaf.note)
    right -= wide
    if leaf.role in _SIGNS:
        right -= 16
        ratio = painter.device().devicePixelRatioF()
        sign = pixmap(_SIGNS[leaf.role], leaf.role, 12, ratio)
        painter.drawPixmap(QPointF(right, place.center().y() - 6), sign)
    painter.restore()
    return right - 10
