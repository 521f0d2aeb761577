"""Reads files one after another, each in a child process of its own, so that a file that kills its child takes
no other with it.

Callbacks run in the reading thread: the caller posts them home. Each path ends with one `on_document` or one
`on_failed`; `on_end` follows once, also after `cancel`, and after `cancel` nothing else is called.
"""

from __future__ import annotations

import logging
import os
import queue
import stat
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from app.core.chat import Document, Page
from app.core.child import Child, Exit
from app.core.errors import Cancelled, CarrelError
from app.core.units import format_bytes
from app.core.words import say
from app.ingest.messages import (
    Finished,
    Limits,
    PageRead,
    Refused,
    Request,
    Started,
    Warned,
    read_message,
    to_line,
)

log = logging.getLogger(__name__)

PROGRESS_EVERY_S = 0.05
OnProgress = Callable[[Path, int, int], object]
OnDocument = Callable[[Document], object]
OnFailed = Callable[[Path, CarrelError], object]
OnEnd = Callable[[], object]


def read_files(
    paths: Sequence[Path],
    command: Sequence[str],
    on_progress: OnProgress,
    on_document: OnDocument,
    on_failed: OnFailed,
    on_end: OnEnd,
    limits: Limits | None = None,
) -> Reading:
    """Start reading `paths` in order. `command` starts the child (`own_command("ingest-child")`).

    `on_progress(path, pages_read, pages)` is called a few times a second; `pages` is 0 while unknown.
    """
    reading = Reading(command, limits or Limits())
    reading.start(tuple(paths), on_progress, on_document, on_failed, on_end)
    return reading


def read_file_blocking(path: Path, command: Sequence[str], limits: Limits | None = None) -> Document:
    """Read one file and wait for it. Raises `CarrelError`."""
    return Reading(command, limits or Limits()).read(path, lambda *_: None)


class Reading:
    """Files being read. `cancel` and `wait` may be called from any thread."""

    def __init__(self, command: Sequence[str], limits: Limits) -> None:
        self._command, self._limits = command, limits
        self._cancelled = threading.Event()
        self._child: Child | None = None
        self._thread: threading.Thread | None = None

    def start(
        self,
        paths: tuple[Path, ...],
        on_progress: OnProgress,
        on_document: OnDocument,
        on_failed: OnFailed,
        on_end: OnEnd,
    ) -> None:
        def run() -> None:
            try:
                for path in paths:
                    self._deliver(path, on_progress, on_document, on_failed)
            except Cancelled:
                pass
            finally:
                on_end()

        self._thread = threading.Thread(target=run, name="reading", daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        """Stop now; the child is killed and no further document comes."""
        self._cancelled.set()
        if child := self._child:
            child.kill()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait for the end; False when `timeout_s` passed first."""
        if self._thread:
            self._thread.join(timeout_s)
        return not (self._thread and self._thread.is_alive())

    def read(self, path: Path, on_progress: OnProgress) -> Document:
        """Read one file in this thread. Raises `CarrelError`, `Cancelled` when cancelled."""
        _check(path, self._limits)
        outcome = self._attempt(path, on_progress, plain=False)
        if outcome.may_retry_plain and not self._cancelled.is_set():
            log.warning("%s: %s; reading it again without tables", path.name, outcome.ending)
            outcome = self._attempt(path, on_progress, plain=True)
        if self._cancelled.is_set():
            raise Cancelled
        return outcome.document()

    def _deliver(self, path: Path, on_progress: OnProgress, on_document: OnDocument, on_failed: OnFailed) -> None:
        if self._cancelled.is_set():
            raise Cancelled
        try:
            document = self.read(path, on_progress)
        except Cancelled:
            raise
        except CarrelError as error:
            on_failed(path, error)
        else:
            on_document(document)

    def _attempt(self, path: Path, on_progress: OnProgress, *, plain: bool) -> _Attempt:
        events: queue.SimpleQueue[bytes | Exit] = queue.SimpleQueue()
        attempt = _Attempt(path, on_progress, self._cancelled)
        child = self._child = Child(self._command, events.put, events.put)
        try:
            if self._cancelled.is_set():
                raise Cancelled
            child.send(to_line(Request(os.fsencode(path), self._limits, plain)))
            while not attempt.ended:
                try:
                    attempt.take(events.get(timeout=self._limits.silence_s))
                except queue.Empty:
                    attempt.ended, attempt.ending = True, "silent"
        finally:
            self._child = None
            if not attempt.answered:
                child.kill()
            child.close()
        return attempt


class _Attempt:
    """What one child has said about one file so far."""

    def __init__(self, path: Path, on_progress: OnProgress, cancelled: threading.Event) -> None:
        self._path, self._on_progress, self._cancelled = path, on_progress, cancelled
        self._kind, self._expected = "", 0
        self._pages: list[Page] = []
        self._warnings: list[str] = []
        self._last: Finished | Refused | None = None
        self._told_at = 0.0
        self.ended = False
        self.ending = ""

    @property
    def answered(self) -> bool:
        """Whether the child came to its own end."""
        return self._last is not None

    @property
    def may_retry_plain(self) -> bool:
        """A PDF whose child died or fell silent may be readable without looking for tables."""
        return not self.answered and self._kind == "pdf"

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
            self._pages.append(Page(message.number, message.text))
        elif isinstance(message, Warned):
            self._warnings.append(say(message.template, **message.params))
        else:
            self._last, self.ended = message, True
        self._tell_progress()

    def _tell_progress(self) -> None:
        now = time.monotonic()
        if (now - self._told_at >= PROGRESS_EVERY_S or self.ended) and not self._cancelled.is_set():
            self._told_at = now
            self._on_progress(self._path, len(self._pages), self._expected)

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


def shown(path: Path | str) -> str:
    """The path as text that can be stored and shown; bytes that are no text show as a question mark."""
    return os.fsencode(path).decode("utf-8", "replace")


def _check(path: Path, limits: Limits) -> None:
    """What can be said without opening the file. Raises `CarrelError`."""
    name = shown(path.name) or shown(path)
    try:
        status = path.stat()
    except FileNotFoundError:
        raise CarrelError("file_missing", "{name} is not there.", "It may have been moved or renamed.", name=name) \
            from None  # fmt: skip
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise CarrelError(
            "unreadable", "{name} could not be opened: {reason}.", "Check that you may read it.",
            name=name, reason=reason,
        ) from error  # fmt: skip
    if stat.S_ISDIR(status.st_mode):
        raise CarrelError("is_folder", "{name} is a folder.", "Add the files in it.", name=name)
    if not stat.S_ISREG(status.st_mode):
        raise CarrelError("not_a_file", "{name} is not a file.", "", name=name)
    if status.st_size == 0:
        raise CarrelError("empty_file", "{name} is empty.", "", name=name)
    if status.st_size > limits.file_bytes:
        raise CarrelError(
            "file_too_large",
            "{name} is too large to read: {size}, and the most is {limit}.",
            "Split it into smaller files.",
            name=name,
            size=format_bytes(status.st_size),
            limit=format_bytes(limits.file_bytes),
        )
