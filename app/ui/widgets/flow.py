"""A layout that fills lines from left to right, as words do."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget, QWidgetItem


class FlowLayout(QLayout):
    """Items at their size hints; a new line begins where the next would not fit."""

    def __init__(self, parent: QWidget | None = None, gap: int = 6) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self._centred = False
        self.setContentsMargins(0, 0, 0, 0)

    def set_centred(self) -> None:
        """Each line in the middle of the width."""
        self._centred = True

    def addWidget(self, widget: QWidget) -> None:
        """With an item made here. Qt would make its own, of whose end Python does not hear: its address may come back
        with another item, and the old one's wrapper with it.
        """
        self.addChildWidget(widget)
        self.addItem(QWidgetItem(widget))
        self.invalidate()

    def addItem(self, item: QLayoutItem) -> None:
        """Qt calls this for `addWidget`."""
        self._items.append(item)

    def count(self) -> int:
        """How many items."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """The item, or None."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Remove and return the item."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """None."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """Lines depend on the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The height all lines take."""
        return self._arrange(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        """Place the items."""
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    def sizeHint(self) -> QSize:
        """The widest item."""
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        """The widest item."""
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size

    def _arrange(self, rect: QRect, *, move: bool) -> int:
        """Lines from the top; what is lower than its line stands in the middle of it. Hidden items take no room."""
        x, y, line = rect.x(), rect.y(), 0
        placed: list[tuple[QLayoutItem, QRect]] = []
        for item in self._items:
            if item.isEmpty():
                continue
            size = item.sizeHint()
            width = min(size.width(), max(rect.width(), 1))
            if x > rect.x() and x + width > rect.x() + rect.width():
                self._settle(placed, line, rect, move=move)
                x, y, line, placed = rect.x(), y + line + self._gap, 0, []
            placed.append((item, QRect(QPoint(x, y), QSize(width, size.height()))))
            x += width + self._gap
            line = max(line, size.height())
        self._settle(placed, line, rect, move=move)
        return y + line - rect.y()

    def _settle(self, placed: list[tuple[QLayoutItem, QRect]], line: int, rect: QRect, *, move: bool) -> None:
        """Give the items of a full line their places."""
        left = rect.right() - placed[-1][1].right() if self._centred and placed else 0
        for item, place in placed if move else ():
            item.setGeometry(place.translated(left // 2, (line - place.height()) // 2))
