"""Reads files one after another, each in a child process of its own, so that a file that kills its child takes
no other with it.

Callbacks run in the reading thread: the caller posts them home. Each path ends with one `on_document` or one
`on_failed`; `on_end` follows once, also after `cancel`, and after `cancel` nothing else is called.
"""

from __future__ import annotations

import logging
import os
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.core.chat import Document
from app.core.child import Child, Exit
from app.core.errors import Cancelled, CarrelError
from app.ingest.attempt import Attempt, OnProgress
from app.ingest.messages import Limits, Request, to_line
from app.ingest.refusal import check_path

log = logging.getLogger(__name__)

OnDocument = Callable[[Document], object]
OnFailed = Callable[[Path, CarrelError], object]
OnEnd = Callable[[], object]
OnFound = Callable[[Path, Sequence[Path]], object]
MAX_ATTEMPTS = 8


@dataclass(frozen=True, slots=True)
class _Calls:
    progress: OnProgress
    document: OnDocument
    failed: OnFailed
    found: OnFound


def read_files(
    paths: Sequence[Path],
    command: Sequence[str],
    on_progress: OnProgress,
    on_document: OnDocument,
    on_failed: OnFailed,
    on_end: OnEnd,
    limits: Limits | None = None,
    password: str = "",
    on_found: OnFound = lambda _path, _found: None,
) -> Reading:
    """Start reading `paths` in order. `command` starts the child (`own_command("ingest-child")`).

    `on_progress(path, pages_read, pages)` is called a few times a second; `pages` is 0 while unknown. `password`
    opens the files that ask for one; without it they end as "needs_password", with a wrong one as "wrong_password".
    `on_found(folder, paths)` names the documents in a folder just before its own document; each of them is then read
    as if it had been asked for, unless it was.
    """
    reading = Reading(command, limits or Limits(), password)
    reading.start(tuple(paths), on_progress, on_document, on_failed, on_end, on_found)
    return reading


def read_file_blocking(
    path: Path, command: Sequence[str], limits: Limits | None = None, password: str = ""
) -> Document:
    """Read one file and wait for it. Raises `CarrelError`."""
    return Reading(command, limits or Limits(), password).read(path, lambda *_: None)


class Reading:
    """Files being read. `cancel` and `wait` may be called from any thread."""

    def __init__(self, command: Sequence[str], limits: Limits, password: str = "") -> None:
        self._command, self._limits, self._password = command, limits, password
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
        on_found: OnFound = lambda _path, _found: None,
    ) -> None:
        calls = _Calls(on_progress, on_document, on_failed, on_found)

        def run() -> None:
            queued, known = deque(paths), set(paths)
            try:
                while queued:
                    found = self._deliver(queued.popleft(), calls)
                    queued.extendleft(reversed([path for path in found if path not in known]))
                    known.update(found)
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
        return self._read(path, on_progress).document()

    def _read(self, path: Path, on_progress: OnProgress) -> Attempt:
        """Ask one child after another, each for a little less, until one ends by itself."""
        check_path(path, self._limits)
        asked: Request | None = Request(os.fsencode(path), self._limits, password=self._password)
        before, attempts = time.monotonic(), 0
        while asked:
            request, attempts = asked, attempts + 1
            outcome = self._attempt(path, on_progress, request)
            if self._cancelled.is_set():
                raise Cancelled
            asked = outcome.another(request)
            if attempts == MAX_ATTEMPTS or time.monotonic() - before > self._limits.cpu_s:
                break
            if asked:
                log.warning("%s: %s; reading it again with less", path.name, outcome.ending)
        return outcome

    def _deliver(self, path: Path, calls: _Calls) -> list[Path]:
        """Read one path and tell the outcome; returns the documents that a folder holds."""
        if self._cancelled.is_set():
            raise Cancelled
        try:
            outcome = self._read(path, calls.progress)
            document = outcome.document()
        except Cancelled:
            raise
        except CarrelError as error:
            calls.failed(path, error)
            return []
        if outcome.holds:
            calls.found(path, outcome.holds)
        calls.document(document)
        return outcome.holds

    def _attempt(self, path: Path, on_progress: OnProgress, request: Request) -> Attempt:
        events: queue.SimpleQueue[bytes | Exit] = queue.SimpleQueue()
        attempt = Attempt(path, self._limits, on_progress, self._cancelled)
        child = self._child = Child(self._command, events.put, events.put)
        try:
            if self._cancelled.is_set():
                raise Cancelled
            child.send(to_line(request))
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
