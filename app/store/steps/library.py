"""Folders, pins and the index of full-text search."""

from __future__ import annotations

from app.store.sqlite import sqlite3


def m005(connection: sqlite3.Connection) -> None:
    """Folders, pins, and the index of full-text search with the list of what it has not read yet."""
    for statement in _M005:
        connection.execute(statement)


# The index holds words and no text. What changes is only noted here, by the triggers and with the change itself; it
# is read later, in small steps, so that nothing waits for it and nothing is forgotten by a crash. `kind` is 0 for a
# chat, 1 for a message, 2 for a document (whose pages are read up to number `at`), 3 for words to be wiped out.
_NOTE = "INSERT INTO unindexed (kind, id, at) VALUES ({kind}, {id}, 0) ON CONFLICT (kind, id) DO UPDATE SET at = 0"
_PAGE = "{row}.document_id * 1048576 + {row}.number"
_M005 = (
    """CREATE TABLE folders (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL,
        created_at REAL NOT NULL
    )""",
    "ALTER TABLE chats ADD COLUMN folder_id INTEGER REFERENCES folders (id) ON DELETE SET NULL",
    "ALTER TABLE chats ADD COLUMN pinned_at REAL",
    "CREATE INDEX chats_by_folder ON chats (folder_id) WHERE folder_id IS NOT NULL",
    "CREATE INDEX chats_deleted ON chats (deleted_at) WHERE deleted_at IS NOT NULL",
    """CREATE TABLE unindexed (
        kind INTEGER NOT NULL,
        id INTEGER NOT NULL,
        at INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (kind, id DESC)
    )""",
    "CREATE VIRTUAL TABLE found_chats USING fts5"
    "(title, note, content = '', contentless_delete = 1, tokenize = 'ascii')",
    "CREATE VIRTUAL TABLE found_messages USING fts5"
    "(text, thinking, content = '', contentless_delete = 1, tokenize = 'ascii')",
    "CREATE VIRTUAL TABLE found_pages USING fts5(text, content = '', contentless_delete = 1, tokenize = 'ascii')",
    f"CREATE TRIGGER chat_begun AFTER INSERT ON chats BEGIN {_NOTE.format(kind=0, id='new.id')}; END",
    # Drafts, leaves and times change often and are not searched; every other change is.
    f"""CREATE TRIGGER chat_changed AFTER UPDATE ON chats
        WHEN old.draft IS new.draft AND old.leaf_id IS new.leaf_id AND old.updated_at IS new.updated_at
        BEGIN {_NOTE.format(kind=0, id="new.id")}; END""",
    """CREATE TRIGGER chat_gone AFTER DELETE ON chats BEGIN
        DELETE FROM unindexed WHERE kind = 0 AND id = old.id;
        DELETE FROM found_chats WHERE rowid = old.id;
    END""",
    f"""CREATE TRIGGER message_written AFTER INSERT ON messages WHEN new.state != 'streaming'
        BEGIN {_NOTE.format(kind=1, id="new.id")}; END""",
    f"""CREATE TRIGGER message_changed AFTER UPDATE OF text, thinking, state ON messages WHEN new.state != 'streaming'
        BEGIN {_NOTE.format(kind=1, id="new.id")}; END""",
    """CREATE TRIGGER message_gone AFTER DELETE ON messages BEGIN
        DELETE FROM unindexed WHERE kind = 1 AND id = old.id;
        DELETE FROM found_messages WHERE rowid = old.id;
    END""",
    f"""CREATE TRIGGER page_read AFTER INSERT ON pages
        BEGIN {_NOTE.format(kind=2, id="new.document_id")}; END""",
    f"""CREATE TRIGGER page_changed AFTER UPDATE OF text ON pages
        BEGIN {_NOTE.format(kind=2, id="new.document_id")}; END""",
    f"""CREATE TRIGGER page_gone AFTER DELETE ON pages
        BEGIN DELETE FROM found_pages WHERE rowid = {_PAGE.format(row="old")}; END""",
    """CREATE TRIGGER document_gone AFTER DELETE ON documents
        BEGIN DELETE FROM unindexed WHERE kind = 2 AND id = old.id; END""",
    "INSERT INTO unindexed (kind, id) SELECT 0, id FROM chats",
    "INSERT INTO unindexed (kind, id) SELECT 1, id FROM messages WHERE state != 'streaming'",
    "INSERT INTO unindexed (kind, id) SELECT 2, id FROM documents",
)
