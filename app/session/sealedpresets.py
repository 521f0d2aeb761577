"""The presets of a profile with a vault: all in one sealed file, so that not even their names can be read.

Going in, the sealed file is on the disk before the first readable one is erased; coming out, every readable one is on
the disk before the vault is taken down. A crash leaves both, and the next unlocking puts them together again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from app.config.presetshelf import ASIDE, FolderShelf
from app.core.errors import CarrelError
from app.core.files import cannot_read, overwrite_and_remove
from app.session.private import PRESETS, SEALED, PrivateFiles

LARGEST_BYTES = 1 << 20  # a larger file in the folder is none of ours
Files = dict[str, bytes]
_decoder = msgspec.json.Decoder(Files)


class SealedShelf:
    """As a folder of presets, kept in the vault. Locked it is empty, and nothing can be written."""

    def __init__(self, private: PrivateFiles) -> None:
        self._private = private

    def all(self) -> Files:
        try:
            return self.to_change()
        except CarrelError:
            return {}

    def to_change(self) -> Files:
        """All of them for whoever puts others in their place. Raises CarrelError when they are there and cannot be read
        just now: they would be lost.
        """
        try:
            content = self._private.read_surely(PRESETS)
        except OSError as error:
            raise cannot_read(Path(PRESETS + SEALED), error) from error
        try:
            return _decoder.decode(content) if content else {}
        except msgspec.MsgspecError:
            return {}

    def keep(self, files: Mapping[str, bytes]) -> None:
        self._private.keep(PRESETS, encoded(files))

    def names(self) -> list[str]:
        return sorted(self.all())

    def read(self, name: str) -> bytes:
        try:
            return self.all()[name]
        except KeyError:
            raise FileNotFoundError(name) from None

    def write(self, name: str, content: bytes) -> None:
        self.keep(self.to_change() | {name: content})

    def move(self, name: str, other: str) -> None:
        files = self.to_change()
        if name in files:
            files[other] = files.pop(name)
            self.keep(files)

    def remove(self, name: str) -> None:
        files = self.to_change()
        if files.pop(name, None) is not None:
            self.keep(files)


def encoded(files: Mapping[str, bytes]) -> bytes:
    return msgspec.json.encode(dict(sorted(files.items())))


def seal_presets(folder: Path, private: PrivateFiles, root: Path) -> None:
    """Take in what lies readable in the folder, then erase it there. Raises CarrelError and OSError.

    Where both have a preset and they differ, the one written later is used and the other kept aside.
    """
    plain, shelf = FolderShelf(folder), SealedShelf(private)
    names = [name for name in plain.names() if not _is_left_over(name) and _size(folder / name) <= LARGEST_BYTES]
    if names:
        sealed_s = _changed_s(root / (PRESETS + SEALED))
        here = shelf.to_change()
        merged = _Merged(here)
        for name in names:
            merged.take(name, plain.read(name), is_newer=_changed_s(folder / name) > sealed_s)
        if merged.files != here:
            shelf.keep(merged.files)
    for file in [folder / name for name in plain.names() if name in names or _is_left_over(name)]:
        overwrite_and_remove(file)
    for empty in (folder / ASIDE, folder):
        with contextlib.suppress(OSError):  # something else of the user's lies there, or it was never made
            empty.rmdir()


def write_presets_in_clear(folder: Path, private: PrivateFiles) -> None:
    """A readable copy of every one. Raises CarrelError."""
    plain = FolderShelf(folder)
    for name, content in SealedShelf(private).to_change().items():
        plain.write(name, content)


class _Merged:
    """Two sets of presets put together, without a loss."""

    def __init__(self, files: Files) -> None:
        self.files = dict(files)

    def take(self, name: str, content: bytes, *, is_newer: bool) -> None:
        here = self.files.get(name)
        if here is None:
            self.files[name] = content
        elif here != content:
            older = here if is_newer else content
            self.files[name] = content if is_newer else here
            if older not in self.files.values():
                self.files[self._free(name)] = older

    def _free(self, name: str) -> str:
        taken, stem = self.files, name.removeprefix(ASIDE)
        return next(one for number in range(1, 100_000) if (one := f"{ASIDE}{number}-{stem}") not in taken)


def merged_with(files: Files, newer: Mapping[str, bytes]) -> Files:
    """What is kept with what comes in its place; what it replaces is kept aside."""
    merged = _Merged(files)
    for name, content in newer.items():
        merged.take(name, content, is_newer=True)
    return merged.files


def _is_left_over(name: str) -> bool:
    """What a crash left of a write."""
    return name.endswith(".new")


def _size(file: Path) -> int:
    return file.stat().st_size


def _changed_s(file: Path) -> float:
    with contextlib.suppress(OSError):
        return file.stat().st_mtime
    return 0.0
