"""Finds a damaged chat file and puts it out of the way. It is renamed, never deleted."""

from __future__ import annotations

import time
from pathlib import Path

from app.core.errors import CarrelError
from app.store.failures import is_damage
from app.store.migrations import version_of
from app.store.sqlite import sqlite3

# The log goes first: SQLite throws away a log that it finds beside an empty or missing database.
SIDE_FILES = ("-wal", "-shm", "")

# Reports about a value, not about the file: everything can still be read, and some SQLite versions err in them.
READABLE = ("ok", "NULL value in", "CHECK constraint failed", "NUMERIC value in", "TEXT value in", "non-")


def looks_damaged(connection: sqlite3.Connection, known_steps: int) -> bool:
    """Whether the file behind `connection` cannot be trusted. Reads all but the search index, if it is no newer one."""
    try:
        if version_of(connection) > known_steps:
            return False
        reports = [report for table in _tables(connection) for report in _reports_on(connection, table)]
        return any(not report.startswith(READABLE) for report in reports) or _is_not_ours(connection)
    except UnicodeDecodeError:  # SQLite's complaint quotes the damaged bytes
        return True
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            return True
        raise


def _tables(connection: sqlite3.Connection) -> list[str]:
    """All tables but those of the search index: it can be made again, and takes long to check."""
    sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'found_*'"
    return [str(row[0]) for row in connection.execute(sql)]


def _reports_on(connection: sqlite3.Connection, table: str) -> list[str]:
    return [str(row[0]) for row in connection.execute(f"PRAGMA quick_check('{table}')")]


def set_aside(path: Path) -> CarrelError:
    """Rename the database and its log to `*.damaged-<time>`; returns the sentence that says so."""
    aside = _free_name(path)
    for ending in SIDE_FILES:
        side = path.with_name(path.name + ending)
        if side.exists():
            side.rename(aside.with_name(aside.name + ending))
    return CarrelError(
        "database_set_aside",
        "The chat file was damaged. It is kept as {file}, and a new one was begun.",
        "Bring back a backup of it if you have one; nothing was deleted.",
        file=str(aside),
    )


def _is_not_ours(connection: sqlite3.Connection) -> bool:
    """Tables without a version, or a version below zero: not a state that any step leaves behind."""
    # One statement: another Carrel may be building the tables at this moment.
    sql = "SELECT user_version, (SELECT count(*) FROM sqlite_master) FROM pragma_user_version"
    version, tables = connection.execute(sql).fetchone()
    return version < 0 or bool(tables) != bool(version)


def _free_name(path: Path) -> Path:
    stamp = time.strftime("%Y%m%d-%H%M%S")
    name, number = path.with_name(f"{path.name}.damaged-{stamp}"), 1
    while any(name.with_name(name.name + ending).exists() for ending in SIDE_FILES):
        number += 1
        name = path.with_name(f"{path.name}.damaged-{stamp}-{number}")
    return name
