"""A chat file under a key: SQLCipher encrypts and authenticates every page of it, and of its log.

A wrong key and damage look alike to SQLite, so what is encrypted is never taken for damaged: it is refused by name.
"""

from __future__ import annotations

from pathlib import Path

from app.core.errors import CarrelError
from app.core.sealing import Key
from app.store.failures import is_damage
from app.store.sqlite import sqlite3

__all__ = ["Key", "locked", "looks_encrypted", "refuse_foreign", "set_key"]

_PLAIN = b"SQLite format 3\0"
_PAGE_BYTES = 4096
_RANDOM_VALUES = 240  # of 256 in a page; a page of tables and text has far fewer, an encrypted one nearly all


def set_key(connection: sqlite3.Connection, key: Key | None) -> None:
    """Before anything is read: the raw key, and no content in temporary files.

    SQLCipher wipes its keys in any case. That it also locks and wipes every other piece of memory is left off: it made
    writing five times as slow, and the text that was read lies in Python's memory all the same.
    """
    if key is not None:
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"").fetchall()
    connection.execute("PRAGMA temp_store = MEMORY").fetchall()


def refuse_foreign(connection: sqlite3.Connection, path: Path, key: Key | None) -> None:
    """Raise for a file that this key, or none, cannot open, before anybody calls it damaged."""
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
    except sqlite3.DatabaseError as error:
        if is_damage(error) and key is not None:
            raise _foreign(path) from error
        if is_damage(error) and looks_encrypted(path):
            raise _keyless(path) from error


def looks_encrypted(path: Path) -> bool:
    """Whether the first page of a file is random, as an encrypted one is."""
    with path.open("rb") as file:
        page = file.read(_PAGE_BYTES)
    return len(page) == _PAGE_BYTES and not page.startswith(_PLAIN) and len(set(page)) >= _RANDOM_VALUES


def locked() -> CarrelError:
    return CarrelError("vault_locked", "The chats are locked.", "Unlock the vault first.")


def _foreign(path: Path) -> CarrelError:
    return CarrelError(
        "database_foreign",
        "The chat file {file} does not belong to this vault, or its beginning is damaged. Nothing was changed.",
        "Bring back a backup of it, or move it away to begin anew.",
        file=str(path),
    )


def _keyless(path: Path) -> CarrelError:
    return CarrelError(
        "database_keyless",
        "The chat file {file} is encrypted, and the vault file that opens it is missing. Nothing was changed.",
        "Bring back vault.json from a backup, or move the chat file away to begin anew.",
        file=str(path),
    )
