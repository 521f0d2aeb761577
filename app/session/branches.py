"""The wishes about the tree of a chat: show it, switch versions, begin a new chat from a message."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from app.session.desk import Desk
from app.store.rows import Chat, Message
from app.store.store import Store
from app.store.waiting import Queued, Unsent

Failed = Callable[[Exception], object]


@dataclass(frozen=True, slots=True)
class Shown:
    """A chat as it is shown: the branch from its first message to its last, and what lies beside it.

    `versions` holds, for each message with more than one, the ids of all of them, oldest first.
    """

    chat: Chat
    messages: list[Message] = field(default_factory=list)
    versions: dict[int, tuple[int, ...]] = field(default_factory=dict)
    queue: list[Queued] = field(default_factory=list)
    unsent: Unsent = field(default_factory=Unsent)
    note: str = ""


def read_chat(store: Store, chat_id: int) -> Shown:
    """On the database thread: all of a chat that is shown."""
    return Shown(
        store.chat(chat_id),
        store.thread(chat_id),
        store.versions(chat_id),
        store.queue(chat_id),
        store.unsent(chat_id),
        store.note(chat_id),
    )


def show_chat(desk: Desk, chat_id: int, done: Callable[[Shown], object], failed: Failed | None = None) -> None:
    """The branch that was shown last."""
    desk.store.ask(lambda store: read_chat(store, chat_id), done, failed)


def switch_version(desk: Desk, message_id: int, done: Callable[[Shown], object], failed: Failed | None = None) -> None:
    """Show this version of a message, with what was last shown after it. An answer that runs in the chat goes on."""

    def switch(store: Store) -> Shown:
        with store.transaction():
            store.switch_version(message_id)
            return read_chat(store, store.message(message_id).chat_id)

    desk.store.ask(switch, done, failed)


def branch_off(desk: Desk, message_id: int, done: Callable[[Chat], object], failed: Failed | None = None) -> None:
    """A new chat that begins with the branch down to this message. The chat it comes from stays as it is."""
    desk.store.ask(lambda store: store.branch_off(message_id), done, failed)


def neighbour(versions: tuple[int, ...], message_id: int, step: int) -> int | None:
    """The version `step` places after this one; None at either end."""
    place = versions.index(message_id) + step if message_id in versions else -1
    return versions[place] if 0 <= place < len(versions) else None
