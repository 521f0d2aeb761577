"""The index of full-text search is read again, since texts are folded otherwise."""

from __future__ import annotations

from app.store.sqlite import sqlite3


def m008(connection: sqlite3.Connection) -> None:
    """Note everything as unread: what is there is found as before until it is read again, a little at a time."""
    for statement in _M008:
        connection.execute(statement)


_M008 = (
    "INSERT OR REPLACE INTO unindexed (kind, id) SELECT 0, id FROM chats",
    "INSERT OR REPLACE INTO unindexed (kind, id) SELECT 1, id FROM messages WHERE state != 'streaming'",
    "INSERT OR REPLACE INTO unindexed (kind, id) SELECT 2, id FROM documents",
    # What the index held before is wiped out when all is read: the last kind, one for each of its tables.
    "INSERT OR REPLACE INTO unindexed (kind, id) SELECT 3, column1 FROM (VALUES (0), (1), (2)) "
    "WHERE EXISTS (SELECT 1 FROM chats)",
)
