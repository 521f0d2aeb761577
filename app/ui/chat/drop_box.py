"""The soft box around a field: it takes files dropped on it and shows where the keyboard is."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QWidget

from app.ui.chat.drops import accept_files, dropped_files
from app.ui.colours import blend
from app.ui.theme import tokens


class DropBox(QWidget):
    """A box around `field`, which gets the keyboard on any click in it. Its content is the subclass's matter.

    Signal: `files_dropped(list[Path])`.
    """

    files_dropped = Signal(list)

    def __init__(self, field: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._field = field
        self._dragging = False
        self.setAcceptDrops(True)
        field.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The box shows where the keyboard is."""
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return super().eventFilter(watched, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click anywhere in the box goes to the text."""
        self._field.setFocus(Qt.FocusReason.MouseFocusReason)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A soft box; its line takes the accent while files hover over it or the keyboard is in it."""
        colours = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        marked = self._dragging or self._field.hasFocus()
        painter.setPen(QPen(QColor(colours.accent if marked else colours.border), 2 if self._dragging else 1))
        painter.setBrush(blend(colours.accent, colours.panel, 0.12 if self._dragging else 0.0))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 12, 12)
        painter.end()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files are welcome."""
        accept_files(event)
        self.show_dragging(dragging=event.isAccepted())

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Files are welcome."""
        accept_files(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """They went away again."""
        self.show_dragging(dragging=False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Hand the files on."""
        self.show_dragging(dragging=False)
        files = dropped_files(event)
        if files:
            event.acceptProposedAction()
            self.files_dropped.emit(files)

    def show_dragging(self, *, dragging: bool) -> None:
        """Whether what is dragged would come here."""
        self._dragging = dragging
        self.update()
