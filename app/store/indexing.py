"""The index of full-text search reads what was written since, a little at a time.

The triggers of the tables note in `unindexed` what is new, with the change itself. So the index is never ahead of
the text, a crash loses no note, and no answer waits for it.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable
from typing import Any, TypeVar

from app.core.errors import CarrelError
from app.core.folding import fold
from app.store.part import Part
from app.store.query import beginnings

log = logging.getLogger(__name__)

T = TypeVar("T")
CHAT, MESSAGE, DOCUMENT, WIPE = range(4)
PAGE_ROOM = 1 << 20  # more pages than a document can have
STEP_S = 0.03
_PAGES = 8
_SOURCES = {
    CHAT: ("found_chats", "title, note", "chats"),
    MESSAGE: ("found_messages", "text, thinking", "messages"),
}
_TABLES = ("found_chats", "found_messages", "found_pages")
_MERGED_PAGES = 200  # of the index at once, while it wipes out what was deleted


class Indexing(Part):
    """Keeps the index; `Search` asks it."""

    _is_repaired = False

    def index_some(self, budget_s: float = STEP_S) -> bool:
        """Read for about so many seconds, the newest first; whether something is left."""
        return self._repairing(lambda: self._index_some(budget_s), lambda: True)

    def _index_some(self, budget_s: float) -> bool:
        ends_s = time.perf_counter() + budget_s
        if not self._next():
            return False
        with self._db.transaction():
            while (due := self._next()) and due[0] != WIPE:
                self._index(*due)
                if time.perf_counter() >= ends_s:
                    break
        if due and due[0] == WIPE:
            self._wipe(ends_s)
        return self._next() is not None

    def index_all(self) -> None:
        """Read everything there is."""
        while self.index_some(1.0):
            pass

    def unindexed(self) -> int:
        """How many chats, messages and documents the index has not read yet."""
        return int(self._db.rows("SELECT count(*) FROM unindexed WHERE kind != ?", WIPE)[0][0])

    def rebuild_index(self) -> None:
        """Forget the index and note everything as unread; it is made again as `index_some` is called."""
        with self._db.transaction():
            for table in _TABLES:
                self._db.execute(f"INSERT INTO {table} ({table}) VALUES ('delete-all')")
            for kind, table in ((CHAT, "chats"), (MESSAGE, "messages"), (DOCUMENT, "documents")):
                where = " WHERE state != 'streaming'" if kind == MESSAGE else ""
                self._db.execute(f"INSERT OR REPLACE INTO unindexed (kind, id) SELECT ?, id FROM {table}{where}", kind)

    def wipe_index(self) -> None:
        """Have the words of deleted rows taken out of the file as well: until then the index only skips them."""
        with self._db.transaction():
            for number in range(len(_TABLES)):
                self._db.execute("INSERT OR REPLACE INTO unindexed (kind, id) VALUES (?, ?)", WIPE, number)

    def _repairing(self, act: Callable[[], T], otherwise: Callable[[], T]) -> T:
        """A damaged index is made again, once in the life of a store: it must not look as if the chats were damaged."""
        try:
            return act()
        except CarrelError as error:
            if error.code != "database_damaged" or self._is_repaired:
                raise
            log.warning("the search index is made again", exc_info=error)
            self._is_repaired = True
            self.rebuild_index()
            return otherwise()

    def _next(self) -> tuple[int, int, int] | None:
        rows = self._db.rows("SELECT kind, id, at FROM unindexed ORDER BY kind, id DESC LIMIT 1")
        return rows[0] if rows else None

    def _index(self, kind: int, row_id: int, at: int) -> None:
        if kind == DOCUMENT:
            self._index_pages(row_id, at)
            return
        table, names, source = (
            ("found_chats", "title, note", "chats")
            if kind == CHAT
            else ("found_messages", "text, thinking", "messages")
        )
        for texts in self._db.rows(f"SELECT {names} FROM {source} WHERE id = ?", row_id):
            self._write(table, names, row_id, texts)
        self._db.execute("DELETE FROM unindexed WHERE kind = ? AND id = ?", kind, row_id)

    def _index_pages(self, document_id: int, at: int) -> None:
        sql = "SELECT number, text FROM pages WHERE document_id = ? AND number > ? ORDER BY number LIMIT ?"
        pages = self._db.rows(sql, document_id, at, _PAGES)
        for number, text in pages:
            self._write("found_pages", "text", document_id * PAGE_ROOM + number, (text,))
        if len(pages) == _PAGES:
            sql = "UPDATE unindexed SET at = ? WHERE kind = ? AND id = ?"
            self._db.execute(sql, pages[-1][0], DOCUMENT, document_id)
        else:
            self._db.execute("DELETE FROM unindexed WHERE kind = ? AND id = ?", DOCUMENT, document_id)

    def _write(self, table: str, names: str, row_id: int, texts: tuple[Any, ...]) -> None:
        self._db.execute(f"DELETE FROM {table} WHERE rowid = ?", row_id)
        folded = [fold(text or "") for text in texts]
        if any(words and not words.isspace() for words in folded):
            places, noted = ", ".join("?" * len(folded)), [f"{words} {beginnings(words)}" for words in folded]
            self._db.execute(f"INSERT INTO {table} (rowid, {names}) VALUES (?, {places})", row_id, *noted)

    def _wipe(self, ends_s: float) -> None:
        """Merge the index piece by piece: what is written anew leaves out what was deleted. Then empty the log."""
        while (due := self._next()) and due[0] == WIPE and time.perf_counter() < ends_s:
            table, begun = _TABLES[due[1]], due[2]
            before = self._changes()
            pages = _MERGED_PAGES if begun else -_MERGED_PAGES
            self._db.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('merge', ?)", pages)
            if self._changes() - before < 2:  # as FTS5 says that there is nothing left to merge
                self._db.execute("DELETE FROM unindexed WHERE kind = ? AND id = ?", WIPE, due[1])
            else:
                self._db.execute("UPDATE unindexed SET at = 1 WHERE kind = ? AND id = ?", WIPE, due[1])
        if not self._next():
            with contextlib.suppress(CarrelError):  # another Carrel reads: the log goes when it is done
                self._db.rows("PRAGMA wal_checkpoint(TRUNCATE)")

    def _changes(self) -> int:
        return int(self._db.rows("SELECT total_changes()")[0][0])
