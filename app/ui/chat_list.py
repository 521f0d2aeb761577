"""The list of chats: opened by a click, several chosen with Ctrl and Shift, renamed in place, dragged into folders."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QApplication, QListView, QWidget

from app.core.words import say
from app.ui.chat_delegate import ChatDelegate
from app.ui.chat_model import CHATS_MIME, ChatModel
from app.ui.chat_rows import Key, Row, next_named


class ChatList(QListView):
    """Enter or a click opens a chat and opens or closes a folder, F2 renames, Delete deletes, the menu key asks.
    Letters go to the next name that begins so, Ctrl+Z takes back, Esc lets go of several that are chosen.

    Signals: `chosen(chat)`, `folder_toggled(folder, open)`, `renamed(row, name)`, `delete_wanted(chats)`,
    `folder_delete_wanted(folder)`, `menu_wanted(row or None, place on the screen)`, `dropped(chats, row)`.
    """

    chosen = Signal(int)
    folder_toggled = Signal(int, bool)
    renamed = Signal(object, str)
    delete_wanted = Signal(list)
    folder_delete_wanted = Signal(int)
    undo_wanted = Signal()
    redo_wanted = Signal()
    menu_wanted = Signal(object, QPoint)
    dropped = Signal(list, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chats = ChatModel(self)
        self._delegate = ChatDelegate(self)
        self._pending_edit: Key | None = None
        self._gone: list[Key] = []
        self._beside: Key | None = None
        self._typed, self._typed_s = "", 0.0
        self.setModel(self.chats)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName(say("Chats"))
        self._prepare()
        self.clicked.connect(self._on_clicked)
        self.chats.renamed.connect(self.renamed)
        self.chats.dropped.connect(self.dropped)

    def _prepare(self) -> None:
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setDropIndicatorShown(False)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)

    # ---- what is shown

    def show_rows(self, rows: Sequence[Row], open_chat: int | None) -> None:
        """Show these rows; what is selected, edited and in sight stays so where it can."""
        if self.state() == QAbstractItemView.State.EditingState:
            return
        place = self.verticalScrollBar().value()
        kept = [row.key for row in self.selected_rows()]
        if not self.chats.show_rows(rows):
            self._select([self.chats.find(key) for key in kept])
        self.mark_open(open_chat)
        self._go_beside()
        self.verticalScrollBar().setValue(place)
        if self._pending_edit is not None and (index := self.chats.find(self._pending_edit)).isValid():
            self._pending_edit = None
            self.edit_row(index)

    def mark_open(self, chat_id: int | None) -> None:
        """Draw the chat that is shown; it is the selected one unless several were chosen."""
        changed, self._delegate.open_chat = self._delegate.open_chat != chat_id, chat_id
        index = QModelIndex() if chat_id is None else self.chats.find(("chat", chat_id))
        chosen = self.selectionModel().selectedIndexes()
        if len(chosen) <= 1 and (changed or (index.isValid() and not chosen)):
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.viewport().update()

    def rename_when_shown(self, key: Key) -> None:
        """Let the name of a row be typed, as soon as the row is there."""
        self._pending_edit = key

    def edit_row(self, index: QModelIndex) -> None:
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.scrollTo(index)
        self.edit(index)

    # ---- what is selected

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """One that is selected beside others looks like them, open or not."""
        super().selectionChanged(selected, deselected)
        self._delegate.several = len(self.selectionModel().selectedIndexes()) > 1
        self.viewport().update()

    def selected_rows(self) -> list[Row]:
        """From the top to the bottom."""
        indexes = sorted(self.selectionModel().selectedIndexes(), key=lambda index: index.row())
        return [row for index in indexes if (row := self.chats.row(index)) is not None]

    def selected_chats(self) -> list[int]:
        return [row.id for row in self.selected_rows() if row.kind == "chat"]

    def _select(self, indexes: Sequence[QModelIndex]) -> None:
        for index in indexes:
            if index.isValid():
                self.selectionModel().select(index, QItemSelectionModel.SelectionFlag.Select)

    def take_keyboard(self) -> None:
        """From the line above: at the row one is at, else at the first that can be chosen."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        if not self.currentIndex().isValid():
            self.setCurrentIndex(self.moveCursor(self.CursorAction.MoveHome, Qt.KeyboardModifier.NoModifier))

    # ---- what is wished

    def event(self, event: QEvent) -> bool:
        """Esc is the list's as long as several are chosen, and the window's else."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            lets_go = event.key() == Qt.Key.Key_Escape and self._delegate.several
            if lets_go or _is_undo(event) or _is_redo(event):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.chats.row(self.currentIndex())
        if event.key() == Qt.Key.Key_Delete:
            self._delete(row)
        elif _is_undo(event) or _is_redo(event):
            (self.undo_wanted if _is_undo(event) else self.redo_wanted).emit()
        elif event.key() == Qt.Key.Key_Escape and self._delegate.several:
            self.selectionModel().setCurrentIndex(self.currentIndex(), QItemSelectionModel.SelectionFlag.ClearAndSelect)
        elif row is not None and row.kind == "folder" and event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.folder_toggled.emit(row.id, event.key() == Qt.Key.Key_Right)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.state() != self.State.EditingState:
            self._open(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """To the next name that begins with what is typed, or one of whose words does."""
        now_s = time.monotonic()
        goes_on = now_s - self._typed_s < QApplication.keyboardInputInterval() / 1000 * 2
        self._typed, self._typed_s = (self._typed if goes_on else "") + search, now_s
        number = next_named(self.chats.rows, self._typed, self.currentIndex().row())
        if number is not None:
            self.selectionModel().setCurrentIndex(
                self.chats.index(number), QItemSelectionModel.SelectionFlag.ClearAndSelect
            )
            self.scrollTo(self.chats.index(number))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """By the menu key it opens at the row, not at the mouse."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        if index.isValid() and not self.selectionModel().isSelected(index):
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        rect = self.visualRect(index)
        place = rect.bottomLeft() + QPoint(24, 0) if by_key and index.isValid() else event.pos()
        row = self.chats.row(index)
        self.menu_wanted.emit(row if row is not None and row.kind != "heading" else None, self.mapToGlobal(place))

    def _delete(self, row: Row | None) -> None:
        chosen = self.selected_chats()
        if chosen:
            self._gone = [("chat", number) for number in chosen]
            self._beside = self._beside_of(self._gone)
            self.delete_wanted.emit(chosen)
            return
        picked = [one for one in self.selected_rows() if one.kind == "folder"]
        for one in picked or ([row] if row is not None and row.kind == "folder" else []):
            self.folder_delete_wanted.emit(one.id)

    def _beside_of(self, gone: Sequence[Key]) -> Key | None:
        """The chat below those that will go, or else the one above them."""
        rows = self.chats.rows
        last = max((number for number, row in enumerate(rows) if row.key in gone), default=-1)
        order = (*rows[last + 1 :], *reversed(rows[: last + 1]))
        return next((row.key for row in order if row.kind == "chat" and row.key not in gone), None)

    def _go_beside(self) -> None:
        """After a deletion by the keyboard it goes on from there, not from the chat that is open."""
        if self._beside is None or any(self.chats.find(key).isValid() for key in self._gone):
            return
        index, self._beside = self.chats.find(self._beside), None
        if index.isValid() and self.hasFocus():
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def _on_clicked(self, index: QModelIndex) -> None:
        """With Ctrl or Shift one only chooses."""
        held = QApplication.keyboardModifiers()
        if not held & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier):
            self._open(index)

    def _open(self, index: QModelIndex) -> None:
        row = self.chats.row(index)
        if row is not None and row.kind == "folder":
            self.folder_toggled.emit(row.id, not row.is_open)
        elif row is not None and row.kind == "chat":
            self.chosen.emit(row.id)

    # ---- dragging

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """What the drop would fall on is lit: a folder, or the days outside of all folders."""
        super().dragMoveEvent(event)
        row = self.chats.row(self.indexAt(event.position().toPoint()))
        fits = row is not None and event.mimeData().hasFormat(CHATS_MIME)
        self._show_target(self._target_of(row) if fits and row is not None else None)
        if fits:
            event.acceptProposedAction()
        else:
            event.ignore()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        super().dragLeaveEvent(event)
        self._show_target(None)

    def dropEvent(self, event: QDropEvent) -> None:
        self._show_target(None)
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and event.mimeData().hasFormat(CHATS_MIME):
            self.chats.dropMimeData(event.mimeData(), event.dropAction(), -1, -1, index)
            event.setDropAction(Qt.DropAction.CopyAction)  # the view must not remove the rows itself
            event.accept()

    def _target_of(self, row: Row) -> Key:
        """A chat in a folder stands for its folder."""
        return ("folder", row.place) if row.place is not None else row.key

    def _show_target(self, key: Key | None) -> None:
        if self._delegate.target != key:
            self._delegate.target = key
            self.viewport().update()


def _is_undo(event: QKeyEvent) -> bool:
    return event.matches(QKeySequence.StandardKey.Undo)


def _is_redo(event: QKeyEvent) -> bool:
    """Both of the usual ones, whatever the desktop prefers."""
    again = Qt.KeyboardModifier.ControlModifier
    return event.matches(QKeySequence.StandardKey.Redo) or (event.key() == Qt.Key.Key_Y and event.modifiers() == again)
