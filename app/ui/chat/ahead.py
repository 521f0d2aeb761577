"""Builds rows that will be seen soon while the window has nothing else to do, one between two frames."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

PAUSE_MS = 8
FIRST_PAUSE_MS = 40


class RowsAhead(QObject):
    """Calls `build_one` until it says that nothing is left; `plan` begins, and puts off what is planned already."""

    def __init__(self, build_one: Callable[[], bool], parent: QObject) -> None:
        super().__init__(parent)
        self._build_one = build_one
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_timeout)

    def plan(self) -> None:
        """Something moved; look around when it has come to rest for a moment."""
        if not self._timer.isActive():
            self._timer.start(FIRST_PAUSE_MS)

    def _on_timeout(self) -> None:
        if self._build_one():
            self._timer.start(PAUSE_MS)
