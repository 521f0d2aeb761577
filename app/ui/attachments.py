"""The files dropped into the message: being read, ready with their tokens, or refused with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from app.core.chat import Document
from app.core.emitter import Emitter
from app.core.errors import CarrelError
from app.session.desk import Desk
from app.session.documents import ReadingJob
from app.store.waiting import DraftFile
from app.ui.attachment_chips import MOST_CHIPS, MOST_LOOSE, make_chips
from app.ui.widgets.chip import ChipItem


class Attachments:
    """Used on the main thread. Events: `files_changed()`; `model_found(path)` a model was dropped, which is no text."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.documents: list[Document] = []
        self.reading: dict[Path, tuple[int, int]] = {}
        self.refusals: dict[Path, CarrelError] = {}
        self.folders: dict[Path, tuple[Path, ...]] = {}  # what was found in each, the folder itself first
        self.files_changed: Emitter[[]] = Emitter()
        self.model_found: Emitter[[Path]] = Emitter()
        self._jobs: list[ReadingJob] = []
        self._chosen: dict[Path, tuple[int, ...]] = {}  # pages to choose of files that are read again

    @property
    def attached(self) -> tuple[DraftFile, ...]:
        """Every file of the message, read or not, with the pages chosen of it."""
        read = [DraftFile(document.path, document.chosen) for document in self.documents]
        known = {file.path for file in read}
        waiting = [path for path in (*self.reading, *self.refusals) if str(path) not in known]
        return (*read, *(DraftFile(str(path), self._chosen.get(path)) for path in dict.fromkeys(waiting)))

    @property
    def is_reading(self) -> bool:
        """Whether files are read, or a child that read them is not gone yet."""
        return bool(self._jobs)

    def chips(self) -> list[ChipItem]:
        """As the composer shows them."""
        return make_chips(self.documents, self.reading, self.refusals, self.folders)

    def add_files(self, paths: Sequence[Path]) -> None:
        """Read files into the message; those already in it are read again."""
        models = [path for path in paths if path.suffix.lower() == ".gguf" and path.is_file()]
        if files := [path for path in paths if path not in models]:
            self._read(files)
        if models:
            self.model_found.emit(models[0])

    def add_chosen(self, files: Sequence[DraftFile]) -> None:
        """Read files of an earlier day again, with the pages that were chosen of them."""
        self._chosen |= {Path(file.path): file.chosen for file in files if file.chosen is not None}
        self._read([Path(file.path) for file in files])

    def unlock_file(self, path: Path, password: str) -> None:
        """Read a refused file again with what the user typed."""
        self._read([path], password)

    def attach(self, documents: Sequence[Document]) -> None:
        """Documents that were read before, such as those of a set."""
        new = {document.path for document in documents}
        self.documents = [*(one for one in self.documents if one.path not in new), *documents]
        self.files_changed.emit()

    def rearrange(self, documents: Sequence[Document]) -> None:
        """The same documents in another order, or with other pages chosen."""
        self.documents = list(documents)
        self.files_changed.emit()

    def remove_file(self, path: Path) -> None:
        """With a folder that is one chip goes everything that was found in it."""
        inside = self.folders.pop(path, ())
        gone = {path, *(inside if len(inside) > MOST_CHIPS else ())}
        self.documents = [document for document in self.documents if Path(document.path) not in gone]
        for one in gone:
            self.refusals.pop(one, None)
            self.reading.pop(one, None)
        self.files_changed.emit()

    def drop_files(self) -> None:
        """Nothing is attached any more: the message was sent, or another chat is shown."""
        for job in self._jobs:
            job.cancel()
        self._jobs.clear()
        self.documents, self.reading, self.refusals, self.folders, self._chosen = [], {}, {}, {}, {}
        self.files_changed.emit()

    def mirror(self, other: Attachments) -> None:
        """The same message in another pane: what is attached there, and how far it is read."""
        self.documents, self.reading, self.refusals = list(other.documents), dict(other.reading), dict(other.refusals)
        self.folders, self._chosen = dict(other.folders), dict(other._chosen)
        self.files_changed.emit()

    def read_on(self) -> None:
        """The pane that read these files does not any more: they are read here."""
        waiting = list(self.reading)
        self.reading = {}
        self._read(waiting)

    def _read(self, paths: Sequence[Path], password: str = "") -> None:
        fresh = [path for path in paths if path not in self.reading]
        if not fresh:
            return
        for path in fresh:
            self.reading[path] = (0, 0)
            self.refusals.pop(path, None)
        gone = {str(path) for path in fresh}
        self.documents = [document for document in self.documents if document.path not in gone]
        self._gather(fresh)
        job = ReadingJob(self.desk, fresh, password)
        job.progress.connect(self._on_progress)
        job.found.connect(lambda folder, paths: self._on_found(job, folder, paths))
        job.read.connect(lambda document: self._on_read(job, document))
        job.refused.connect(self._on_refused)
        job.ended.connect(lambda: self._on_job_ended(job))
        self._jobs.append(job)
        self.files_changed.emit()
        job.start()

    def _gather(self, files: Sequence[Path]) -> None:
        """Many files of one folder are one chip, as if the folder had been dropped."""
        for folder in {path.parent for path in files} if len(files) > MOST_LOOSE else ():
            mine = [path for path in files if path.parent == folder]
            if len(mine) > MOST_LOOSE:
                self.folders[folder] = tuple(dict.fromkeys((folder, *self.folders.get(folder, ()), *mine)))

    def _on_found(self, job: ReadingJob, folder: Path, paths: Sequence[Path]) -> None:
        """A folder holds documents of their own: each gets its chip, many share one."""
        if job in self._jobs and folder in self.reading:
            self.folders[folder] = (folder, *paths)
            self.reading |= {path: (0, 0) for path in paths if path not in self.reading}
            self.documents = [document for document in self.documents if Path(document.path) not in paths]
            self.files_changed.emit()

    def _on_progress(self, path: Path, done: int, total: int) -> None:
        if path in self.reading:
            self.reading[path] = (done, total)
            if len(self.reading) <= MOST_LOOSE:  # of so many nobody sees how far one is
                self.files_changed.emit()

    def _on_read(self, job: ReadingJob, document: Document) -> None:
        if job in self._jobs and self.reading.pop(Path(document.path), None) is not None:
            chosen = self._chosen.pop(Path(document.path), None)
            if chosen is not None:
                document = msgspec.structs.replace(document, chosen=chosen)
            self.documents = [*self.documents, document]
            self.files_changed.emit()

    def _on_refused(self, path: Path, error: CarrelError) -> None:
        if self.reading.pop(path, None) is not None:
            self.refusals[path] = error
            self.files_changed.emit()

    def _on_job_ended(self, job: ReadingJob) -> None:
        if job in self._jobs:
            self._jobs.remove(job)
