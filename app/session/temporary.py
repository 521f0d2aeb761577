"""A desk whose chats never touch the disk: everything is that of the other desk but the store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from app.core.chatfile import ChatCopy, DocumentCopy
from app.session.desk import Desk
from app.session.opening import title_of
from app.store.memory import FIRST_ID, MemoryThread
from app.store.store import Store
from app.store.thread import StoreThread


class TemporaryDesk(Desk):
    """Chats asked at it are in memory alone, no reading of theirs is saved, and they are gone when it closes.

    Settings, engine and plan are those of `desk` at every moment, and what is changed is changed there.
    """

    store: StoreThread

    def __init__(self, desk: Desk) -> None:
        object.__setattr__(self, "_desk", desk)
        object.__setattr__(self, "store", MemoryThread(desk.post))
        desk.at_close.append(self.store.close)
        desk.vault.locking.connect(self.store.close)  # a locked vault leaves no text in memory

    @property
    def is_temporary(self) -> bool:
        return True

    def close(self) -> None:
        """Forget everything that was said."""
        self.store.close()

    def __getattr__(self, name: str) -> Any:
        """What a desk holds and this one does not."""
        return getattr(object.__getattribute__(self, "_desk"), name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(object.__getattribute__(self, "_desk"), name, value)


def keep_chat(memory: Desk, desk: Desk, chat_id: int, done: Callable[[int], object]) -> None:
    """A chat in memory begins a life on the disk, whole; `done` hears its number there. The one in memory stays.

    Without a name it takes that of its first question, as any other would have.
    """

    def copy(store: Store) -> tuple[ChatCopy, tuple[DocumentCopy, ...]]:
        chat = store.copy_chat(chat_id)
        first = next((message.text for message in chat.messages if message.role == "user"), "")
        return msgspec.structs.replace(chat, title=chat.title or title_of(first)), store.copy_documents([chat])

    def take_in(found: tuple[ChatCopy, tuple[DocumentCopy, ...]]) -> None:
        desk.store.ask(lambda store: _take_in(store, *found), done)

    memory.store.ask(copy, take_in)


def _take_in(store: Store, chat: ChatCopy, documents: tuple[DocumentCopy, ...]) -> int:
    with store.transaction():
        return store.adopt(chat, store.take_documents(documents))


def is_temporary(chat_id: int | None) -> bool:
    """Whether this number is of a chat in memory."""
    return chat_id is not None and chat_id > FIRST_ID
