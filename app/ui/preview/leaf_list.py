"""A list of documents or pages: ticked by ranges, put in order by dragging or by the keys, as long as it may be.

Rows are made while they are painted, so that 2,000 pages cost no more than twenty.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractItemView, QApplication, QListView, QWidget

from app.ui.preview.leaf import Leaf
from app.ui.preview.leaf_paint import BOX_RIGHT_PX, ROW_PX, LeafDelegate
from app.ui.theme import tokens

Index = QModelIndex | QPersistentModelIndex
LEAF = int(Qt.ItemDataRole.UserRole)


class LeafModel(QAbstractListModel):
    """`count` rows; `leaf_at(row)` is asked for those that are seen."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._count = 0
        self.leaf_at: Callable[[int], Leaf] = lambda _: Leaf("")

    def show_rows(self, count: int, leaf_at: Callable[[int], Leaf]) -> None:
        """Other rows; of the same number, the list keeps its place."""
        self.leaf_at = leaf_at
        if count == self._count:
            if count:
                self.dataChanged.emit(self.index(0), self.index(count - 1))
            return
        self.beginResetModel()
        self._count = count
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else self._count

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not index.isValid() or index.row() >= self._count:
            return None
        leaf = self.leaf_at(index.row())
        match role:
            case Qt.ItemDataRole.UserRole:
                return leaf
            case Qt.ItemDataRole.DisplayRole:
                return leaf.words
            case Qt.ItemDataRole.AccessibleTextRole:
                return leaf.spoken()
            case Qt.ItemDataRole.ToolTipRole:
                return leaf.tip or None
        return None


class LeafList(QListView):
    """Signals: `chosen(row)` is shown; `ticked(rows, on)`; `moved(at, to)`, places in the list after the move.

    A click on the box or Space ticks; with Shift everything from the row ticked before. Alt+Up and Alt+Down move.
    """

    chosen = Signal(int)
    ticked = Signal(list, bool)
    moved = Signal(int, int)

    def __init__(self, name: str, parent: QWidget | None = None, *, row_px: int = ROW_PX) -> None:
        super().__init__(parent)
        self.rows = LeafModel(self)
        self._anchor, self._pressed, self._drop = -1, QPoint(), -1
        self._silent = False
        self.can_be_moved = True
        self.setModel(self.rows)
        self.setItemDelegate(LeafDelegate(self, row_px))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(name)
        self.verticalScrollBar().setSingleStep(row_px)

    def show_rows(self, count: int, leaf_at: Callable[[int], Leaf], current: int) -> None:
        """Show these rows, `current` marked; nothing is announced."""
        self._silent = True
        self.rows.show_rows(count, leaf_at)
        self.mark(current)

    def mark(self, current: int) -> None:
        """Another row is the one shown; nothing is announced."""
        self._silent = True
        index = self.rows.index(current) if 0 <= current < self.rows.rowCount() else QModelIndex()
        if index != self.currentIndex():
            self.setCurrentIndex(index)
        if not self.selectionModel().isSelected(index) and index.isValid():
            self.selectionModel().select(index, self.selectionModel().SelectionFlag.ClearAndSelect)
        self._silent = False

    def leaf(self, row: int) -> Leaf:
        return self.rows.data(self.rows.index(row), LEAF)  # type: ignore[return-value]

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if current.isValid() and not self._silent:
            self.chosen.emit(current.row())

    # ---- keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row, key, keys = self.currentIndex().row(), event.key(), event.modifiers()
        if key == Qt.Key.Key_Space and row >= 0:
            self._tick(row, from_anchor=bool(keys & Qt.KeyboardModifier.ShiftModifier))
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and keys & Qt.KeyboardModifier.AltModifier and row >= 0:
            self._move(row, row + (1 if key == Qt.Key.Key_Down else -1))
        else:
            super().keyPressEvent(event)

    # ---- mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The box ticks and does not turn the page."""
        index = self.indexAt(event.position().toPoint())
        self._pressed, self._drop = event.position().toPoint(), -1
        if index.isValid() and event.button() == Qt.MouseButton.LeftButton and event.position().x() < BOX_RIGHT_PX:
            self._pressed = QPoint()
            self._tick(index.row(), from_anchor=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A row that is dragged shows where it would go."""
        here = event.position().toPoint()
        dragging = event.buttons() & Qt.MouseButton.LeftButton and not self._pressed.isNull() and self.can_be_moved
        if not dragging:
            super().mouseMoveEvent(event)
            return
        far = (here - self._pressed).manhattanLength() >= QApplication.startDragDistance()
        if self._drop >= 0 or far:
            self._drop = self._gap_at(here)
            self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        drop, row = self._drop, self.indexAt(self._pressed).row()
        self._drop, self._pressed = -1, QPoint()
        super().mouseReleaseEvent(event)
        if drop >= 0 and row >= 0:
            self.viewport().update()
            self._move(row, drop - 1 if drop > row else drop)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._drop >= 0 and self.rows.rowCount():
            last = min(self._drop, self.rows.rowCount() - 1)
            box = self.visualRect(self.rows.index(last))
            y = box.top() if self._drop == last else box.bottom()
            painter = QPainter(self.viewport())
            painter.setPen(QPen(QColor(tokens().accent), 2))
            painter.drawLine(8, y, self.viewport().width() - 8, y)
            painter.end()

    # ---- inside

    def _gap_at(self, point: QPoint) -> int:
        """Before which row a drop at `point` goes."""
        index = self.indexAt(point)
        if not index.isValid():
            return self.rows.rowCount() if point.y() > 0 else 0
        return index.row() + (1 if point.y() > self.visualRect(index).center().y() else 0)

    def _tick(self, row: int, *, from_anchor: bool) -> None:
        if not self.leaf(row).can_be_ticked:
            return
        if from_anchor and 0 <= self._anchor < self.rows.rowCount():
            first, last = sorted((self._anchor, row))
            on = self.leaf(self._anchor).ticked is not False
            self.ticked.emit(list(range(first, last + 1)), on)
            return
        self._anchor = row
        self.ticked.emit([row], not self.leaf(row).ticked)

    def _move(self, at: int, to: int) -> None:
        if self.can_be_moved and at != to and 0 <= to < self.rows.rowCount() and self.leaf(at).can_be_ticked:
            self.moved.emit(at, to)
