"""Copies of the whole database while it is in use, under another key or in the clear."""

from __future__ import annotations

import os
from pathlib import Path

from app.core.errors import CarrelError
from app.store.cipher import Key, set_key
from app.store.failures import explained
from app.store.part import Part
from app.store.sqlite import sqlite3

_BUSY_S = 5.0


class Snapshot(Part):
    """One moment of everything the store remembers."""

    def snapshot_to(self, target: Path, key: Key | None) -> dict[str, int]:
        """Write it into a new file and check that; how many chats, messages and documents it holds.

        Raises CarrelError; then there is no file.
        """
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        try:
            self._db.execute("ATTACH DATABASE ? AS snapshot KEY ?", str(target), _written(key))
            try:
                self._export()
            finally:
                self._db.execute("DETACH DATABASE snapshot")
            return check_database(target, key)
        except BaseException:
            target.unlink(missing_ok=True)
            raise

    def _export(self) -> None:
        """Within one transaction, so that it is one moment, whoever writes meanwhile."""
        version = self._db.rows("PRAGMA main.user_version")[0][0]
        with self._db.transaction():
            self._db.rows("SELECT sqlcipher_export('snapshot')")
            self._db.execute(f"PRAGMA snapshot.user_version = {version:d}")


def copy_database(source: Path, source_key: Key | None, target: Path, target_key: Key | None) -> dict[str, int]:
    """A closed database as a new file under another key, checked and on the disk."""
    with explained(source):
        os.close(os.open(target, os.O_CREAT | os.O_TRUNC | os.O_RDWR, 0o600))
        connection = _connect(source, source_key)
        try:
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            connection.execute("ATTACH DATABASE ? AS snapshot KEY ?", (str(target), _written(target_key)))
            connection.execute("SELECT sqlcipher_export('snapshot')").fetchall()
            connection.execute(f"PRAGMA snapshot.user_version = {version:d}")
            connection.execute("DETACH DATABASE snapshot")
        finally:
            connection.close()
    with target.open("rb+") as file:
        os.fsync(file.fileno())
    return check_database(target, target_key)


def check_database(path: Path, key: Key | None) -> dict[str, int]:
    """Read all of it; how many chats, messages and documents it holds. Raises CarrelError when it is damaged."""
    with explained(path):
        connection = _connect(path, key)
        try:
            reports = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(1)")]
            if reports != ["ok"]:
                raise CarrelError(
                    "copy_damaged", "The copy of the chats is damaged: {cause}.", "Check the disk.", cause=reports[0]
                )
            names = ("chats", "messages", "documents")
            return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}
        finally:
            connection.close()


def _connect(path: Path, key: Key | None) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None)
    set_key(connection, key)
    return connection


def _written(key: Key | None) -> str:
    return f"x'{key.hex()}'" if key else ""
