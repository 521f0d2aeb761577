"""Small files in the profile that hold the user's own words: readable without a vault, sealed with one.

They are few and small: read and written at once on the main thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from app.core.files import overwrite_and_remove, write_durably
from app.core.sealing import BrokenSeal, Key, open_bytes, seal_bytes
from app.store.cipher import locked

SEALED = ".sealed"
INSTRUCTIONS = "instructions.txt"
PATTERNS = ("draft*.txt", "draft*.json", "new-chat*.json", INSTRUCTIONS)


class PrivateFiles:
    """By name, in the profile's folder. `key` gives nothing without a vault, None while it is locked."""

    def __init__(self, folder: Path, key: Callable[[], Key | None]) -> None:
        self._folder, self._key = folder, key

    def read(self, name: str) -> bytes | None:
        """What is kept under `name`; None when nothing is, or nothing that can be read now."""
        key = self._key()
        try:
            if key is None:
                return None
            if not key:
                return (self._folder / name).read_bytes()
            return open_bytes((self._folder / (name + SEALED)).read_bytes(), key, _purpose(name))
        except (OSError, BrokenSeal):
            return None

    def keep(self, name: str, content: bytes) -> None:
        """Raises CarrelError: the disk is full, or the vault is locked."""
        key = self._key()
        if key is None:
            raise locked()
        if key:
            write_durably(self._folder / (name + SEALED), seal_bytes(content, key, _purpose(name)))
        else:
            write_durably(self._folder / name, content)

    def remove(self, name: str) -> None:
        """Gone, under either name."""
        for each in (name, name + SEALED):
            (self._folder / each).unlink(missing_ok=True)

    def seal_all(self) -> None:
        """Seal what still lies here in the clear; what is sealed already is newer. Raises CarrelError and OSError."""
        for name in self._names(""):
            if not (self._folder / (name + SEALED)).exists():
                self.keep(name, (self._folder / name).read_bytes())
            overwrite_and_remove(self._folder / name)

    def write_in_clear(self) -> None:
        """A readable copy of all that is sealed. Raises CarrelError."""
        for name in self._names(SEALED):
            content = self.read(name)
            if content is not None and name != INSTRUCTIONS:  # those belong into the settings
                write_durably(self._folder / name, content)

    def remove_sealed(self) -> None:
        """The sealed ones alone."""
        for name in self._names(SEALED):
            (self._folder / (name + SEALED)).unlink(missing_ok=True)

    def _names(self, ending: str) -> Iterator[str]:
        found = {path.name for pattern in PATTERNS for path in self._folder.glob(pattern + ending)}
        yield from sorted(name.removesuffix(ending) for name in found)


def _purpose(name: str) -> str:
    return f"private file {name}"
