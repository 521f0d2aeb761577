"""What an answer was made with, so that it can be shown and repeated."""

from __future__ import annotations

from app.store.sqlite import sqlite3


def m007(connection: sqlite3.Connection) -> None:
    """What an answer was made with, so that it can be shown and repeated."""
