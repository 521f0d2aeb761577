"""PySide6 6.12.0 under Python 3.11 loses one reference of None on every void call and then aborts the process."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject

CALLS = 200_000


def test_void_calls_keep_their_references() -> None:
    """The first thing to run after raising the pinned version."""
    thing = QObject()
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        thing.setObjectName("x")
    assert abs(sys.getrefcount(None) - before) < 1000
