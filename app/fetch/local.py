"""Takes a model file that is already on this computer, where it lies: nothing is copied or moved."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import msgspec

from app.config.paths import expanded
from app.core.errors import CarrelError
from app.core.files import not_there
from app.fetch import faults

_SPLIT = re.compile(r"(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})\.gguf", re.IGNORECASE)
_POINTER = b"version https://git-lfs"
_HEAD_BYTES = 64
PARTS_MOST = 1000


class Import(msgspec.Struct, frozen=True):
    """A model on this computer: one file, or all parts of a split one in order. llama.cpp is given the first."""

    files: tuple[Path, ...]
    size_bytes: int

    @property
    def path(self) -> Path:
        return self.files[0]

    @property
    def is_split(self) -> bool:
        return len(self.files) > 1


def inspect_import(path: Path) -> Import:
    """Find the GGUF behind a path the user gave: a file, any part of a split one, or a folder that holds one model.

    Reads a few bytes of each file and no more. Raises CarrelError with what is wrong and what to do.
    """
    path = expanded(path).absolute()  # not resolved: a link keeps the name the user knows
    try:
        files = _parts_of(_only_model_in(path) if path.is_dir() else path)
        for file in files:
            _check_file(file)
        return Import(files, sum(file.stat().st_size for file in files))
    except OSError as error:
        raise faults.from_disk(error, path) from error


def _only_model_in(folder: Path) -> Path:
    models = [file for file in sorted(folder.iterdir()) if file.suffix.lower() == ".gguf" and file.is_file()]
    whole = [file for file in models if not _is_later_part(file) and not file.name.lower().startswith("mmproj")]
    if not whole:
        raise CarrelError(
            "no_gguf_in_folder",
            "There is no GGUF model in {folder}.",
            "Choose the folder with the .gguf file, or the file itself.",
            folder=str(folder),
        )
    if len(whole) > 1:
        raise CarrelError(
            "many_gguf_in_folder",
            "{folder} holds {count} models: {names}.",
            "Choose one of the files.",
            folder=str(folder),
            count=len(whole),
            names=", ".join(file.name for file in whole[:5]) + (", …" if len(whole) > 5 else ""),
        )
    return whole[0]


def _is_later_part(file: Path) -> bool:
    found = _SPLIT.fullmatch(file.name)
    return found is not None and int(found["number"]) != 1


def _parts_of(file: Path) -> tuple[Path, ...]:
    """All parts of a split model in order; a file that is not split is its only part."""
    found = _SPLIT.fullmatch(file.name)
    if not found:
        return (file,)
    count = int(found["count"])
    if not 1 <= int(found["number"]) <= count <= PARTS_MOST:
        return (file,)
    names = [f"{found['stem']}-{number:05d}-of-{count:05d}{file.suffix}" for number in range(1, count + 1)]
    missing = [name for name in names if not (file.parent / name).exists()]
    if missing and file.exists():
        raise CarrelError(
            "parts_missing",
            "The model comes in {count} files and {missing_count} of them are missing, first {first}.",
            "Put all of them into {folder}.",
            count=count,
            missing_count=len(missing),
            first=missing[0],
            folder=str(file.parent),
        )
    return tuple(file.parent / name for name in names)


def _check_file(file: Path) -> None:
    try:
        found = file.stat()
    except FileNotFoundError as error:
        raise not_there(file) from error
    if not stat.S_ISREG(found.st_mode):
        raise CarrelError("not_a_file", "{path} is not a file.", "Choose a .gguf file.", path=str(file))
    if file.name.endswith(".part"):
        raise _unfinished(file)
    try:
        with open(file, "rb") as handle:
            head = handle.read(_HEAD_BYTES)
    except PermissionError as error:
        raise CarrelError(
            "not_readable",
            "{path} may not be read.",
            "Give yourself permission to read it, or copy it to your own folder.",
            path=str(file),
        ) from error
    if head[:4] != b"GGUF" or found.st_size < _HEAD_BYTES // 2:
        raise _not_gguf(file, head)


def _not_gguf(file: Path, head: bytes) -> CarrelError:
    if not head.strip(b"\0"):
        return _unfinished(file)
    if head.startswith(_POINTER):
        return CarrelError(
            "pointer_only",
            "{name} is only a pointer of Git LFS, not the model itself.",
            "Run “git lfs pull” there, or download the model in Carrel.",
            name=file.name,
        )
    if head.lstrip()[:1] == b"<":
        return CarrelError(
            "web_page",
            "{name} is a web page that was saved under the name of a model.",
            "Download the model again.",
            name=file.name,
        )
    return CarrelError(
        "not_gguf",
        "{name} is not a GGUF file.",
        "Choose a model whose name ends in .gguf; other formats must be converted first.",
        name=file.name,
    )


def _unfinished(file: Path) -> CarrelError:
    return CarrelError(
        "unfinished_file",
        "{name} has not been downloaded completely.",
        "Finish the download first.",
        name=file.name,
    )
