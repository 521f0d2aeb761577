"""From the bytes of a file to the values in it, one after another: a decade of chats need not fit into memory at once.

A file may be JSON, a value a line, either of them in another encoding, packed in a zip, or cut off in the middle.
"""

from __future__ import annotations

import json
import lzma
import mmap
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import psutil

from app.core.errors import CarrelError
from app.core.units import format_bytes
from app.core.words import say
from app.session.importing.encodings import MAPPED_BYTES, Content, as_utf8
from app.session.importing.found import DAMAGED, Tally

LARGEST_BYTES = 4 << 30  # of JSON
CHATS_IN = ("conversations", "chats", "data", "threads")  # where a list of chats stands in an object
PEEKED = 64
WHOLE, PIECEWISE = 12, 2  # how much memory a byte takes when all of it is one value, or a chat at a time
_ARCHIVED = re.compile(r"conversations[-_0-9]*\.json")  # what data exports call their chats
_INSIDE = re.compile(r'"(?:%s)"\s*:\s*\[' % "|".join(CHATS_IN))  # noqa: UP031 - braces mean something else here
_PLACE = re.compile(r"\(byte (\d+)\)|position (\d+)")  # where a reader of JSON or of letters stopped
_NEXT = re.compile(r"[\s,]*")
_raws = msgspec.json.Decoder(list[msgspec.Raw])
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_BAD_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,
    RuntimeError,
    EOFError,
    ValueError,
)
_BAD = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError)


class Stream:
    """Values that are read again each time they are gone through."""

    def __init__(self, make: Callable[[], Iterator[Any]]) -> None:
        self._make = make

    def __iter__(self) -> Iterator[Any]:
        return self._make()

    def peek(self) -> list[Any]:
        """The first of them."""
        return list(islice(self, PEEKED))


def values_of(path: Path, tally: Tally) -> Any:
    """What is in a file: a value, or a `Stream` of those of a list. Raises CarrelError and OSError."""
    if zipfile.is_zipfile(path):
        parts = _unpacked(path)
        if len(parts) > 1:
            streams = [_decoded(path, part, tally) for part in parts]
            return Stream(lambda: (one for stream in streams for one in _each(stream)))
        return _decoded(path, parts[0], tally)
    return _decoded(path, content_of(path), tally)


def content_of(path: Path) -> Content:
    size_bytes = path.stat().st_size
    refuse_too_large(path, size_bytes, PIECEWISE)
    if size_bytes < MAPPED_BYTES:
        return path.read_bytes()
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def refuse_too_large(path: Path, size_bytes: int, factor: int) -> None:
    """Raise when reading it would take more memory than is free."""
    if size_bytes > LARGEST_BYTES or size_bytes * factor > psutil.virtual_memory().available:
        raise CarrelError(
            "chats_too_large",
            "{file} holds {size} of chats, more than the free memory of this computer can take in at once.",
            "Close other programs, or export the chats in several files.",
            file=path.name,
            size=format_bytes(size_bytes),
        )


def not_chats(path: Path, cause: str) -> CarrelError:
    """`cause` is a sentence, or nothing."""
    return CarrelError(
        "not_chats",
        "{file} holds no chats that Carrel can read. {cause}",
        "Export them as JSON from the other program: ChatGPT, Open WebUI, LM Studio, Jan, Claude, or Carrel itself. "
        "For Ollama, choose its db.sqlite.",
        file=path.name,
        cause=cause,
    )


def lines_of(content: Content) -> Stream:
    """A value a line; None for a line that is none."""

    def read() -> Iterator[Any]:
        for line in _split(content):
            if line.strip():
                try:
                    yield msgspec.json.decode(line)
                except _BAD:
                    yield None

    return Stream(read)


# ---- inside


def _each(value: Any) -> Iterator[Any]:
    yield from value if isinstance(value, list | Stream) else [value]


def _unpacked(path: Path) -> list[bytes]:
    """A data export comes as a zip with pictures; the chats are one file in it, or several."""
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [info for info in archive.infolist() if _ARCHIVED.fullmatch(Path(info.filename).name)]
            size_bytes = sum(info.file_size for info in infos)
            refuse_too_large(path, size_bytes, PIECEWISE)
            contents = []
            for info in sorted(infos, key=lambda one: one.filename):
                with archive.open(info) as handle:
                    contents.append(handle.read(info.file_size))  # no more than it said it would be
    except _BAD_ZIP as error:
        raise not_chats(path, say("The zip is damaged, or locked with a password.")) from error
    if not contents:
        raise not_chats(path, say("There is no conversations.json in the zip."))
    return contents


def _decoded(path: Path, content: Content, tally: Tally) -> Any:
    content = as_utf8(content)
    try:
        return _json(path, content)
    except _BAD as error:
        lines = lines_of(content)
        if any(isinstance(one, dict) for one in lines.peek()):
            return lines
        if "truncated" in str(error) and _first(content) in (b"[", b"{"):
            return _saved(path, content, tally)
        raise not_chats(path, _fault_words(content, error)) from error


def _fault_words(content: Content, error: Exception) -> str:
    """Why it cannot be JSON: what the reader says of it is English, and no sentence."""
    if not _first(content):
        return say("There is nothing in it.")
    place = _PLACE.search(str(error))
    if place is None or _first(content) not in (b"[", b"{"):
        return say("It is not JSON.")
    return say("Its JSON has a fault at byte {place}.", place=f"{int(place[1] or place[2]):,}")


def _json(path: Path, content: Content) -> Any:
    start = _first(content)
    if start == b"[":
        return _stream(_raws.decode(content))
    if start == b"{":
        fields = _fields.decode(content)
        for name in CHATS_IN if "format" not in fields else ():
            inner = fields.get(name)
            if inner is not None and bytes(memoryview(inner)[:1]) == b"[":
                found = _stream(_raws.decode(inner))
                if any(isinstance(one, dict) and "role" not in one and "from" not in one for one in found.peek()):
                    return found
    refuse_too_large(path, len(content), WHOLE)
    return msgspec.json.decode(content)


def _stream(raws: list[msgspec.Raw]) -> Stream:
    def read() -> Iterator[Any]:
        for raw in raws:
            try:
                yield msgspec.json.decode(raw)
            except _BAD:
                yield None

    return Stream(read)


def _first(content: Content) -> bytes:
    return bytes(content[:256]).lstrip()[:1]


def _split(content: Content) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield from content.splitlines()
        return
    content.seek(0)
    at = 0
    while at < len(content):
        content.seek(at)
        line = content.readline()
        at = content.tell()
        yield line


# ---- what is damaged


def _saved(path: Path, content: Content, tally: Tally) -> list[Any]:
    """Whatever is whole of a list that ends in its middle. Raises CarrelError when nothing is."""
    refuse_too_large(path, len(content), WHOLE)
    text = bytes(content).decode("utf-8", "replace")
    inside = re.match(r"\s*\[", text) or (None if '"carrel-chats"' in text[:400] else _INSIDE.search(text))
    values: list[Any] = []
    if inside is not None:
        at, decoder = inside.end(), json.JSONDecoder()
        try:
            while True:
                at = _NEXT.match(text, at).end()  # type: ignore[union-attr]
                value, at = decoder.raw_decode(text, at)
                values.append(value)
        except (ValueError, RecursionError):
            tally.add(DAMAGED)
    if not values:
        raise CarrelError(
            "chats_cut_off",
            "{file} ends in the middle, so nothing of it can be read.",
            "Export or copy it again: it did not come over whole.",
            file=path.name,
        )
    return values
