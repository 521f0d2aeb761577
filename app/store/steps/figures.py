"""The figures of answers over time."""

from __future__ import annotations

from app.store.sqlite import sqlite3


def m008(connection: sqlite3.Connection) -> None:
    """The figures of answers over time."""
