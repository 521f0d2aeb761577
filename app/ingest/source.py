"""A file being read and the stream its pages go to: all that a reader is given."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path, PurePath
from typing import NoReturn

from app.core.chat import PageFlag
from app.core.words import mark
from app.ingest.messages import Entered, Message, Moved, PageRead, Started, Value, Warned
from app.ingest.nesting import Trace

HEAD_BYTES = 64 << 10
MOVED_EVERY_S = 0.2
MAX_LABEL = 160
TOO_LONG = mark("Only the first {characters} characters of {name} were read, up to page {page}.")


@dataclass(frozen=True)
class Source:
    """The bytes of a file and its name (for sentences and for telling Markdown from other text).

    `password` is what the user typed, "" when nobody was asked yet. `depth` counts the files it lies in, and
    `trace` is shared with them.
    """

    name: str
    data: bytes
    plain: bool = False
    password: str = ""
    depth: int = 0
    trace: Trace = field(default_factory=Trace, compare=False)

    @property
    def head(self) -> bytes:
        return self.data[:HEAD_BYTES]

    @property
    def suffix(self) -> str:
        return PurePath(self.name).suffix.lower()

    @cached_property
    def sha256(self) -> str:
        return sha256(self.data).hexdigest()

    def inside(self, name: str, data: bytes) -> Source:
        """A file that lies in this one; the part entered last."""
        return Source(name, data, self.plain or self.trace.is_plain, self.password, self.depth + 1, self.trace)


def shown(path: Path | str) -> str:
    """The path as text that can be stored and shown; bytes that are no text show as a question mark."""
    return os.fsencode(path).decode("utf-8", "replace")


class OutputFull(Exception):
    """The file holds more text than may be taken; what was sent so far stands."""


class Output:
    """Numbers the pages, cleans and counts their text, and sends each away as soon as it is there."""

    def __init__(self, send: Callable[[Message], None], name: str, character_limit: int) -> None:
        self._send, self._name = send, name
        self._limit = self._left = character_limit
        self._pages = 0
        self._moved_at = 0.0

    @property
    def left(self) -> int:
        """Characters that may still be sent."""
        return self._left

    def begin(self, kind: str, pages: int = 0) -> None:
        """Say what the file is, once, before the first page."""
        self._send(Started(kind, pages))

    def page(self, text: str, label: str = "", flag: PageFlag = "") -> None:
        """Send the next page. Raises `OutputFull` after the page that reaches the limit.

        A label that only repeats the page's number is left out.
        """
        text = _clean(text)
        full = len(text) > self._left
        self._pages += 1
        label = "" if label == str(self._pages) else _clean(label)[:MAX_LABEL]
        self._send(PageRead(self._pages, text[: self._left], label, flag))
        self._left -= min(len(text), self._left)
        if full:
            self.end_early()

    def move(self, pages: int) -> None:
        """Say that work goes on where pages can only be sent later: `pages` are ready, a few times a second."""
        now = time.monotonic()
        if now - self._moved_at >= MOVED_EVERY_S:
            self._moved_at = now
            self._send(Moved(pages))

    def leave(self, characters: int) -> None:
        """Count text that waits to be sent elsewhere as sent."""
        self._left = max(0, self._left - characters)

    def enter(self, part: int) -> None:
        """Say which of the files inside is read next."""
        self._send(Entered(part))

    def end_early(self) -> NoReturn:
        """Say that the rest is left out. Raises `OutputFull`."""
        self.warn(TOO_LONG, characters=self._limit - self._left, page=self._pages)
        raise OutputFull

    def warn(self, template: str, **params: Value) -> None:
        """Attach a sentence to the document; `{name}` is filled in."""
        self._send(Warned(template, {"name": self._name, **params}))


_SURROGATES = re.compile("[\ud800-\udfff]")


def _clean(text: str) -> str:
    """Only whole characters: a lone surrogate cannot be written as UTF-8."""
    if not _SURROGATES.search(text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
