"""The messages of a conversation in their order; those that nobody has looked at yet are only promised."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from app.ui.chat.message import MessageItem


@dataclass(frozen=True, slots=True)
class Promise:
    """A message as far as a long conversation must know it to open; `make` tells the rest, as it is then."""

    role: Literal["user", "assistant"]
    text: str
    key: str
    make: Callable[[], MessageItem]


class Items:
    """Like a list, but a promise is kept when its row is asked for; `head`, `heads` and `made` ask for none."""

    def __init__(self, entries: Iterable[MessageItem | Promise] = ()) -> None:
        self._entries = list(entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __getitem__(self, row: int) -> MessageItem:
        entry = self._entries[row]
        if isinstance(entry, Promise):
            entry = self._entries[row] = entry.make()
        return entry

    def __setitem__(self, row: int, item: MessageItem) -> None:
        self._entries[row] = item

    def head(self, row: int) -> MessageItem | Promise:
        """Role, text and key of one."""
        return self._entries[row]

    def heads(self) -> Iterator[MessageItem | Promise]:
        """Role, text and key of each."""
        return iter(self._entries)

    def made(self) -> list[int]:
        """The rows that are more than a promise."""
        return [row for row, entry in enumerate(self._entries) if isinstance(entry, MessageItem)]

    def append(self, item: MessageItem | Promise) -> None:
        self._entries.append(item)

    def cut(self, count: int) -> None:
        """Keep the first `count`."""
        del self._entries[count:]
