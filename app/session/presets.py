"""The presets of this profile: offered, found by name, kept, copied, taken away and brought back.

Small files, read and written at once on the main thread.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain, count
from pathlib import Path

import msgspec

from app.config import presets as files
from app.config.presetshelf import FolderShelf, Shelf
from app.core.emitter import Emitter
from app.core.errors import CarrelError
from app.core.params import Choices
from app.core.preset import Preset
from app.core.words import language, say

Undo = Callable[[], None]
LANGUAGES = ("en", "zh_CN")


class Presets:
    """Event: `changed()`. Carrel's own come in the language spoken; what the user changed stays as it was written."""

    def __init__(
        self, folder: Path, sealed: Shelf | None = None, is_sealed: Callable[[], bool] = lambda: False
    ) -> None:
        self._plain, self._sealed, self._is_sealed = FolderShelf(folder), sealed, is_sealed
        self._read_for: str | None = None
        self._all: tuple[Preset, ...] = ()
        self._problems: tuple[CarrelError, ...] = ()
        self._hidden: frozenset[str] = frozenset()
        self._originals: dict[str, tuple[Preset, ...]] = {}
        self.changed: Emitter[[]] = Emitter()

    @property
    def _shelf(self) -> Shelf:
        """Readable files, or with a vault what lies in it."""
        return self._sealed if self._sealed is not None and self._is_sealed() else self._plain

    @property
    def all(self) -> tuple[Preset, ...]:
        """Carrel's own first, in their order, then the user's by name."""
        if self._read_for != language():
            self._read()
        return self._all

    @property
    def problems(self) -> tuple[CarrelError, ...]:
        """Files of the folder that could not be read."""
        if self._read_for != language():
            self._read()
        return self._problems

    @property
    def hidden(self) -> tuple[Preset, ...]:
        """Those of Carrel that the user took away."""
        names = {preset.key for preset in self.all}
        return tuple(one for one in self._of_carrel() if one.key not in names)

    def find(self, name: str) -> Preset | None:
        """By key, else by name, capitals apart."""
        wanted = name.strip().casefold()
        by_key = next((one for one in self.all if one.key == wanted), None)
        return by_key or next((one for one in self.all if one.name.casefold() == wanted), None)

    def get(self, name: str) -> Preset:
        """The same; raises CarrelError when there is none."""
        found = self.find(name)
        if found is None:
            names = say(", ").join(f"{one.key} ({one.name})" for one in self.all)
            raise CarrelError(
                "no_such_preset", "There is no preset {name}.", "There are: {names}.", name=name, names=names
            )
        return found

    def base_of(self, choices: Choices) -> Choices:
        """What a chat took over from its preset, so far as it can be known; nothing without one.

        A chat keeps the words of the language it was begun in, so Carrel's presets are looked up in every language.
        """
        found = self.find(choices.preset) if choices.preset else None
        if found is None:
            return Choices(preset=choices.preset)
        if found.origin == "carrel":
            other = (one for tongue in LANGUAGES for one in self._of_carrel(tongue) if one.key == found.key)
            found = next((one for one in other if one.choices.instructions == choices.instructions), found)
        return found.applied

    def original(self, key: str) -> Preset | None:
        """As it came with Carrel, in the language spoken."""
        return next((one for one in self._of_carrel() if one.key == key), None)

    # ---- changing

    def keep(self, preset: Preset) -> Preset:
        """Write it down under its key; one that is as it came with Carrel needs no file."""
        if not preset.name.strip():
            raise CarrelError("preset_without_name", "The preset has no name.", "Give it one.")
        original = self.original(preset.key)
        if original is not None and preset.says_the_same(original):
            files.set_aside(self._shelf, preset.key)
        else:
            files.write_preset(self._shelf, preset)
        return self._again(preset.key)

    def add(self, name: str, like: Preset | None = None, choices: Choices | None = None) -> Preset:
        """A new one, empty, after `like`, or with the `choices` of a chat."""
        taken = frozenset({one.key for one in self.all} | self._hidden | {one.key for one in self._of_carrel()})
        made = msgspec.structs.replace(
            like or Preset("", ""), key=files.free_key(name, taken), name=self._free_name(name), place=0, origin="own"
        )
        if choices is not None:
            made = msgspec.structs.replace(made, choices=msgspec.structs.replace(choices, preset=""))
        return self.keep(made)

    def rename(self, key: str, name: str) -> Preset:
        return self.keep(msgspec.structs.replace(self.get(key), name=name.strip()))

    def remove(self, key: str) -> Undo:
        """Take it away; returns what brings it back."""
        self.get(key)
        aside = files.set_aside(self._shelf, key)
        if self.original(key) is not None:
            files.hide_original(self._shelf, key)
        self._again()
        return self._undo(key, aside)

    def reset(self, key: str) -> Undo:
        """Back to how it came with Carrel; returns what brings the changes back."""
        aside = files.set_aside(self._shelf, key)
        self._again()
        return self._undo(key, aside)

    def bring_back_originals(self) -> None:
        """What was taken away of Carrel's own is offered again."""
        for preset in self.hidden:
            files.bring_back(self._shelf, preset.key, None)
        self._again()

    def refresh(self) -> None:
        """The files may have been changed by hand."""
        before = (self._all, self._problems)
        self._read()
        if before != (self._all, self._problems):
            self.changed.emit()

    def contents(self) -> dict[str, bytes]:
        """The user's files by name, without those that were moved aside, for a backup."""
        shelf = self._shelf
        return {name: shelf.read(name) for name in shelf.names() if "/" not in name}

    def take_in(self, name: str, content: bytes) -> bool:
        """Keep a file that comes from a backup, unless one of this name is here; whether it came."""
        if name in self._shelf.names():
            return False
        self._shelf.write(name, content)
        self._again()
        return True

    # ---- inside

    def _undo(self, key: str, aside: str | None) -> Undo:
        def undo() -> None:
            files.bring_back(self._shelf, key, aside)
            self._again()

        return undo

    def _again(self, key: str = "") -> Preset:
        self._read()
        self.changed.emit()
        return next((one for one in self._all if one.key == key), Preset(key, ""))

    def _of_carrel(self, tongue: str = "") -> tuple[Preset, ...]:
        spoken = tongue or (language() if language() in LANGUAGES else "en")
        if spoken not in self._originals:
            self._originals[spoken] = files.read_originals(spoken)
        return self._originals[spoken]

    def _read(self) -> None:
        own = files.read_own(self._shelf)
        mine = {preset.key: preset for preset in own.presets}
        offered = [
            msgspec.structs.replace(mine.pop(one.key), origin="changed", place=one.place) if one.key in mine else one
            for one in self._of_carrel()
            if one.key not in own.hidden
        ]
        rest = sorted(mine.values(), key=lambda preset: preset.name.casefold())
        self._all, self._problems, self._hidden = (*offered, *rest), own.problems, own.hidden
        self._read_for = language()

    def _free_name(self, name: str) -> str:
        """The name, numbered when another preset has it."""
        wanted, taken = name.strip(), {one.name.casefold() for one in self.all}
        numbered = (f"{wanted} {number}" for number in count(2))
        return next(one for one in chain([wanted], numbered) if one.casefold() not in taken)
