"""What an answer was made with, so that it can be shown and repeated; what was brought in from elsewhere."""

from __future__ import annotations

from app.store.sqlite import sqlite3


def m007(connection: sqlite3.Connection) -> None:
    """Origins of answers, hashes of model files by path, size and time, and which chats were imported."""
    for statement in _M007:
        connection.execute(statement)


_M007 = (
    """CREATE TABLE origins (
        message_id INTEGER PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
        origin TEXT NOT NULL
    )""",
    """CREATE TABLE file_hashes (
        path TEXT PRIMARY KEY,
        size_bytes INTEGER NOT NULL,
        changed_ns INTEGER NOT NULL,
        sha256 TEXT NOT NULL
    )""",
    """CREATE TABLE imports (
        digest TEXT PRIMARY KEY,
        chat_id INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
        source TEXT NOT NULL,
        imported_at REAL NOT NULL
    )""",
    "CREATE INDEX imports_by_chat ON imports (chat_id)",
)
