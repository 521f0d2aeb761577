"""What a backup says of itself, and which files of a profile it holds."""

from __future__ import annotations

from pathlib import Path

import msgspec

from app.config.paths import Home
from app.core.errors import CarrelError

FORMAT, VERSION = "carrel-backup", 1
ENDING = ".carrel-backup"
MANIFEST, DATABASE, SETTINGS = "manifest.json", "chats.sqlite", "settings.toml"
PRESETS = "presets/"
Contents = dict[str, Path | bytes]  # of a backup: by its name a file, or what is in it
LARGEST_SMALL_BYTES = 16 << 20


class Entry(msgspec.Struct, frozen=True):
    """One file in the backup."""

    name: str
    size_bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, omit_defaults=True):
    """The last file written. `steps` are those of the tables; `database_key` opens the chats inside a locked backup.

    Models, saved sessions, logs and what was measured on this computer are not inside.
    """

    carrel: str
    made_at: float
    steps: int
    counts: dict[str, int]
    entries: tuple[Entry, ...]
    format: str = ""
    version: int = 0
    database_key: str = ""


def presets_of(home: Home) -> Contents:
    """The user's own presets, by their name in the backup."""
    if not home.presets.is_dir():
        return {}
    return {PRESETS + file.name: file for file in sorted(home.presets.iterdir()) if file.is_file()}


def place_of(home: Home, name: str) -> Path:
    """Where a file of a backup belongs. Raises CarrelError for a name that belongs nowhere."""
    if name == SETTINGS:
        return home.settings_file
    own = name.removeprefix(PRESETS)
    if name.startswith(PRESETS) and own and own == Path(own).name and "\\" not in own and ":" not in own:
        return home.presets / own
    raise damaged(name)


def damaged(cause: str) -> CarrelError:
    return CarrelError(
        "backup_damaged",
        "This backup is damaged or incomplete: {cause}. Nothing was changed.",
        "Take another copy of it.",
        cause=cause,
    )


def newer() -> CarrelError:
    return CarrelError(
        "backup_newer",
        "This backup was made by a newer Carrel. Nothing was changed.",
        "Update Carrel, then restore it.",
    )
