"""Files become pages with exact token counts, before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app.core.chat import Document
from app.core.child import own_command
from app.core.emitter import Emitter
from app.core.errors import CarrelError
from app.ingest.reading import Reading, read_files
from app.session.counting import Counter
from app.session.desk import Desk

LOCKED = ("needs_password", "wrong_password")


class ReadingJob:
    """Reads files one after another; `password` opens those that ask for one.

    A file refused with a code of `LOCKED` is read by a new job with what the user typed.

    Events: `progress(path, pages_done, pages_total)`, 0 while unknown; for each path one of `read(document)` and
    `refused(path, error)`; at last `ended()`, which also comes after `cancel`. A folder is a document of its text
    files; the other documents in it come one by one after `found(folder, paths)` has named them.
    """

    def __init__(self, desk: Desk, paths: Sequence[Path], password: str = "") -> None:
        self._desk, self._paths, self._password = desk, tuple(paths), password
        self.progress: Emitter[[Path, int, int]] = Emitter()
        self.read: Emitter[[Document]] = Emitter()
        self.refused: Emitter[[Path, CarrelError]] = Emitter()
        self.found: Emitter[[Path, tuple[Path, ...]]] = Emitter()
        self.ended: Emitter[[]] = Emitter()
        self._reading: Reading | None = None
        self._counter = Counter(desk)
        self._uncounted = 0
        self._all_read = self._over = self._cancelled = False

    def start(self) -> None:
        post = self._desk.post
        self._reading = read_files(
            self._paths,
            own_command("ingest-child"),
            lambda path, done, total: post(lambda: self.progress.emit(path, done, total)),
            lambda document: post(lambda: self._on_document(document)),
            lambda path, error: post(lambda: self.refused.emit(path, error)),
            lambda: post(self._on_all_read),
            password=self._password,
            on_found=lambda folder, paths: post(lambda: self.found.emit(folder, tuple(paths))),
        )

    def cancel(self) -> None:
        """Stop now; files not finished yet are dropped."""
        self._cancelled = True
        if self._reading:
            self._reading.cancel()

    def _on_document(self, document: Document) -> None:
        self._uncounted += 1

        def done(counted: Document) -> None:
            self._uncounted -= 1
            if not self._cancelled:
                self.read.emit(counted)
            self._end_if_over()

        def failed(error: CarrelError) -> None:
            self._uncounted -= 1
            self.refused.emit(Path(document.path), error)
            self._end_if_over()

        self._counter.count(document, done, failed)

    def _on_all_read(self) -> None:
        self._all_read = True
        self._end_if_over()

    def _end_if_over(self) -> None:
        if self._all_read and self._uncounted == 0 and not self._over:
            self._over = True
            self._counter.close()
            self.ended.emit()
