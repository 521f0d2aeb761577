"""Folders, pins and the index of full-text search."""

from __future__ import annotations

from app.store.sqlite import sqlite3


def m005(connection: sqlite3.Connection) -> None:
    """Folders, pins and the index of full-text search."""
