"""Finds chats, messages, side notes and pages of documents by their words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

import msgspec

from app.core.chat import Role
from app.store.indexing import PAGE_ROOM, STEP_S, Indexing
from app.store.narrowing import Narrow, Narrowing
from app.store.query import Query, Span, fits, read_query
from app.store.snippets import snippet_of

HitKind = Literal["chat", "note", "message", "thinking", "page"]

MANY = 1_000  # hits beyond which words no longer tell the better from the worse: the newest go first
FRESH_S = 30 * 86_400.0  # how fast age counts against a message
EACH = 3  # hits shown of one chat or document

Fits = Callable[[int], bool] | None
_EVERYWHERE = Narrow()


class Hit(msgspec.Struct, frozen=True):
    """Something found. `snippet` is one line of it, `spans` the characters to light; `at_s` is when it was written.

    `place` is where the first hit stands in the whole text. `chat_id` is None for a page that only a document set
    holds: then `set_name` names it.
    """

    kind: HitKind
    title: str
    at_s: float
    snippet: str
    spans: tuple[Span, ...] = ()
    chat_id: int | None = None
    message_id: int | None = None
    role: Role = "user"
    document_id: int | None = None
    document: str = ""
    page: int = 0
    set_name: str = ""
    place: Span = (0, 0)


class Found(msgspec.Struct, frozen=True):
    """What was found, the best first. `unindexed` things could not be looked at yet."""

    query: Query = Query()
    chats: tuple[Hit, ...] = ()
    messages: tuple[Hit, ...] = ()
    pages: tuple[Hit, ...] = ()
    unindexed: int = 0

    @property
    def hits(self) -> tuple[Hit, ...]:
        return self.chats + self.messages + self.pages


class Search(Indexing, Narrowing):
    """Full-text search over everything that is not in the recycle bin."""

    def search(self, words: str, *, limit: int = 20, narrow: Narrow = _EVERYWHERE) -> Found:
        """The best `limit` of each kind. What was written just now is read first, so that it is found.

        Without words but narrowed: the chats that fit, the newest first.
        """
        query = read_query(words)
        if not query.match:
            return Found(query, () if narrow.is_open else self._newest_chats(limit, narrow))
        self.index_some(STEP_S)
        return self._repairing(
            lambda: self._search(query, limit, narrow), lambda: Found(query, unindexed=self.unindexed())
        )

    def _search(self, query: Query, limit: int, narrow: Narrow) -> Found:
        chats, settled = self._find_chats(query, limit, narrow), query.settled
        messages = self._find_messages(settled, limit, narrow)
        pages = self._find_pages(settled, limit, narrow)
        return Found(query, chats, messages, pages, self.unindexed())

    def _newest_chats(self, limit: int, narrow: Narrow) -> tuple[Hit, ...]:
        within, values = self.chats_within(narrow)
        sql = f"SELECT c.title, c.updated_at, c.id FROM chats c WHERE {within} ORDER BY c.updated_at DESC LIMIT ?"
        return tuple(
            Hit("chat", title, at_s, title, (), chat) for title, at_s, chat in self._db.rows(sql, *values, limit)
        )

    def _find_chats(self, query: Query, limit: int, narrow: Narrow) -> tuple[Hit, ...]:
        hits = []
        rows = self._ranked("found_chats", "2.0, 1.0", "c.id, c.updated_at FROM chats c", "c.id", query, narrow)
        for chat_id, at_s in _best(rows, limit):
            title, note = self._db.rows("SELECT title, note FROM chats WHERE id = ?", chat_id)[0]
            in_title = fits(query, title) or not note
            line = snippet_of(title if in_title else note, query)
            hits.append(Hit("chat" if in_title else "note", title, at_s, line.text, line.spans, chat_id))
        return tuple(hits)

    def _find_messages(self, query: Query, limit: int, narrow: Narrow) -> tuple[Hit, ...]:
        source = "m.id, m.created_at, c.id FROM messages m JOIN chats c ON c.id = m.chat_id"
        rows = self._ranked("found_messages", "1.0, 0.3", source, "m.id", query, narrow)
        hits = []
        for message_id, at_s, chat_id in _best(_at_most_each(rows), limit):
            sql = "SELECT c.title, m.role, m.text, m.thinking FROM messages m JOIN chats c ON c.id = m.chat_id "
            title, role, text, thinking = self._db.rows(sql + "WHERE m.id = ?", message_id)[0]
            line = snippet_of(text, query)
            hidden = not line.spans and bool(thinking)
            line = snippet_of(thinking, query) if hidden else line
            kind: HitKind = "thinking" if hidden else "message"
            hits.append(Hit(kind, title, at_s, line.text, line.spans, chat_id, message_id, role, place=line.first))
        return tuple(hits)

    def _find_pages(self, query: Query, limit: int, narrow: Narrow) -> tuple[Hit, ...]:
        """A page is shown with the chat that used its document last, else with a set that holds it."""
        rows = self._ranked_pages(query, narrow)
        hits = []
        for document_id, number, _ in _best(_at_most_each(rows, key=0), limit):
            name, read_at = self._db.rows("SELECT name, read_at FROM documents WHERE id = ?", document_id)[0]
            sql = "SELECT text FROM pages WHERE document_id = ? AND number = ?"
            line = snippet_of(self._db.rows(sql, document_id, number)[0][0], query)
            chat_id, message_id, title, set_name = self._home_of(document_id, narrow)
            hit = Hit("page", title, read_at, line.text, line.spans, chat_id, message_id, set_name=set_name)
            hits.append(
                msgspec.structs.replace(hit, document_id=document_id, document=name, page=number, place=line.first)
            )
        return tuple(hits)

    def _ranked_pages(self, query: Query, narrow: Narrow) -> list[tuple[Any, ...]]:
        within, values = self.messages_within(narrow)
        used = (
            "SELECT a.document_id FROM message_documents a JOIN messages m ON m.id = a.message_id "
            f"JOIN chats c ON c.id = m.chat_id WHERE {within}"
        )
        kept = " UNION SELECT document_id FROM set_documents" if narrow.is_open else ""
        usable = {row[0] for row in self._db.rows(used + kept, *values)}
        ranks = self._matches("found_pages", "1.0", query, lambda rowid: rowid // PAGE_ROOM in usable)
        pages = ((rank, *divmod(rowid, PAGE_ROOM)) for rowid, rank in ranks.items())
        return [(rank, document_id, number, 0) for rank, document_id, number in pages]

    def _home_of(self, document_id: int, narrow: Narrow) -> tuple[int | None, int | None, str, str]:
        within, values = self.messages_within(narrow)
        sql = (
            "SELECT c.id, m.id, c.title, '' FROM message_documents a JOIN messages m ON m.id = a.message_id "
            f"JOIN chats c ON c.id = m.chat_id WHERE a.document_id = ? AND {within} ORDER BY m.id DESC LIMIT 1"
        )
        rows = self._db.rows(sql, document_id, *values) or self._db.rows(
            "SELECT NULL, NULL, s.name, s.name FROM set_documents d JOIN document_sets s ON s.id = d.set_id "
            "WHERE d.document_id = ? LIMIT 1",
            document_id,
        )
        return rows[0]

    def _ranked(
        self, table: str, weights: str, source: str, row_id: str, query: Query, narrow: Narrow
    ) -> list[tuple[Any, ...]]:
        """Rows of (score, columns …), the best first: by their words, and the newer before the older."""
        within, values = (self.messages_within if row_id == "m.id" else self.chats_within)(narrow)
        fits_in: Fits = None
        if not narrow.is_open:  # before the newest are taken of what has the words
            fits_in = {row[0] for row in self._db.rows(f"SELECT {source} WHERE {within}", *values)}.__contains__
        ranks, now_s = self._matches(table, weights, query, fits_in), self._now()
        sql = f"SELECT {source} WHERE {row_id} IN ({', '.join(map(str, ranks))}) AND {within}"
        rows = self._db.rows(sql, *values)
        scored = [(ranks[row[0]] * _freshness(now_s - row[1]), *row) for row in rows]
        return sorted(scored, key=lambda row: (row[0], -row[1]))

    def _matches(self, table: str, weights: str, query: Query, fits_in: Fits = None) -> dict[int, float]:
        """The rows that match with their rank, less is better: the newest, all alike, when too many match."""
        most = MANY + 1 if fits_in is None else -1
        sql = f"SELECT rowid FROM {table} WHERE {table} MATCH ? ORDER BY rowid DESC LIMIT {most}"
        matching = [row[0] for row in self._db.rows(sql, query.match)]
        newest = matching if fits_in is None else list(filter(fits_in, matching))
        if not newest or len(matching) > MANY:
            return dict.fromkeys(newest[:MANY], -1.0)
        sql = f"SELECT rowid, bm25({table}, {weights}) AS score FROM {table} WHERE {table} MATCH ? ORDER BY score"
        ranks = {row[0]: row[1] for row in self._db.rows(sql, query.match)}
        return ranks if fits_in is None else {row: ranks[row] for row in newest}


def _freshness(age_s: float) -> float:
    """1.5 for what was written now, falling to 1 with the months."""
    return 1.0 + 0.5 / (1.0 + max(0.0, age_s) / FRESH_S)


def _best(rows: Iterable[tuple[Any, ...]], limit: int) -> list[tuple[Any, ...]]:
    return [tuple(row[1:]) for row, _ in zip(rows, range(limit), strict=False)]


def _at_most_each(rows: Sequence[tuple[Any, ...]], key: int = 2) -> Iterable[tuple[Any, ...]]:
    """No more than a few of one chat or document, named by column `key` after the score."""
    seen: dict[Any, int] = {}
    for row in rows:
        of = row[key + 1]
        seen[of] = seen.get(of, 0) + 1
        if seen[of] <= EACH:
            yield row
