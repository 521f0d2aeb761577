"""One SQLite file, opened with care: write-ahead log, every commit on the disk before it returns, foreign keys kept.

Belongs to the thread that made it. Every error leaves here as a `CarrelError`.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.core.errors import CarrelError
from app.store.cipher import Key, refuse_foreign, set_key
from app.store.damage import looks_damaged, set_aside
from app.store.failures import explained
from app.store.migrations import MIGRATIONS, Migration, migrate, refuse_newer
from app.store.rows import storable
from app.store.sqlite import sqlite3

BUSY_TIMEOUT_S = 5.0
_LOOK_AGAIN_S = 0.02


class Database:
    """An open, migrated database. `notices` are sentences the user should see once, such as a file set aside."""

    def __init__(
        self,
        path: Path,
        *,
        busy_timeout_s: float = BUSY_TIMEOUT_S,
        steps: Sequence[Migration] = MIGRATIONS,
        key: Key | None = None,
    ) -> None:
        self.path = path
        self.notices: tuple[CarrelError, ...] = ()
        with explained(path):
            self._connection = self._open(busy_timeout_s, steps, key)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the block or nothing; on the disk when it returns. An inner one joins the outer one."""
        if self._connection.in_transaction:
            yield
            return
        self.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                self._connection.rollback()
            raise

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        """Run one statement."""
        with explained(self.path):
            try:
                return self._connection.execute(sql, values)
            except UnicodeEncodeError:
                cleaned = [storable(value) if isinstance(value, str) else value for value in values]
                return self._connection.execute(sql, cleaned)

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """All rows of one query."""
        with explained(self.path):
            return self.execute(sql, *values).fetchall()

    def close(self) -> None:
        with explained(self.path):
            self._connection.close()

    def _open(self, busy_timeout_s: float, steps: Sequence[Migration], key: Key | None) -> sqlite3.Connection:
        connection = _connect(self.path, busy_timeout_s, key)
        try:
            refuse_foreign(connection, self.path, key)
            if looks_damaged(connection, known_steps=len(steps)):
                connection.close()
                self.notices = (set_aside(self.path),)
                connection = _connect(self.path, busy_timeout_s, key)
            refuse_newer(connection, steps)
            _write_ahead(connection, busy_timeout_s)
            for setting in ("synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
                connection.execute(f"PRAGMA {setting}").fetchall()
            migrate(connection, steps)
        except BaseException:
            connection.close()
            raise
        return connection


def _connect(path: Path, busy_timeout_s: float, key: Key | None) -> sqlite3.Connection:
    """A bare connection. The file is private to its user; SQLite gives the log the same permissions."""
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    connection = sqlite3.connect(path, timeout=busy_timeout_s, isolation_level=None)
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")  # one bad byte must not hide a chat
    set_key(connection, key)
    return connection


def _write_ahead(connection: sqlite3.Connection, busy_timeout_s: float) -> None:
    """Turn the log on. SQLite does not wait for others here by itself, and several programs may start at once."""
    deadline_s = time.monotonic() + busy_timeout_s
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchall()
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline_s:
                raise
            time.sleep(_LOOK_AGAIN_S)
