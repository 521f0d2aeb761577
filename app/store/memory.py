"""A store that lives in memory alone and is gone with the program."""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from pathlib import Path

from app.core.loop import Post
from app.store.cipher import Key
from app.store.database import Database
from app.store.migrations import Migration, migrate
from app.store.part import Part
from app.store.sqlite import sqlite3
from app.store.store import Store
from app.store.thread import StoreThread

FIRST_ID = 1 << 40
"""Numbers of chats and messages begin above it: they are never taken for those on the disk."""

_first_ids = itertools.count(FIRST_ID, 1 << 32)  # nor those of one store in memory for those of another


class MemoryDatabase(Database):
    """Nothing of it is written anywhere, not even what SQLite would put into temporary files."""

    def _open(self, busy_timeout_s: float, steps: Sequence[Migration], key: Key | None) -> sqlite3.Connection:
        connection = sqlite3.connect(":memory:", isolation_level=None)
        connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
        for setting in ("temp_store = MEMORY", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {setting}").fetchall()
        migrate(connection, steps)
        first_id = next(_first_ids)
        for table in ("chats", "messages", "queued"):
            connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, first_id))
        return connection


class MemoryStore(Store):
    """All that the store on the disk can do."""

    def __init__(self) -> None:
        Part.__init__(self, MemoryDatabase(Path(":memory:")), time.time)


class MemoryThread(StoreThread):
    """The thread of a store in memory."""

    def __init__(self, post: Post) -> None:
        super().__init__(Path(":memory:"), post)

    def _open(self) -> Store:
        return MemoryStore()
