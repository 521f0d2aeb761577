"""Brings chats into the store: all of a file or nothing of it, and none twice."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from app.config.paths import expanded
from app.core.chatfile import ChatCopy
from app.core.errors import CarrelError
from app.core.words import say, sentences
from app.session.desk import Desk
from app.session.failures import as_carrel_error
from app.session.importing.found import Found
from app.session.importing.reading import read_chats
from app.store.store import Store
from app.store.transfer import digest_of


class Imported(msgspec.Struct, frozen=True):
    """What became of one file: its new chats, those that were here and have more in them now, how many were here as
    they are, and what was left out, counted.
    """

    path: Path
    source: str = ""
    chats: tuple[int, ...] = ()
    grown: tuple[int, ...] = ()
    known: int = 0
    left_out: dict[str, int] = {}
    error: CarrelError | None = None


def import_chats(
    desk: Desk,
    paths: Sequence[Path],
    done: Callable[[tuple[Imported, ...]], object],
    progressed: Callable[[int, int], object] = lambda _done, _total: None,
) -> None:
    """Read the files one after another; `done` hears what became of each, failures included."""
    outcomes: list[Imported] = []
    waiting = [expanded(path) for path in paths]

    def next_one() -> None:
        progressed(len(outcomes), len(waiting))
        if len(outcomes) == len(waiting):
            done(tuple(outcomes))
            return
        path = waiting[len(outcomes)]

        def failed(error: Exception) -> None:
            end(Imported(path, error=as_carrel_error(error)))

        def keep(found: Found) -> None:
            desk.store.ask(lambda store: take_in(store, path, found), end, failed)

        def end(outcome: Imported) -> None:
            outcomes.append(outcome)
            next_one()

        desk.jobs.run(lambda: read_chats(path), keep, failed)

    next_one()


def take_in(store: Store, path: Path, found: Found) -> Imported:
    """On the database thread: one transaction for the whole file."""
    with store.transaction():
        documents = store.take_documents(found.documents)
        new, grown = list[int](), list[int]()
        for chat in found.chats:
            digest = digest_of(chat)
            if (older := store.grow_chat(chat, documents, found.source, digest)) is not None:
                grown.append(older)
            elif (added := store.take_in(_timed(chat), documents, found.source, digest)) is not None:
                new.append(added)
    known = len(found.chats) - len(new) - len(grown)
    return Imported(path, found.source, tuple(new), tuple(grown), known, dict(found.left_out))


def _timed(chat: ChatCopy) -> ChatCopy:
    """What says no time was taken in today."""
    now = time.time()
    messages = tuple(
        one if one.created_at > 0 else msgspec.structs.replace(one, created_at=chat.created_at or now)
        for one in chat.messages
    )
    created_at, updated_at = chat.created_at or now, chat.updated_at or now
    return msgspec.structs.replace(chat, messages=messages, created_at=created_at, updated_at=updated_at)


def imported_words(outcome: Imported) -> str:
    """What became of a file, in a sentence or two."""
    if outcome.error is not None:
        return str(outcome.error)
    count = len(outcome.chats)
    parts = [
        say("1 chat imported from {source}.", source=outcome.source)
        if count == 1
        else say("{count} chats imported from {source}.", count=f"{count:,}", source=outcome.source)
    ]
    if outcome.grown:
        words = say("1 that was here has more in it now.")
        if len(outcome.grown) > 1:
            words = say("{count} that were here have more in them now.", count=f"{len(outcome.grown):,}")
        parts.append(words)
    if outcome.known:
        parts.append(say("{count} were here already.", count=f"{outcome.known:,}"))
    if outcome.left_out:
        named = say(", ").join(f"{say(what)} ({number:,})" for what, number in sorted(outcome.left_out.items()))
        parts.append(say("Left out: {what}.", what=named))
    return sentences(*parts)
