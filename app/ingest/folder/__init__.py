"""A folder as a document: its map first, then its text files page by page, as written.

Files that are documents of their own (PDF, Office, archives, mail, notebooks) are named in the map and reported, so
that each is read in a child of its own and becomes a line of its own in the message and in the reading receipt.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from app.core.errors import CarrelError
from app.core.words import mark
from app.ingest.container import Container
from app.ingest.folder.walk import TEXT_BYTES, Found, nature, walk
from app.ingest.source import Output, Source

KIND = "folder"
MAX_DOCUMENTS = 200
OWN_DOCUMENT = "a document of its own"
TOO_MANY_DOCUMENTS = mark("{name} holds {count} documents; only the first {limit} were added.")
WHY_NOT = {
    "binary": "skipped, holds no text",
    "empty": "empty",
    "unreadable": "could not be opened",
}


def read_folder(source: Source, path: Path, output: Output, on_document: Callable[[Path], object]) -> str:
    """Send the pages of a folder; returns what `hash_folder` would. `on_document` hears of each document in it."""
    from app.ingest.readers import TEXT

    reading = _FolderReading(Container(source, output, lambda _: TEXT), on_document)
    for found in walk(path):
        reading.take(found)
    if not reading.container.parts:
        raise CarrelError("empty_file", "{name} is empty.", "Choose the folder that has the files.", name=source.name)
    if reading.documents > MAX_DOCUMENTS:
        output.warn(TOO_MANY_DOCUMENTS, count=reading.documents, limit=MAX_DOCUMENTS)
    reading.container.send(KIND)
    was_all_read = not reading.container.is_full and not source.trace.skip
    return reading.hash.hexdigest() if was_all_read else hash_folder(path)


def hash_folder(path: Path) -> str:
    """The hash of the text files of a folder and their names: it changes when what was read of it would change."""
    digest = sha256()
    for found in walk(path):
        if not found.why_not and found.size_bytes <= TEXT_BYTES and nature(found) == "text":
            _add(digest.update, found.name, found.path.read_bytes())
    return digest.hexdigest()


class _FolderReading:
    def __init__(self, container: Container, on_document: Callable[[Path], object]) -> None:
        self.container, self._on_document = container, on_document
        self.hash = sha256()
        self.documents = 0

    def take(self, found: Found) -> None:
        if found.why_not:
            self.container.leave_out(found.name, found.size_bytes, found.why_not)
            return
        kind = nature(found)
        if kind == "document":
            self._take_document(found)
        elif kind == "text" and found.size_bytes > TEXT_BYTES:
            self.container.skip(found.name, found.size_bytes, "left out, too long; add it by itself")
        elif kind == "text":
            self.container.add(found.name, found.size_bytes, lambda: self._load(found))
        else:
            self.container.leave_out(found.name, found.size_bytes, WHY_NOT[kind])

    def _take_document(self, found: Found) -> None:
        self.documents += 1
        if self.documents > MAX_DOCUMENTS:
            self.container.skip(found.name, found.size_bytes, "left out, there are too many documents")
        else:
            self._on_document(found.path)
            self.container.leave_out(found.name, found.size_bytes, OWN_DOCUMENT)

    def _load(self, found: Found) -> bytes:
        data = found.path.read_bytes()
        _add(self.hash.update, found.name, data)
        return data


def _add(update: Callable[[bytes], object], name: str, data: bytes) -> None:
    update(name.encode("utf-8", "replace") + b"\0" + sha256(data).digest())
