"""Every wish of the window, once: its words, its keys, its picture, and what it does.

The keyboard is bound from here, the page of keys is drawn from here, and whoever lets people search for a wish
searches here. Who makes a new wish adds it with `Commands.add`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QKeySequence

from app.core.emitter import Emitter
from app.core.folding import folded_line
from app.core.words import mark, say

CHAT, MESSAGE, ANSWER, VIEW, PROGRAM = (
    mark("Chats"),
    mark("Message"),
    mark("Answer"),
    mark("View"),
    mark("Program"),
)
GROUPS = (CHAT, MESSAGE, ANSWER, VIEW, PROGRAM)
NAMED_KEYS = {"Up": "↑", "Down": "↓", "Return": "Enter"}


def always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Command:
    """One wish. `words` is a marked English literal; `keys` are Qt's portable names, the first is the one to show.

    `act` is None where a widget answers the keys itself: such a wish is shown among the keys, and nowhere else.
    `is_listed` False keeps a wish out of the search, such as the one that opens the search.
    """

    id: str
    words: str
    act: Callable[[], object] | None
    group: str = PROGRAM
    keys: tuple[str, ...] = ()
    icon: str = ""
    enabled: Callable[[], bool] = always
    is_listed: bool = True

    @property
    def title(self) -> str:
        """What it is called in the language spoken now."""
        return say(self.words)

    @property
    def key_words(self) -> str:
        """Its first keys as they stand on the keys of this computer; "" without any."""
        return key_words(self.keys[0]) if self.keys else ""


class Commands:
    """The wishes in the order they were added. An id is given once; adding it again puts the new one in its place.

    Event: `added(command)`.
    """

    def __init__(self) -> None:
        self._all: dict[str, Command] = {}
        self.added: Emitter[[Command]] = Emitter()

    def add(self, *commands: Command) -> None:
        for command in commands:
            self._all[command.id] = command
            self.added.emit(command)

    @property
    def all(self) -> tuple[Command, ...]:
        return tuple(self._all.values())

    def get(self, name: str) -> Command:
        """The wish with this id. Raises KeyError."""
        return self._all[name]

    def run(self, name: str) -> bool:
        """Do it, if it can be done now; whether it was done."""
        command = self._all[name]
        if command.act is None or not command.enabled():
            return False
        command.act()
        return True

    def search(self, text: str = "") -> list[Command]:
        """What can be done now and has every word of `text`, in this language or in English; the best first."""
        words = [folded_line(word) for word in text.split()]
        found = [one for one in self.all if one.act is not None and one.is_listed and _has(one, words)]
        found.sort(key=lambda one: _rank(one, words))
        return [one for one in found if one.enabled()]

    def groups(self) -> list[tuple[str, list[Command]]]:
        """Those with keys, under the marked words of their group."""
        with_keys = [one for one in self.all if one.keys]
        names = [*GROUPS, *dict.fromkeys(one.group for one in with_keys if one.group not in GROUPS)]
        return [(name, mine) for name in names if (mine := [one for one in with_keys if one.group == name])]


def key_words(keys: str) -> str:
    """Qt's portable name of a key or of keys, as it stands on the keys of this computer."""
    if sys.platform == "darwin":
        return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
    return "+".join(NAMED_KEYS.get(part, part) for part in keys.split("+"))


def _has(command: Command, words: list[str]) -> bool:
    said = folded_line(f"{command.title} {command.words} {say(command.group)}")
    return all(word in said for word in words)


def _rank(command: Command, words: list[str]) -> int:
    """A title that begins so goes before one with a word that does, and that before the rest."""
    titles = (folded_line(command.title), folded_line(command.words))
    if not words or any(title.startswith(words[0]) for title in titles):
        return 0
    return 1 if any(part.startswith(words[0]) for title in titles for part in title.split()) else 2
