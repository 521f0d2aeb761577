"""The chats by day: one list with quiet headings, renamed in place, deleted with an undo."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.core.words import say
from app.store.rows import Chat
from app.ui import fonts
from app.ui.theme import tokens
from app.ui.words import day_words

CHAT_ID = int(Qt.ItemDataRole.UserRole)
ROW_PX, HEADING_PX = 34, 32
Index = QModelIndex | QPersistentModelIndex


class ChatList(QListWidget):
    """Chats under their days. Enter or a click opens, F2 renames, Delete deletes."""

    chosen = Signal(int)
    renamed = Signal(int, str)
    delete_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(say("Chats"))
        self.setItemDelegate(_Delegate(self))
        self.setMouseTracking(True)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._on_menu_wanted)
        self.itemClicked.connect(self._on_activated)
        self.itemActivated.connect(self._on_activated)
        self.itemChanged.connect(self._on_item_changed)

    def show_chats(self, chats: Iterable[Chat], current: int | None) -> None:
        """Fill the list again; the open chat stays selected."""
        if self.state() == QAbstractItemView.State.EditingState:
            return
        place = self.verticalScrollBar().value()
        self.blockSignals(True)
        self.clear()
        today, heading = datetime.now().astimezone().date(), ""
        for chat in chats:
            day = day_words(chat.updated_at, today)
            if day != heading:
                heading = day
                self.addItem(_heading(day))
            self.addItem(_row(chat))
        self.select(current)
        self.blockSignals(False)
        self.verticalScrollBar().setValue(place)

    def select(self, chat_id: int | None) -> None:
        """Mark the open chat, or none."""
        for number in range(self.count()):
            if chat_id is not None and self.item(number).data(CHAT_ID) == chat_id:
                self.setCurrentRow(number)
                return
        self.setCurrentRow(-1)
        self.clearSelection()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        if event.key() == Qt.Key.Key_Delete and self.currentRow() >= 0 and item.data(CHAT_ID) is not None:
            self.delete_wanted.emit(item.data(CHAT_ID))
            return
        super().keyPressEvent(event)

    def _on_activated(self, item: QListWidgetItem) -> None:
        if item.data(CHAT_ID) is not None:
            self.chosen.emit(item.data(CHAT_ID))

    def _on_item_changed(self, item: QListWidgetItem) -> None:
        title = " ".join(item.text().split())
        if title:
            self.renamed.emit(item.data(CHAT_ID), title)

    def _on_menu_wanted(self, point: QPoint) -> None:
        item = self.itemAt(point)
        if item is None or item.data(CHAT_ID) is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(say("Rename"), lambda: self.editItem(item))
        menu.addAction(say("Delete"), lambda: self.delete_wanted.emit(item.data(CHAT_ID)))
        menu.popup(self.viewport().mapToGlobal(point))


def _heading(day: str) -> QListWidgetItem:
    item = QListWidgetItem(day)
    item.setFlags(Qt.ItemFlag.NoItemFlags)
    item.setSizeHint(QSize(0, HEADING_PX))
    return item


def _row(chat: Chat) -> QListWidgetItem:
    item = QListWidgetItem(chat.title or say("Untitled"))
    item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEditable)
    item.setData(CHAT_ID, chat.id)
    item.setToolTip(chat.title)
    item.setSizeHint(QSize(0, ROW_PX))
    return item


class _Delegate(QStyledItemDelegate):
    """Draws a heading as quiet small words, a chat as one line on a rounded ground."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        box = QRectF(option.rect).adjusted(8, 1, -8, -1)
        state, is_row = option.state, index.data(CHAT_ID) is not None
        selected = bool(state & QStyle.StateFlag.State_Selected)
        if is_row and (selected or state & QStyle.StateFlag.State_MouseOver):
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            focused = selected and bool(state & QStyle.StateFlag.State_HasFocus)
            painter.setPen(QPen(QColor(tokens().accent), 1.5) if focused else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens().hover))
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 6, 6)
        weight = QFont.Weight.Medium if selected else QFont.Weight.Normal
        painter.setFont(fonts.ui_font(13, weight) if is_row else fonts.ui_font(11, QFont.Weight.Medium))
        painter.setPen(QColor(tokens().text if is_row else tokens().quiet))
        words = box.adjusted(8, 0 if is_row else 8, -8, 0)
        text = painter.fontMetrics().elidedText(str(index.data()), Qt.TextElideMode.ElideRight, int(words.width()))
        painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), text)
        painter.restore()

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = super().createEditor(parent, option, index)
        editor.setAccessibleName(say("New name of the chat"))
        editor.setStyleSheet("padding: 2px 6px; min-height: 16px;")
        return editor

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        editor.setGeometry(option.rect.adjusted(8, 1, -8, -1))
