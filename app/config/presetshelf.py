"""Where the files of presets lie: what every such place can do, and the one that is a folder of readable files."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from app.core.files import cannot_write, put_in_place, write_durably

ASIDE = "removed/"  # before the name of a file that was moved out of the way
ENDING = ".toml"


class Shelf(Protocol):
    """Small files by name, as "contract.toml"; those that were moved aside as "removed/contract.toml"."""

    def names(self) -> Iterable[str]:
        """Of all files, in order."""

    def read(self, name: str) -> bytes:
        """Raises OSError."""

    def write(self, name: str, content: bytes) -> None:
        """Durably. Raises CarrelError."""

    def move(self, name: str, other: str) -> None:
        """Give a file another name, in the place of one that has it. Raises CarrelError."""

    def remove(self, name: str) -> None:
        """One that is not there is gone already. Raises CarrelError."""


class FolderShelf:
    """A folder of readable files; made with the first of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self) -> list[str]:
        found = [*self._folder.glob("*"), *self._folder.glob(f"{ASIDE}*")]
        return sorted(path.relative_to(self._folder).as_posix() for path in found if path.is_file())

    def read(self, name: str) -> bytes:
        return (self._folder / name).read_bytes()

    def write(self, name: str, content: bytes) -> None:
        self._make(name)
        write_durably(self._folder / name, content)

    def move(self, name: str, other: str) -> None:
        self._make(other)
        try:
            put_in_place(self._folder / name, self._folder / other)
        except OSError as error:
            raise cannot_write(self._folder / name, error) from error

    def remove(self, name: str) -> None:
        try:
            with contextlib.suppress(FileNotFoundError):
                (self._folder / name).unlink()
        except OSError as error:
            raise cannot_write(self._folder / name, error) from error

    def _make(self, name: str) -> None:
        folder = (self._folder / name).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise cannot_write(folder, error) from error


def free_aside(shelf: Shelf, name: str) -> str:
    """A name among those moved aside that nothing has yet."""
    taken, stem = set(shelf.names()), name.removesuffix(ENDING)
    names = (f"{ASIDE}{stem}{number}{ENDING}" for number in ("", *(f"-{n}" for n in range(2, 100_000))))
    return next(one for one in names if one not in taken)
