"""The wish to find something: in the names of chats, in messages, in side notes, in the pages of documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from app.session.desk import Desk
from app.session.filters import Filter, read_wish, with_filters
from app.store.search import Found
from app.store.store import Store

LIMIT = 20
TYPING_LIMIT = 12  # while somebody types: what is not among these takes another word

Failed = Callable[[Exception], object]


def find(
    desk: Desk,
    words: str,
    done: Callable[[Found], object],
    failed: Failed | None = None,
    *,
    limit: int = LIMIT,
) -> None:
    """The best `limit` hits of each kind. Words in quotation marks are meant as they stand, a -word must not occur;
    `filters` says what else can be typed.
    """
    wish = read_wish(words)
    desk.store.ask(lambda store: store.search(wish.words, limit=limit, narrow=wish.narrow), done, failed)


class Finder:
    """Finds while somebody types: only what was typed last is looked up, only its hits come home."""

    def __init__(self, desk: Desk, done: Callable[[Found], object], failed: Failed | None = None) -> None:
        self._desk, self._done, self._failed = desk, done, failed
        self._latest = 0

    def find(self, words: str, filters: Iterable[Filter] = (), *, limit: int = TYPING_LIMIT) -> None:
        """`filters` are set already; the words may hold more."""
        self._latest += 1
        mine, wish = self._latest, with_filters(filters, words)

        def look(store: Store) -> Found | None:
            return store.search(wish.words, limit=limit, narrow=wish.narrow) if mine == self._latest else None

        def found(hits: Found | None) -> None:
            if hits is not None and mine == self._latest:
                self._done(hits)

        self._desk.store.ask(look, found, self._failed)

    def stop(self) -> None:
        """What is being looked up is not wanted any more."""
        self._latest += 1


def known_values(desk: Desk, done: Callable[[tuple[list[str], list[str]]], object]) -> None:
    """What a search can be narrowed by: `done(names of folders, models that answered, the last one first)`."""
    desk.store.ask(lambda store: ([folder.name for folder in store.list_folders()], store.models_used()), done)


def reveal_message(
    desk: Desk, chat_id: int, message_id: int, done: Callable[[object], object], failed: Failed | None = None
) -> None:
    """Have the chat show the branch that this message is in."""

    def reveal(store: Store) -> None:
        if all(message.id != message_id for message in store.thread(chat_id)):
            store.switch_version(message_id)

    desk.store.ask(reveal, done, failed)
