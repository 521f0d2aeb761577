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
from collections.abc import Callable, Sequence
from pathlib import Path

from app.core.chat import Document
from app.core.child import Child, Exit
from app.core.errors import Cancelled, CarrelError
from app.ingest.attempt import Attempt, OnProgress
from app.ingest.messages import Limits, Request, to_line
from app.ingest.refusal import check_file

log = logging.getLogger(__name__)

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
    password: str = "",
) -> Reading:
    """Start reading `paths` in order. `command` starts the child (`own_command("ingest-child")`).

    `on_progress(path, pages_read, pages)` is called a few times a second; `pages` is 0 while unknown. `password`
    opens the files that ask for one; without it they end as "needs_password", with a wrong one as "wrong_password".
    """
    reading = Reading(command, limits or Limits(), password)
    reading.start(tuple(paths), on_progress, on_document, on_failed, on_end)
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
        check_file(path, self._limits)
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

    def _attempt(self, path: Path, on_progress: OnProgress, *, plain: bool) -> Attempt:
        events: queue.SimpleQueue[bytes | Exit] = queue.SimpleQueue()
        attempt = Attempt(path, self._limits, on_progress, self._cancelled)
        child = self._child = Child(self._command, events.put, events.put)
        try:
            if self._cancelled.is_set():
                raise Cancelled
            child.send(to_line(Request(os.fsencode(path), self._limits, plain, self._password)))
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
