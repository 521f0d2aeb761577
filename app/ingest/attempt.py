"""One child's report on one file, gathered line by line until it ends, and what its ending means."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from app.core.chat import Document, Page
from app.core.child import Exit
from app.core.errors import CarrelError
from app.core.words import say
from app.ingest.messages import (
    Entered,
    Finished,
    Holds,
    Limits,
    Moved,
    PageRead,
    Refused,
    Request,
    Started,
    Warned,
    read_message,
)
from app.ingest.source import shown

log = logging.getLogger(__name__)

PROGRESS_EVERY_S = 0.05
OnProgress = Callable[[Path, int, int], object]


class Attempt:
    """What one child has said about one file so far."""

    def __init__(self, path: Path, limits: Limits, on_progress: OnProgress, cancelled: threading.Event) -> None:
        self._path, self._on_progress, self._cancelled = path, on_progress, cancelled
        self._characters_left = limits.characters
        self._kind, self._expected, self._part, self._ready = "", 0, 0, 0
        self._pages: list[Page] = []
        self._warnings: list[str] = []
        self._last: Finished | Refused | None = None
        self._told_at = 0.0
        self.holds: list[Path] = []
        self.ended = False
        self.ending = ""

    @property
    def answered(self) -> bool:
        """Whether the child came to its own end."""
        return self._last is not None

    def another(self, request: Request) -> Request | None:
        """What to ask a new child for after this one died or fell silent; None when nothing else is left to try.

        First without looking for tables, and then, where a file inside the file is to blame, without that file.
        """
        if self.answered:
            return None
        if self._part and self._part not in request.plain_parts:
            return msgspec.structs.replace(request, plain_parts=(*request.plain_parts, self._part))
        if self._part and self._part not in request.skip_parts:
            return msgspec.structs.replace(request, skip_parts=(*request.skip_parts, self._part))
        if self._kind == "pdf" and not request.plain:
            return msgspec.structs.replace(request, plain=True)
        return None

    def take(self, event: bytes | Exit) -> None:
        if isinstance(event, Exit):
            self.ended, self.ending = True, event.cause()
            if not self.answered:
                log.warning("%s: the reader ended with %s: %s", self._path.name, event.cause(), event.last_words)
            return
        try:
            self._take_message(event)
        except (msgspec.DecodeError, KeyError, IndexError, ValueError) as error:
            log.warning("%s: the reader said something unknown: %s", self._path.name, error)
            self.ended, self.ending = True, "garbled"

    def _take_message(self, line: bytes) -> None:
        message = read_message(line)
        if isinstance(message, Started):
            self._kind, self._expected = message.kind, message.pages
        elif isinstance(message, PageRead):
            self._characters_left -= len(message.text)
            if self._characters_left < 0:
                raise ValueError("more text than a child may send")
            self._pages.append(Page(message.number, message.text, label=message.label, flag=message.flag))
        elif isinstance(message, Warned):
            self._warnings.append(say(message.template, **message.params))
        elif isinstance(message, Moved):
            self._ready = message.pages
        elif isinstance(message, Entered):
            self._part = message.part
        elif isinstance(message, Holds):
            self.holds.append(Path(os.fsdecode(message.path)))
        else:
            self._last, self.ended = message, True
        self._tell_progress()

    def _tell_progress(self) -> None:
        now = time.monotonic()
        if (now - self._told_at >= PROGRESS_EVERY_S or self.ended) and not self._cancelled.is_set():
            self._told_at = now
            self._on_progress(self._path, len(self._pages) or self._ready, self._expected)

    def document(self) -> Document:
        """What was read. Raises `CarrelError` when the child refused, died or fell silent."""
        if isinstance(self._last, Refused):
            raise self._last.error()
        if self._last is None:
            raise self._lost()
        return Document(
            path=shown(self._path),
            name=shown(self._path.name),
            kind=self._kind,
            sha256=self._last.sha256,
            pages=tuple(self._pages),
            warnings=tuple(self._warnings),
        )

    def _lost(self) -> CarrelError:
        name, page = shown(self._path.name), len(self._pages) + 1
        if self.ending in ("silent", "SIGXCPU"):
            return CarrelError(
                "too_slow",
                "{name} takes too long to read: page {page} did not end.",
                "Split it into smaller files, or save it again in the program it came from.",
                name=name,
                page=page,
            )
        return CarrelError(
            "reader_died",
            "{name} could not be read: it is damaged, or page {page} needs more memory than reading may take.",
            "Open it in the program it came from, save it again, then add that.",
            name=name,
            page=page,
        )
