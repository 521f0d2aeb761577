"""The document sets as the window knows them: their files compared, their saved readings found. Holds no widgets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from app.core.chat import Document
from app.core.emitter import Emitter
from app.core.errors import CarrelError
from app.session import sets
from app.session.desk import Desk
from app.session.documents import ReadingJob
from app.session.sets import FileCheck
from app.store.rows import DocumentSet


class DocumentSets:
    """Used on the main thread.

    Events: `changed()` the list or what is known of a set; `failed(error)`; `removed(name, undo)`. `checks` and
    `readings` are by name and come a moment after the list; a reading is the seconds it takes to bring it back.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.all: list[DocumentSet] = []
        self.checks: dict[str, tuple[FileCheck, ...]] = {}
        self.readings: dict[str, float] = {}
        self.rereading: dict[str, ReadingJob] = {}
        self.changed: Emitter[[]] = Emitter()
        self.failed: Emitter[[CarrelError]] = Emitter()
        self.removed: Emitter[[str, Callable[[], object]]] = Emitter()

    def refresh(self) -> None:
        """List them, then look at their files and for their readings."""

        def listed(found: list[DocumentSet]) -> None:
            self.all = found
            self.changed.emit()
            for one in found:
                self._look_at(one)

        sets.list_sets(self._desk, listed)

    def save(self, name: str, documents: Sequence[Document], done: Callable[[], object]) -> None:
        def saved(_: DocumentSet) -> None:
            self.refresh()
            done()

        sets.save_set(self._desk, name, documents, saved, self.failed.emit)

    def use(
        self, name: str, done: Callable[[list[Document]], object], changed: Callable[[tuple[str, ...]], object]
    ) -> None:
        """The documents of a set; `changed(names)` follows when files are not what was read."""

        def checked(checks: tuple[FileCheck, ...]) -> None:
            names = tuple(check.document.name for check in checks if check.state == "changed")
            if names:
                changed(names)

        def used(documents: list[Document]) -> None:
            done(documents)
            found = next((one for one in self.all if one.name == name), None)
            if found is not None:
                sets.check_set(self._desk, found, checked)

        sets.use_set(self._desk, name, used, self.failed.emit)

    def rename(self, name: str, to: str) -> None:
        wanted = " ".join(to.split())
        if wanted and wanted != name:
            sets.rename_set(self._desk, name, wanted, lambda _: self.refresh(), self._fail)

    def remove(self, name: str) -> None:
        """Forget a set; `removed` brings the way back."""

        def loaded(documents: list[Document]) -> None:
            def undo() -> None:
                self.save(name, documents, lambda: None)

            def gone(_: object) -> None:
                self.refresh()
                self.removed.emit(name, undo)

            sets.delete_set(self._desk, name, gone, self.failed.emit)

        sets.use_set(self._desk, name, loaded, self.failed.emit)

    def reread(self, name: str, done: Callable[[], object] = lambda: None) -> None:
        """Read the changed files of a set again."""
        found = next((one for one in self.all if one.name == name), None)
        if found is None or name in self.rereading:
            return

        def read(_: DocumentSet) -> None:
            self.rereading.pop(name, None)
            self.refresh()
            done()

        def checked(checks: tuple[FileCheck, ...]) -> None:
            self.rereading[name] = sets.reread_set(self._desk, name, checks, read, self._on_unreadable)
            self.changed.emit()

        sets.check_set(self._desk, found, checked)

    def _look_at(self, one: DocumentSet) -> None:
        def checked(checks: tuple[FileCheck, ...]) -> None:
            self.checks[one.name] = checks
            self.changed.emit()

        def looked(seconds: float | None) -> None:
            self.readings.pop(one.name, None)
            if seconds is not None:
                self.readings[one.name] = seconds
            self.changed.emit()

        sets.check_set(self._desk, one, checked)
        sets.find_reading(self._desk, one.name, looked)

    def _on_unreadable(self, _path: Path, error: CarrelError) -> None:
        self.failed.emit(error)

    def _fail(self, error: CarrelError) -> None:
        self.failed.emit(error)
        self.changed.emit()
