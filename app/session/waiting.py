"""The wishes about what is not sent yet: messages that wait for an answer, the note, what belongs to a draft."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.core.chat import Document
from app.session.desk import Desk
from app.session.wish import Wish
from app.store.store import Store
from app.store.waiting import Queued, Unsent

Failed = Callable[[Exception], object]


def queue_message(
    desk: Desk,
    chat_id: int,
    text: str,
    documents: Sequence[Document],
    *,
    thinking: bool,
    done: Callable[[Queued], object] = lambda _: None,
    failed: Failed | None = None,
) -> None:
    """Keep a message behind those that wait in this chat; it is the draft no more."""

    def keep(store: Store) -> Queued:
        with store.transaction():
            saved = [store.save_document(document) for document in documents]
            chosen = [document.chosen for document in documents]
            store.settle_draft(chat_id)
            return store.queue_message(chat_id, text, thinking=thinking, documents=saved, chosen=chosen)

    desk.store.ask(keep, done, failed)


def wish_of_queued(
    desk: Desk,
    chat_id: int,
    done: Callable[[Wish | None], object],
    *,
    queued_id: int | None = None,
    beneath: int | None = None,
    failed: Failed | None = None,
) -> None:
    """What to ask for the next message that waits, or for `queued_id`; None when none waits.

    It leaves the queue when its question is in the store, not before.
    """

    def make(store: Store) -> Wish | None:
        waiting = [one for one in store.queue(chat_id) if queued_id in (None, one.id)]
        if not waiting:
            return None
        one = waiting[0]
        documents = tuple(store.load_document(held.id, held.chosen) for held in one.documents)
        return Wish(one.text, documents, chat_id, one.thinking, beneath=beneath, queued=one.id)

    desk.store.ask(make, done, failed)


def change_queued(desk: Desk, queued_id: int, text: str, done: Callable[[object], object] = lambda _: None) -> None:
    """Other words for a message that waits."""
    desk.store.ask(lambda store: store.change_queued(queued_id, text), done)


def drop_queued(desk: Desk, queued_id: int, done: Callable[[object], object] = lambda _: None) -> None:
    desk.store.ask(lambda store: store.drop_queued(queued_id), done)


def put_back(desk: Desk, queued: Queued, done: Callable[[list[Queued]], object]) -> None:
    """What was dropped waits again, in its old place; `done(queue)`."""

    def restore(store: Store) -> list[Queued]:
        with store.transaction():
            store.put_back(queued)
            return store.queue(queued.chat_id)

    desk.store.ask(restore, done)


def save_note(desk: Desk, chat_id: int, note: str) -> None:
    """Keep what is written beside the chat."""
    desk.store.ask(lambda store: store.set_note(chat_id, note))


def settle_new_chat(
    desk: Desk, chat_id: int, note: str, folder_id: int | None, done: Callable[[object], object] = lambda _: None
) -> None:
    """A chat has begun: what was noted before that goes with it, and it goes into its folder, if there still is one."""

    def settle(store: Store) -> None:
        with store.transaction():
            if note:
                store.set_note(chat_id, note)
            if any(folder.id == folder_id for folder in store.list_folders()):
                store.move_chats([(chat_id, folder_id)])

    desk.store.ask(settle, done)


def save_unsent(desk: Desk, chat_id: int, draft: str, unsent: Unsent) -> None:
    """Keep what was typed and not sent, with the files dropped into it."""

    def keep(store: Store) -> None:
        with store.transaction():
            store.set_draft(chat_id, draft)
            store.set_unsent(chat_id, unsent)

    desk.store.ask(keep)
