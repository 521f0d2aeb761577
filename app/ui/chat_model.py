"""The rows of the list of chats as Qt's views want them. Only what changed is told to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from PySide6.QtCore import QAbstractListModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from app.core.words import say
from app.ui.chat_rows import Key, Row

ROW = int(Qt.ItemDataRole.UserRole)
CHATS_MIME = "application/x-carrel-chats"
MOST_MOVES = 40  # more changes than this are cheaper told as a new list

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class ChatModel(QAbstractListModel):
    """Signals: `renamed(row, text)`, `dropped(chat ids, row)` chats were dropped onto a row.

    `make_drag(ids)` makes what is dragged, such as files for other programs; the list adds what it knows itself.
    """

    renamed = Signal(object, str)
    dropped = Signal(list, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[Row] = []
        self.make_drag: Callable[[list[int]], QMimeData] = lambda _: QMimeData()

    def show_rows(self, rows: Sequence[Row]) -> bool:
        """Show these rows; false when so much changed that a new list was cheaper and the selection is gone."""
        wanted = {row.key: row for row in rows}
        if self._drop_missing(wanted) and self._put_in_order(rows):
            for number, row in enumerate(rows):
                if self.rows[number] != row:
                    self.rows[number] = row
                    self.dataChanged.emit(self.index(number), self.index(number))
            return True
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()
        return False

    def row(self, index: Index) -> Row | None:
        return self.rows[index.row()] if index.isValid() and index.row() < len(self.rows) else None

    def find(self, key: Key) -> QModelIndex:
        """The place of a row, invalid when it is not shown."""
        number = next((number for number, row in enumerate(self.rows) if row.key == key), None)
        return QModelIndex() if number is None else self.index(number)

    # ---- what changed

    def _drop_missing(self, wanted: dict[Key, Row]) -> bool:
        gone = [number for number, row in enumerate(self.rows) if row.key not in wanted]
        if len(gone) > MOST_MOVES:
            return False
        for number in reversed(gone):
            self.beginRemoveRows(QModelIndex(), number, number)
            del self.rows[number]
            self.endRemoveRows()
        return True

    def _put_in_order(self, rows: Sequence[Row]) -> bool:
        """Insert what is new and move what stands elsewhere, from the top; false when that is too much."""
        here = {row.key for row in self.rows}
        steps = 0
        for number, row in enumerate(rows):
            if number < len(self.rows) and self.rows[number].key == row.key:
                continue
            steps += 1
            if steps > MOST_MOVES:
                return False
            if row.key in here:
                self._move(row.key, number)
            else:
                self.beginInsertRows(QModelIndex(), number, number)
                self.rows.insert(number, row)
                self.endInsertRows()
        return True

    def _move(self, key: Key, to: int) -> None:
        """Rows before `to` are in their places, so it comes from further down."""
        start = next(number for number in range(to, len(self.rows)) if self.rows[number].key == key)
        self.beginMoveRows(QModelIndex(), start, start, QModelIndex(), to)
        self.rows.insert(to, self.rows.pop(start))
        self.endMoveRows()

    # ---- as Qt asks

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        row = self.row(index)
        if row is None:
            return None
        if role == ROW:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return row.text
        if role == Qt.ItemDataRole.ToolTipRole and row.kind != "heading":
            return row.text
        return _spoken(row) if role == Qt.ItemDataRole.AccessibleTextRole else None

    def setData(self, index: Index, value: Any, role: int = int(Qt.ItemDataRole.EditRole)) -> bool:
        """A new name; shown at once, kept by whoever hears `renamed`."""
        row, name = self.row(index), " ".join(str(value).split())
        if row is None or role != Qt.ItemDataRole.EditRole or not name or name == row.text:
            return False
        self.renamed.emit(row, name)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        row, flag = self.row(index), Qt.ItemFlag
        if row is None:
            return flag.NoItemFlags
        if row.kind == "heading":
            return flag.ItemIsDropEnabled
        common = flag.ItemIsEnabled | flag.ItemIsSelectable | flag.ItemIsEditable | flag.ItemIsDropEnabled
        return common | (flag.ItemIsDragEnabled if row.kind == "chat" else flag.NoItemFlags)

    # ---- dragging

    def mimeTypes(self) -> list[str]:
        return [CHATS_MIME]

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def supportedDragActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction | Qt.DropAction.CopyAction

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        rows = [self.row(index) for index in indexes]
        ids = [row.id for row in rows if row is not None and row.kind == "chat"]
        data = self.make_drag(ids)
        data.setData(CHATS_MIME, msgspec.json.encode(ids))
        return data

    def dropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:
        """Onto a row; the rows themselves move when the change comes back from the store."""
        target = self.row(parent)
        if target is None or not data.hasFormat(CHATS_MIME):
            return False
        self.dropped.emit(msgspec.json.decode(data.data(CHATS_MIME).data(), type=list[int]), target)
        return False  # true would have the view remove the dragged rows itself


def _spoken(row: Row) -> str:
    """For screen readers: what the eye sees in signs, in words."""
    if row.kind == "folder":
        state = say("open") if row.is_open else say("closed")
        return say("Folder {name}, {count} chats, {state}", name=row.text, count=row.count, state=state)
    name = say("{name}, pinned", name=row.text) if row.is_pinned else row.text
    return say("{name}, being answered", name=name) if row.is_answered else name
