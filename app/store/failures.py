"""Turns what SQLite reports into sentences: a full disk, a lock, a write protection, a damaged file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.core.errors import CarrelError
from app.store.sqlite import sqlite3


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Raise every SQLite error of the block as the `CarrelError` that describes it."""
    try:
        yield
    except sqlite3.Error as error:
        raise explain(error, path) from error
    except UnicodeDecodeError as error:  # SQLite's complaint quotes the damaged bytes
        raise _damaged(path) from error
    except OSError as error:
        raise _cannot_open(path, error.strerror or str(error)) from error


def primary_code(error: sqlite3.Error) -> int:
    """The SQLite result code without its extension, SQLITE_ERROR when the module itself complained."""
    return int(getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)) & 0xFF


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file's content is at fault, not the disk, a lock or a permission."""
    return primary_code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def explain(error: sqlite3.Error, path: Path) -> CarrelError:
    """The sentence for one SQLite error about the database at `path`."""
    code = primary_code(error)
    if code == sqlite3.SQLITE_FULL:
        return CarrelError(
            "disk_full",
            "No space is left to save the chats in {folder}.",
            "Free some space on this disk, then try again.",
            folder=str(path.parent),
        )
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return CarrelError(
            "database_busy",
            "Another program is using the chats.",
            "Close the other Carrel windows, then try again.",
        )
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return CarrelError(
            "database_read_only",
            "The chats cannot be saved: {file} is read-only.",
            "Check the permissions of the file and of its folder.",
            file=str(path),
        )
    if is_damage(error):
        return _damaged(path)
    return _rarer(code, error, path)


def _rarer(code: int, error: sqlite3.Error, path: Path) -> CarrelError:
    if code == sqlite3.SQLITE_CANTOPEN:
        return _cannot_open(path, str(error))
    if code == sqlite3.SQLITE_IOERR:
        return CarrelError(
            "database_io",
            "The disk failed while the chats were read or saved: {cause}.",
            "Check the disk and its connection, then try again.",
            cause=str(error),
        )
    return CarrelError(
        "database_failed",
        "The chats could not be read or saved: {cause}.",
        "Start Carrel again; the log has the details.",
        cause=str(error),
    )


def _damaged(path: Path) -> CarrelError:
    return CarrelError(
        "database_damaged",
        "The chat file {file} is damaged.",
        "Start Carrel again: it keeps the file under another name and begins a new one.",
        file=str(path),
    )


def _cannot_open(path: Path, cause: str) -> CarrelError:
    return CarrelError(
        "database_cannot_open",
        "The chat file {file} could not be opened: {cause}.",
        "Check that its folder exists and that you may write there.",
        file=str(path),
        cause=cause,
    )
