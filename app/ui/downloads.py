"""The downloads of this window: what is coming, how far it is, and what became of it. Holds no widgets."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from app.catalog.entry import Entry
from app.core.emitter import Emitter
from app.core.errors import CarrelError
from app.fetch.progress import Progress
from app.fetch.wanted import Wanted
from app.fit.plan import Plan
from app.session.desk import Desk
from app.session.library import Pull, unfinished_pulls


@dataclass(slots=True)
class Download:
    """One file coming home."""

    name: str
    pull: Pull
    progress: Progress = field(default_factory=Progress)
    path: Path | None = None
    error: CarrelError | None = None

    @property
    def is_over(self) -> bool:
        return self.path is not None or self.error is not None

    @property
    def is_paused(self) -> bool:
        return self.progress.state == "paused"


class Downloads:
    """All downloads, oldest first.

    Events: `changed(download)` on every progress; `listed()` when one came or went; `finished(download)` once,
    with its path; `failed(download)` with its error.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.all: list[Download] = []
        self.changed: Emitter[[Download]] = Emitter()
        self.listed: Emitter[[]] = Emitter()
        self.finished: Emitter[[Download]] = Emitter()
        self.failed: Emitter[[Download]] = Emitter()

    def of(self, name: str) -> Download | None:
        """The download of that file, if there is one."""
        return next((download for download in self.all if download.name == name), None)

    def begin(self, what: Plan | Entry | Wanted) -> Download:
        """Bring a file home; a second wish for the same file goes on with the first."""
        pull = Pull(self._desk, what)
        known = self.of(pull.name)
        if known is not None and not known.is_over:
            if known.is_paused:
                known.pull.resume()
            return known
        if known is not None:
            self.all.remove(known)
        download = self._add(pull)
        pull.start()
        return download

    def find_unfinished(self) -> None:
        """Show what an earlier run left half done, paused."""

        def done(found: list[Pull]) -> None:
            for pull in found:
                if self.of(pull.name) is None:
                    self._add(pull)

        unfinished_pulls(self._desk, done)

    def rest(self, timeout_s: float = 3.0) -> None:
        """Pause what runs and wait for it: the program ends. The parts stay for the next start."""
        running = [download for download in self.all if not (download.is_over or download.is_paused)]
        for download in running:
            download.pull.pause()
        for download in running:
            download.pull.wait(timeout_s)

    def forget(self, download: Download) -> None:
        """Stop it and take it off the page."""
        if not download.is_over:
            download.pull.cancel()
        if download in self.all:
            self.all.remove(download)
            self.listed.emit()

    def again(self, download: Download) -> None:
        """After a failure: once more, from where it stopped."""
        if download in self.all:
            self.all.remove(download)
        self.begin(download.pull.entry or download.pull.wanted)

    def _add(self, pull: Pull) -> Download:
        download = Download(pull.name, pull, pull.progress)
        pull.progressed.connect(lambda progress: self._on_progressed(download, progress))
        pull.ended.connect(lambda end: self._on_ended(download, end))
        self.all.append(download)
        self.listed.emit()
        return download

    def _on_progressed(self, download: Download, progress: Progress) -> None:
        download.progress = progress
        self.changed.emit(download)

    def _on_ended(self, download: Download, end: Path | CarrelError) -> None:
        if isinstance(end, CarrelError):
            download.error = end
        else:
            download.path = Path(end)
        self.changed.emit(download)
        if download.path is not None:
            self.finished.emit(download)
        elif download.error is not None and download.error.code != "cancelled":
            self.failed.emit(download)
