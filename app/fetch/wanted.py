"""Which file is wanted, what is known of it, and where it will lie. Plain values; names are checked here once."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import msgspec

from app.core.errors import CarrelError

HashSource = Literal["given", "hub", "mirror"]

SHA256 = re.compile(r"[0-9a-f]{64}")
_PART = r"[A-Za-z0-9_](?:[A-Za-z0-9._+ -]*[A-Za-z0-9_+-])?"  # no leading or trailing dot: neither ".." nor hidden files
_REPO = re.compile(rf"{_PART}/{_PART}")
_FILE = re.compile(rf"{_PART}(?:/{_PART})*")
_REVISION = re.compile(r"[A-Za-z0-9._/-]+")


class Wanted(msgspec.Struct, frozen=True):
    """A file on the hub as the caller knows it. `size_bytes` and `sha256` are None while nobody has pinned them."""

    repo: str
    revision: str
    file: str
    size_bytes: int | None = None
    sha256: str | None = None

    def __post_init__(self) -> None:
        named = _REPO.fullmatch(self.repo) and _FILE.fullmatch(self.file) and _REVISION.fullmatch(self.revision)
        if not named or (self.sha256 is not None and not SHA256.fullmatch(self.sha256)):
            raise CarrelError(
                "bad_model_name",
                "{name} is not the name of a model file.",
                "Write it as organisation/repository/file.gguf.",
                name=f"{self.repo}/{self.file}",
            )


class Facts(msgspec.Struct, frozen=True):
    """What the finished file must be. `revision` is a commit; `hash_source` says whose word `sha256` is."""

    repo: str
    revision: str
    file: str
    size_bytes: int
    sha256: str
    hash_source: HashSource = "given"


class Arrived(msgspec.Struct, frozen=True):
    """A file that is here and proven. The caller freezes `facts` when its own were incomplete."""

    path: Path
    facts: Facts


def target_path(models_folder: Path, wanted: Wanted) -> Path:
    """Where the file lies once it is here: `models/<org>/<repo>/<file>`."""
    return models_folder.joinpath(*wanted.repo.split("/"), *wanted.file.split("/"))


def given_facts(wanted: Wanted) -> Facts | None:
    """The facts when the caller already has all of them."""
    if wanted.size_bytes is None or wanted.sha256 is None:
        return None
    return Facts(wanted.repo, wanted.revision, wanted.file, wanted.size_bytes, wanted.sha256)
