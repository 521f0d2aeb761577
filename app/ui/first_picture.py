"""What waits until the window is seen: nothing that the first picture does not show may delay it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

PATIENCE_MS = 1_500
"""A window that starts minimized or behind others may never be painted: then so long after it was shown."""


class FirstPicture(QObject):
    """Runs `then` once, in the main loop, right after `window` was painted for the first time."""

    def __init__(self, window: QWidget, then: Callable[[], object]) -> None:
        super().__init__(window)
        self._then = then
        self._is_seen = False
        window.installEventFilter(self)
        QTimer.singleShot(PATIENCE_MS, self, self._on_seen)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Only a look. The picture itself is finished when the loop comes round again."""
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self, self._on_seen)
        return False

    def _on_seen(self) -> None:
        if not self._is_seen:
            self._is_seen = True
            self._then()
