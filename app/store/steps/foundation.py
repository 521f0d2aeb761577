"""The first steps: chats, their tree of messages, documents by page, sets and long runs."""

from __future__ import annotations

from app.store.sqlite import sqlite3


def m001(connection: sqlite3.Connection) -> None:
    """Chats, their tree of messages, documents by page, and the journal of answers being written."""
    for statement in _M001:
        connection.execute(statement)


# A parent is older than its children, so `parent_id < id` rules out cycles; the pairs of keys keep a parent and a
# leaf inside their own chat. No table is WITHOUT ROWID: SQLite 3.40's quick_check reports sound ones as damaged.
_M001 = (
    """CREATE TABLE chats (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        title TEXT NOT NULL,
        created_at REAL NOT NULL,
        updated_at REAL NOT NULL,
        leaf_id INTEGER,
        draft TEXT NOT NULL DEFAULT '',
        deleted_at REAL,
        FOREIGN KEY (id, leaf_id) REFERENCES messages (chat_id, id) DEFERRABLE INITIALLY DEFERRED
    )""",
    """CREATE TABLE messages (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        chat_id INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
        parent_id INTEGER CHECK (parent_id < id),
        role TEXT NOT NULL,
        created_at REAL NOT NULL,
        state TEXT NOT NULL,
        text TEXT NOT NULL DEFAULT '',
        thinking TEXT NOT NULL DEFAULT '',
        thinking_ms INTEGER NOT NULL DEFAULT 0,
        model TEXT NOT NULL DEFAULT '',
        cause TEXT NOT NULL DEFAULT '',
        usage TEXT,
        timing TEXT,
        receipt TEXT,
        writer TEXT NOT NULL DEFAULT '',
        UNIQUE (chat_id, id),
        FOREIGN KEY (chat_id, parent_id) REFERENCES messages (chat_id, id) ON DELETE CASCADE
    )""",
    "CREATE INDEX messages_by_parent ON messages (chat_id, parent_id)",
    "CREATE INDEX messages_being_written ON messages (id) WHERE state = 'streaming'",
    """CREATE TABLE documents (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        sha256 TEXT NOT NULL,
        path TEXT NOT NULL,
        text_sha256 TEXT NOT NULL,
        name TEXT NOT NULL,
        kind TEXT NOT NULL,
        read_at REAL NOT NULL,
        warnings TEXT NOT NULL DEFAULT '[]',
        UNIQUE (sha256, path, text_sha256)
    )""",
    """CREATE TABLE pages (
        document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        text TEXT NOT NULL,
        tokens INTEGER NOT NULL DEFAULT 0,
        tokenizer TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (document_id, number)
    )""",
    """CREATE TABLE message_documents (
        message_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        document_id INTEGER NOT NULL REFERENCES documents (id),
        PRIMARY KEY (message_id, position)
    )""",
    "CREATE INDEX message_documents_by_document ON message_documents (document_id)",
    """CREATE TABLE answer_chunks (
        message_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
        seq INTEGER NOT NULL,
        channel TEXT NOT NULL,
        text TEXT NOT NULL,
        PRIMARY KEY (message_id, seq)
    )""",
)


def m002(connection: sqlite3.Connection) -> None:
    """Pages keep what the document calls them and what is wrong with them."""
    for statement in _M002:
        connection.execute(statement)


_M002 = (
    "ALTER TABLE pages ADD COLUMN label TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE pages ADD COLUMN flag TEXT NOT NULL DEFAULT ''",
)


def m003(connection: sqlite3.Connection) -> None:
    """A chat keeps how it is answered where that differs from the presets: JSON, or nothing."""
    connection.execute("ALTER TABLE chats ADD COLUMN choices TEXT NOT NULL DEFAULT ''")


def m004(connection: sqlite3.Connection) -> None:
    """Checked citations, ticked pages, document sets, and runs over more than a context holds, pass by pass."""
    for statement in _M004:
        connection.execute(statement)


_M004 = (
    "ALTER TABLE messages ADD COLUMN citations TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE message_documents ADD COLUMN chosen TEXT",
    """CREATE TABLE document_sets (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE,
        created_at REAL NOT NULL,
        updated_at REAL NOT NULL
    )""",
    """CREATE TABLE set_documents (
        set_id INTEGER NOT NULL REFERENCES document_sets (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        document_id INTEGER NOT NULL REFERENCES documents (id),
        chosen TEXT,
        PRIMARY KEY (set_id, position)
    )""",
    "CREATE INDEX set_documents_by_document ON set_documents (document_id)",
    """CREATE TABLE runs (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        question_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
        kind TEXT NOT NULL,
        plan TEXT NOT NULL,
        state TEXT NOT NULL,
        created_at REAL NOT NULL,
        updated_at REAL NOT NULL
    )""",
    "CREATE INDEX runs_by_question ON runs (question_id)",
    """CREATE TABLE run_passes (
        run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        result TEXT NOT NULL,
        PRIMARY KEY (run_id, number)
    )""",
)
