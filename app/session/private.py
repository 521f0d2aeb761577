"""Small files in the profile that hold the user's own words: readable without a vault, sealed with one.

They are few and small: read and written at once on the main thread.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from app.core.files import overwrite_and_remove, put_in_place, sync_folder, write_durably
from app.core.sealing import CHUNK_BYTES, BrokenSeal, Key, Sealer, open_bytes, seal_bytes, unsealed
from app.store.cipher import locked

SEALED = ".sealed"
INSTRUCTIONS, DEFAULT_PRESET, PRESETS = "instructions.txt", "default-preset.txt", "presets.json"
ELSEWHERE = (INSTRUCTIONS, DEFAULT_PRESET, PRESETS)  # without a vault they are in the settings and in a folder
SET_ASIDE = ("*.db.damaged-*", "before-restore-*/*", "before-restore-*/*/*")
PATTERNS = ("draft*.txt", "draft*.json", "new-chat*.json", *ELSEWHERE)


class PrivateFiles:
    """By name, in the profile's folder. `key` gives nothing without a vault, None while it is locked."""

    def __init__(self, folder: Path, key: Callable[[], Key | None]) -> None:
        self._folder, self._key = folder, key

    def read(self, name: str) -> bytes | None:
        """What is kept under `name`; None when nothing is, or nothing that can be read now."""
        try:
            return self.read_surely(name)
        except OSError:
            return None

    def read_surely(self, name: str) -> bytes | None:
        """The same for whoever puts something in its place: raises OSError when it is there and the disk refuses it."""
        key = self._key()
        if key is None:
            return None
        try:
            if not key:
                return (self._folder / name).read_bytes()
            return open_bytes((self._folder / (name + SEALED)).read_bytes(), key, _purpose(name))
        except (FileNotFoundError, BrokenSeal):
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

    def sealed(self, name: str, content: bytes) -> bytes:
        """As it would be kept. Raises CarrelError: the vault is locked, or there is none."""
        key = self._key()
        if not key:
            raise locked()
        return seal_bytes(content, key, _purpose(name))

    def remove(self, name: str) -> None:
        """Gone, under either name."""
        for each in (name, name + SEALED):
            (self._folder / each).unlink(missing_ok=True)

    def seal_all(self) -> None:
        """Seal what still lies here in the clear; what is sealed already is newer. Raises CarrelError and OSError."""
        for name in self._names(""):
            if self.read_surely(name) is None:  # also when it is sealed under the key of a vault that is gone
                self.keep(name, (self._folder / name).read_bytes())
            overwrite_and_remove(self._folder / name)

    def write_in_clear(self) -> None:
        """A readable copy of all that is sealed. Raises CarrelError and OSError."""
        for name in self._names(SEALED):
            content = self.read_surely(name)
            if content is not None and name not in ELSEWHERE:
                write_durably(self._folder / name, content)

    def remove_sealed(self) -> None:
        """The sealed ones alone."""
        for name in self._names(SEALED):
            (self._folder / (name + SEALED)).unlink(missing_ok=True)

    def _names(self, ending: str) -> Iterator[str]:
        found = {path.name for pattern in PATTERNS for path in self._folder.glob(pattern + ending)}
        yield from sorted(name.removesuffix(ending) for name in found)


def seal_set_aside(folder: Path, key: Key) -> None:
    """Whole files of chats that were put aside, damaged or before a backup came in their place: sealed where they lie.

    Takes as long as they are large. Raises OSError.
    """
    for file in _set_aside(folder):
        sealed = file.with_name(file.name + SEALED)
        part = file.with_name(f"{file.name}{SEALED}.part")
        with file.open("rb") as source, part.open("wb") as target:
            sealer = Sealer(target, key, _purpose(file.name))
            while piece := source.read(CHUNK_BYTES):
                sealer.write(piece)
            sealer.finish()
            target.flush()
            os.fsync(target.fileno())
        put_in_place(part, sealed)
        sync_folder(sealed.parent)
        overwrite_and_remove(file)


def unseal_set_aside(folder: Path, key: Key) -> None:
    """As they were. Raises OSError and BrokenSeal."""
    for sealed in _set_aside(folder, SEALED):
        file = sealed.with_name(sealed.name.removesuffix(SEALED))
        part = sealed.with_name(f"{file.name}.part")
        with sealed.open("rb") as source, part.open("wb") as target:
            for piece in unsealed(source, key, _purpose(file.name)):
                target.write(piece)
            target.flush()
            os.fsync(target.fileno())
        put_in_place(part, file)
        sync_folder(file.parent)
        sealed.unlink()


def _set_aside(folder: Path, ending: str = "") -> list[Path]:
    found = [path for pattern in SET_ASIDE for path in folder.glob(pattern + ending) if path.is_file()]
    return sorted(path for path in found if ending or path.suffix not in (SEALED, ".part"))


def _purpose(name: str) -> str:
    return f"private file {name}"
