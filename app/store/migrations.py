"""The steps that built today's tables, in order. A step that was released is never edited: add the next one.

`PRAGMA user_version` counts the steps a file has had. A tree of messages has been here from the first step:
every message names its parent, so an edited question or a second answer is only another child.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.core.errors import CarrelError
from app.store.sqlite import sqlite3
from app.store.steps.foundation import m001, m002, m003, m004
from app.store.steps.library import m005
from app.store.steps.records import m007
from app.store.steps.search import m008
from app.store.steps.tree import m006

Migration = Callable[[sqlite3.Connection], None]

MIGRATIONS: tuple[Migration, ...] = (m001, m002, m003, m004, m005, m006, m007, m008)


def version_of(connection: sqlite3.Connection) -> int:
    """How many steps this file has had."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def refuse_newer(connection: sqlite3.Connection, steps: Sequence[Migration] = MIGRATIONS) -> None:
    """Raise when a later Carrel wrote this file: its tables are unknown here, so nothing is touched."""
    if version_of(connection) > len(steps):
        raise CarrelError(
            "database_newer",
            "These chats were saved by a newer Carrel.",
            "Update Carrel to open them, or start it with --home and another folder.",
        )


def migrate(connection: sqlite3.Connection, steps: Sequence[Migration] = MIGRATIONS) -> None:
    """Take the missing steps, all in one transaction; two programs may start at once, one of them does it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        refuse_newer(connection, steps)
        for step in steps[version_of(connection) :]:
            step(connection)
        connection.execute(f"PRAGMA user_version = {len(steps):d}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
