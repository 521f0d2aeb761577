"""Builds rows that are seen or will be seen soon while the window has nothing else to do, a few between two frames."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

BREATH_MS = 1
"""What is there is painted before more is built."""
PAUSE_MS = 8
FIRST_PAUSE_MS = 40


class RowsAhead(QObject):
    """Calls `build_more`, which says after what pause it wants to go on, until it answers None.

    `plan` begins, and puts off what is planned already.
    """

    def __init__(self, build_more: Callable[[], int | None], parent: QObject) -> None:
        super().__init__(parent)
        self._build_more = build_more
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_timeout)

    def plan(self, *, at_once: bool) -> None:
        """Something moved; look around when it has come to rest for a moment, or `at_once`."""
        if at_once or not self._timer.isActive():
            self._timer.start(BREATH_MS if at_once else FIRST_PAUSE_MS)

    def _on_timeout(self) -> None:
        pause = self._build_more()
        if pause is not None:
            self._timer.start(pause)
