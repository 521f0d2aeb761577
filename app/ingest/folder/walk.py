"""What a folder holds, name by name in a fixed order, and what the first bytes of each file say it is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Literal

from app.ingest.decoding import decode, looks_like_text
from app.ingest.folder.ignore import Rules
from app.ingest.refusal import OLE_MAGIC, ZIP_MAGICS, is_known_binary
from app.ingest.source import HEAD_BYTES, shown

MAX_FILES = 20_000
MAX_FOLDER_DEPTH = 40
MAX_IGNORE_BYTES = 1 << 20
TEXT_BYTES = 4 << 20
TOOLS_FOLDERS = frozenset({".git", ".hg", ".svn", "__pycache__", "node_modules", ".venv", ".tox", ".mypy_cache"})
PROGRAM_ARCHIVES = frozenset(
    {".jar", ".war", ".ear", ".whl", ".egg", ".apk", ".aab", ".xpi", ".nupkg", ".aar", ".crx", ".vsix", ".pyz"}
    | {".ipa", ".npz", ".pth", ".pt"}
)
DOCUMENT_SUFFIXES = frozenset({".ipynb", ".eml", ".msg", ".mbox", ".mht", ".mhtml"})
DOCUMENT_MAGICS = (*ZIP_MAGICS, OLE_MAGIC, b"%PDF-", b"{\\rtf", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
Nature = Literal["text", "document", "binary", "empty", "unreadable"]


@dataclass(frozen=True, slots=True)
class Found:
    """A name in the folder, with forward slashes; `why_not` says why it is not looked into."""

    name: str
    path: Path
    size_bytes: int = 0
    why_not: str = ""


def walk(top: Path) -> Iterator[Found]:
    """Every file below `top`, those of a folder before its subfolders. Links are named, never followed."""
    left = MAX_FILES
    for found in _walk(top, "", Rules(), 0):
        yield found
        left -= 1
        if left == 0:
            yield Found(f"… more than {MAX_FILES} files", top, why_not="left out, there are too many")
            return


def nature(found: Found) -> Nature:
    """What a file is by its first bytes, and by its name where text is a document of its own."""
    try:
        with found.path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
    except OSError:
        return "unreadable"
    suffix = PurePath(found.name).suffix.lower()
    if not head:
        return "empty"
    if suffix in PROGRAM_ARCHIVES:
        return "binary"
    if suffix in DOCUMENT_SUFFIXES or head.startswith(DOCUMENT_MAGICS):
        return "document"
    return "text" if not is_known_binary(head) and looks_like_text(head) else "binary"


def _walk(folder: Path, name: str, rules: Rules, depth: int) -> Iterator[Found]:
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: (entry.name.casefold(), entry.name))
    except OSError as error:
        yield Found(f"{name}/", folder, why_not=f"could not be opened: {error.strerror}")
        return
    rules = rules.below(name, _ignore_file(folder))
    folders = []
    for entry in entries:
        path = f"{name}/{entry.name}" if name else entry.name
        if entry.is_symlink():
            yield Found(shown(path), Path(entry.path), why_not="a link, not followed")
        elif entry.is_dir(follow_symlinks=False):
            folders.append((path, entry))
        else:
            yield _file(path, entry, rules)
    for path, entry in folders:
        if entry.name in TOOLS_FOLDERS:
            yield Found(shown(path) + "/", Path(entry.path), why_not="left out, made by tools")
        elif rules.ignores(path, is_folder=True):
            yield Found(shown(path) + "/", Path(entry.path), why_not="left out by .gitignore")
        elif depth >= MAX_FOLDER_DEPTH:
            yield Found(shown(path) + "/", Path(entry.path), why_not="not opened, nested too deeply")
        else:
            yield from _walk(Path(entry.path), path, rules, depth + 1)


def _file(path: str, entry: os.DirEntry[str], rules: Rules) -> Found:
    try:
        size, is_file = entry.stat(follow_symlinks=False).st_size, entry.is_file(follow_symlinks=False)
    except OSError:
        return Found(shown(path), Path(entry.path), why_not="could not be opened")
    if rules.ignores(path, is_folder=False):
        return Found(shown(path), Path(entry.path), size, "left out by .gitignore")
    return Found(shown(path), Path(entry.path), size, "" if is_file else "not a file")


def _ignore_file(folder: Path) -> str:
    path = folder / ".gitignore"
    try:
        if path.is_symlink() or not path.is_file():
            return ""
        with path.open("rb") as stream:
            return decode(stream.read(MAX_IGNORE_BYTES)).text
    except OSError:
        return ""
