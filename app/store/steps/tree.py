"""What the tree of messages keeps beyond its first shape."""

from __future__ import annotations

from app.store.sqlite import sqlite3


def m006(connection: sqlite3.Connection) -> None:
    """Messages know the reply shown last and what a thought took; chats keep a note, what is unsent and what waits."""
    for statement in _M006:
        connection.execute(statement)


# Nothing refers to `shown_id` by a key: a reply that is gone only means that the newest one is shown.
_M006 = (
    "ALTER TABLE messages ADD COLUMN shown_id INTEGER",
    "ALTER TABLE messages ADD COLUMN thinking_tokens INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE chats ADD COLUMN note TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE chats ADD COLUMN unsent TEXT NOT NULL DEFAULT ''",
    """CREATE TABLE queued (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        chat_id INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
        created_at REAL NOT NULL,
        text TEXT NOT NULL,
        thinking INTEGER NOT NULL
    )""",
    "CREATE INDEX queued_by_chat ON queued (chat_id)",
    """CREATE TABLE queued_documents (
        queued_id INTEGER NOT NULL REFERENCES queued (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        document_id INTEGER NOT NULL REFERENCES documents (id),
        chosen TEXT,
        PRIMARY KEY (queued_id, position)
    )""",
    "CREATE INDEX queued_documents_by_document ON queued_documents (document_id)",
)
