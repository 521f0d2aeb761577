"""A main window that takes files and words dropped anywhere on it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QMainWindow

from app.ui.chat.drops import dropped_files


class DropWindow(QMainWindow):
    """What no widget below the mouse takes comes here: `files_dropped(list[Path])`, `text_dropped(str)`, and
    `dragged_over(bool)` while it hovers.
    """

    files_dropped = Signal(list)
    text_dropped = Signal(str)
    dragged_over = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        self._is_welcome = False

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._welcome(event)
        self._is_welcome = event.isAccepted()
        self.dragged_over.emit(self._is_welcome)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Answered without a look: each look would fetch everything anew from the other program."""
        _take(event) if self._is_welcome else event.ignore()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.dragged_over.emit(False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Files before words: a file brings its address as words along."""
        self.dragged_over.emit(False)
        self._welcome(event)
        if not event.isAccepted():
            return
        files = dropped_files(event)
        if files:
            self.files_dropped.emit(files)
        else:
            self.text_dropped.emit(event.mimeData().text())

    def _welcome(self, event: QDropEvent) -> None:
        """Nothing is taken away from where it came from. Addresses of the web are words."""
        if dropped_files(event) or event.mimeData().text().strip():
            _take(event)
        else:
            event.ignore()


def _take(event: QDropEvent) -> None:
    event.setDropAction(Qt.DropAction.CopyAction)
    event.accept()
