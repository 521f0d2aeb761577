"""Draws the rows of the list of chats: quiet headings, folders with an arrow, chats on a rounded ground."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.core.words import say
from app.ui import fonts
from app.ui.chat_model import ROW
from app.ui.chat_rows import Key, Row
from app.ui.icons import pixmap
from app.ui.markdown.direction import LOOKED_AT, is_right_to_left
from app.ui.theme import tokens

ROW_PX, INDENT_PX, ICON_PX, DOT_PX = 34, 16, 14, 6

Index = QModelIndex | QPersistentModelIndex


class ChatDelegate(QStyledItemDelegate):
    """`open_chat` is drawn as the one that is shown, `target` as the one a drag would fall on."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.open_chat: int | None = None
        self.target: Key | None = None
        self.several = False  # are selected

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(ROW)
        if not isinstance(row, Row):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(option.rect).adjusted(8, 1, -8, -1)
        if row.kind == "heading":
            _words(painter, box.adjusted(8, 9, -8, 0), row.text, "quiet", 11, QFont.Weight.Medium)
        else:
            shown = row.kind == "chat" and row.id == self.open_chat
            self._ground(painter, option, box, row, shown=shown)
            _row(painter, box, row, shown=shown)
        painter.restore()

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor, row = super().createEditor(parent, option, index), index.data(ROW)
        is_folder = isinstance(row, Row) and row.kind == "folder"
        editor.setAccessibleName(say("New name of the folder") if is_folder else say("New name of the chat"))
        editor.setStyleSheet("padding: 2px 6px; min-height: 16px;")
        return editor

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        editor.setGeometry(option.rect.adjusted(8, 1, -8, -1))

    def _ground(self, painter: QPainter, option: QStyleOptionViewItem, box: QRectF, row: Row, *, shown: bool) -> None:
        """What is selected has the colour of a selection, unless it is only the chat that is open."""
        colours, state = tokens(), option.state
        selected = bool(state & QStyle.StateFlag.State_Selected)
        focused = selected and bool(state & QStyle.StateFlag.State_HasFocus)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        is_target, chosen = row.key == self.target, selected and (self.several or not shown)
        if not (selected or shown or hovered or is_target):
            return
        painter.setPen(QPen(QColor(colours.accent), 1.5) if focused or is_target else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.selection if chosen or is_target else colours.hover))
        painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 6, 6)


def _row(painter: QPainter, box: QRectF, row: Row, *, shown: bool) -> None:
    words = box.adjusted(8, 0, -8, 0)
    if row.kind == "folder":
        _picture(painter, words, "chevron-down" if row.is_open else "chevron-right")
        words = words.adjusted(ICON_PX + 4, 0, 0, 0)
        _picture(painter, words, "folder-open" if row.is_open else "folder")
        count = str(row.count) if row.count else ""
        _words(painter, words, count, "quiet", 11, QFont.Weight.Normal, right=True)
        words = words.adjusted(ICON_PX + 6, 0, -26 if count else 0, 0)
    elif row.place is not None:
        words = words.adjusted(INDENT_PX + 2, 0, 0, 0)
    if row.is_pinned:
        _picture(painter, words, "pin")
        words = words.adjusted(ICON_PX + 6, 0, 0, 0)
    if row.is_answered:
        _dot(painter, words)
        words = words.adjusted(0, 0, -DOT_PX - 8, 0)
    _words(painter, words, row.text, "text", 13, QFont.Weight.Medium if shown else QFont.Weight.Normal)


def _dot(painter: QPainter, box: QRectF) -> None:
    """At the right end: somebody is writing here."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tokens().accent))
    painter.drawEllipse(QRectF(box.right() - DOT_PX, box.center().y() - DOT_PX / 2, DOT_PX, DOT_PX))


def _words(
    painter: QPainter, box: QRectF, text: str, role: str, px: int, weight: QFont.Weight, *, right: bool = False
) -> None:
    painter.setFont(fonts.ui_font(px, weight))
    painter.setPen(QColor(getattr(tokens(), role)))
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    line = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(box.width()))
    flags = int(Qt.AlignmentFlag.AlignVCenter | side | Qt.AlignmentFlag.AlignAbsolute)
    if is_right_to_left(text[:LOOKED_AT]):
        flags |= int(Qt.TextFlag.TextForceRightToLeft)
    painter.drawText(box, flags, line)


def _picture(painter: QPainter, box: QRectF, name: str) -> None:
    ratio = painter.device().devicePixelRatioF()
    place = QRectF(box.left(), box.center().y() - ICON_PX / 2, ICON_PX, ICON_PX)
    painter.drawPixmap(place.topLeft(), pixmap(name, "quiet", ICON_PX, ratio))
