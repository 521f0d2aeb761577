"""Where things live. One `Home` value is made at start and handed down; tests and `--home DIR` give another."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import platformdirs

from app.core.errors import CarrelError


@dataclass(frozen=True, slots=True)
class Home:
    """The folders of one profile. Folders exist after `open_home`."""

    root: Path
    models: Path
    logs: Path

    @property
    def settings_file(self) -> Path:
        return self.root / "settings.toml"

    @property
    def database_file(self) -> Path:
        return self.root / "carrel.db"

    @property
    def vault_file(self) -> Path:
        """Holds the key of the vault, sealed; there is none without a vault."""
        return self.root / "vault.json"

    @property
    def sessions_folder(self) -> Path:
        """What the engine has read, kept as KV states; may be deleted at any time."""
        return self.root / "sessions"

    @property
    def presets(self) -> Path:
        """The presets the user made or changed, one file each; made with the first of them."""
        return self.root / "presets"

    @property
    def engine_log_file(self) -> Path:
        """What the engine's children said before they ended."""
        return self.logs / "engine.log"

    @property
    def costs_file(self) -> Path:
        """What decoding was measured to cost here."""
        return self.root / "costs.json"

    @property
    def benchmarks_file(self) -> Path:
        """The benchmarks that were run here."""
        return self.root / "benchmarks.json"

    @property
    def catalog_facts_file(self) -> Path:
        """Hashes and sizes learned from the hub, frozen at first sight."""
        return self.root / "catalog-facts.json"


def open_home(folder: Path | None = None) -> Home:
    """The profile in `folder`, or this user's own; makes its folders."""
    root = expanded(folder).resolve() if folder else Path(platformdirs.user_data_dir("carrel", appauthor=False))
    home = Home(root=root, models=root / "models", logs=root / "logs")
    for path in (home.root, home.models, home.logs):
        _make_folder(path)
    return home


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CarrelError(
            "cannot_make_folder",
            "The folder {folder} could not be made: {cause}.",
            "Choose another folder, or check the permissions of the one above it.",
            folder=str(path),
            cause=error.strerror or str(error),
        ) from error


def resource(*parts: str) -> Path:
    """A file or folder under `resources/`, in a checkout or in the frozen program."""
    return _base(getattr(sys, "_MEIPASS", None)).joinpath("resources", *parts)


@cache
def _base(unpacked: str | None) -> Path:
    """Where the program lies. Looked up once: the first picture alone asks for fifty files."""
    return Path(unpacked) if unpacked else Path(__file__).resolve().parents[2]


def models_folder(home: Home, chosen: str) -> Path:
    """Where downloads go: the folder the user chose, or the profile's own."""
    return expanded(chosen) if chosen else home.models


def expanded(path: str | Path) -> Path:
    """The path with "~" filled in. Raises CarrelError for a user that does not exist."""
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise CarrelError(
            "no_such_user", "{path} names a user that does not exist here.", "Write the path in full.", path=str(path)
        ) from error
