"""The recycle bin: what was deleted, for how long it stays, and how it goes for ever."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from app.engine import saved
from app.session.desk import Desk
from app.session.shelf import Shelf
from app.store.bin import BinnedChat, Erased
from app.store.store import Store

DAY_S = 86_400.0
NOTICE_DAYS = 7  # between saying for the first time that the bin empties itself, and doing it

Done = Callable[[object], object]
Failed = Callable[[Exception], object]


@dataclass(frozen=True, slots=True)
class BinNews:
    """So many chats are due to go for ever, or are gone when `is_done`."""

    chats: int
    is_done: bool


def _nothing(_: object) -> None:
    """What nobody waits for."""


def list_bin(desk: Desk, done: Callable[[list[BinnedChat]], object]) -> None:
    """The deleted chats, the one deleted last first."""
    desk.store.ask(lambda store: store.list_deleted(), done)


def goes_at_s(desk: Desk, binned: BinnedChat) -> float | None:
    """When a chat goes for ever (Unix seconds); None when the bin does not empty itself."""
    days, deleted_at = desk.settings.bin_days, binned.chat.deleted_at
    if not days or deleted_at is None:
        return None
    told_s = desk.settings.bin_told_s
    return max(deleted_at + days * DAY_S, told_s + NOTICE_DAYS * DAY_S if told_s else 0.0)


def delete_chats(desk: Desk, chat_ids: Sequence[int], done: Done = _nothing) -> None:
    """Into the bin: `restore_chats` brings them back."""
    desk.store.ask(lambda store: store.delete_chats(chat_ids), done)


def restore_chats(desk: Desk, chat_ids: Sequence[int], done: Done = _nothing) -> None:
    desk.store.ask(lambda store: store.restore_chats(chat_ids), done)


def erase_chats(
    desk: Desk, chat_ids: Sequence[int], done: Callable[[Erased], object] = _nothing, failed: Failed | None = None
) -> None:
    """For ever: the chats, the documents that nothing else uses, and what the engine keeps of those.

    Their rows are overwritten before `done`; what the search index and the log still hold of them is wiped soon after.
    """

    def erase(store: Store) -> tuple[Erased, set[str]]:
        return store.erase_chats(chat_ids), store.document_names()

    def erased(outcome: tuple[Erased, set[str]]) -> None:
        result, kept = outcome
        shelf, gone = desk.resume.shelf, set(result.documents) - kept
        if gone:
            desk.jobs.run(lambda: forget_readings(shelf, gone), _nothing, _nothing)
        desk.index.look()
        done(result)

    desk.store.ask(erase, erased, failed)


def tend_bin(desk: Desk, told: Callable[[BinNews], object], now_s: float | None = None) -> None:
    """Once at start: delete for ever what has been in the bin long enough.

    The first time it is only announced, `NOTICE_DAYS` ahead. `told` is not called when nothing is due.
    """
    moment_s = time.time() if now_s is None else now_s
    days, told_s = desk.settings.bin_days, desk.settings.bin_told_s
    if not days:
        return

    def act(due: list[int]) -> None:
        if not due:
            return
        if not told_s:
            desk.change_settings(bin_told_s=moment_s)
            told(BinNews(len(due), is_done=False))
        elif moment_s - told_s >= NOTICE_DAYS * DAY_S:
            erase_chats(desk, due, lambda gone: told(BinNews(gone.chats, is_done=True)))

    desk.store.ask(lambda store: store.deleted_before(moment_s - days * DAY_S), act)


def forget_readings(shelf: Shelf, names: Collection[str]) -> int:
    """Overwrite and remove the saved readings of documents with these names; they can be made again from the files."""
    doomed = [one for one in shelf.sessions() if set(names) & set(one.documents)]
    for one in doomed:
        saved.erase(one.path)
    return len(doomed)
