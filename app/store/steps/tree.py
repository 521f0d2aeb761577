"""What the tree of messages keeps beyond its first shape."""

from __future__ import annotations

from app.store.sqlite import sqlite3


def m006(connection: sqlite3.Connection) -> None:
    """What the tree of messages keeps beyond its first shape."""
