"""Models: what to run here, what is here, and how it comes here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.catalog import local
from app.catalog.entry import Entry
from app.catalog.index import Catalog, load_catalog
from app.catalog.local import LocalModel
from app.config.paths import models_folder
from app.core.emitter import Emitter
from app.core.errors import CarrelError
from app.core.units import MIB
from app.fetch.download import Download, End
from app.fetch.hub import open_hub
from app.fetch.local import inspect_import
from app.fetch.part import Unfinished, unfinished
from app.fetch.progress import Progress
from app.fetch.wanted import Wanted
from app.fit.plan import Advice, Plan
from app.fit.plan import advise as advise_for
from app.gguf.split import part_names
from app.machine.snapshot import take_snapshot
from app.session.desk import Desk
from app.session.failures import as_carrel_error

__all__ = ["LocalModel", "Pull", "advise", "import_model", "list_models", "unfinished_pulls"]

Failed = Callable[[CarrelError], object]


def folder_of(desk: Desk) -> Path:
    """Where downloads go."""
    return models_folder(desk.home, desk.settings.models_folder)


def catalog_of(desk: Desk) -> Catalog:
    return load_catalog(desk.home.catalog_facts_file)


def advise(desk: Desk, done: Callable[[Advice], object], failed: Failed) -> None:
    """The recommended plan for this computer as it is now, and alternatives."""

    def work() -> Advice:
        machine = take_snapshot(folder_of(desk))
        return advise_for(machine, catalog_of(desk).candidates(), desk.settings.vram_margin_mib * MIB)

    desk.jobs.run(work, done, lambda error: failed(as_carrel_error(error)))


def list_models(desk: Desk, done: Callable[[list[LocalModel]], object]) -> None:
    """Everything that is here, by name; damaged and vanished files with their problem."""
    desk.jobs.run(lambda: local.list_models(desk.home, catalog_of(desk), folder_of(desk)), done)


def import_model(desk: Desk, path: Path, done: Callable[[LocalModel], object], failed: Failed) -> None:
    """Use a GGUF file where it lies; nothing is copied."""

    def work() -> LocalModel:
        found = local.remember_import(desk.home, inspect_import(path).path)
        models = local.list_models(desk.home, catalog_of(desk), folder_of(desk))
        return next(model for model in models if model.path == found)

    desk.jobs.run(work, done, lambda error: failed(as_carrel_error(error)))


def unfinished_pulls(desk: Desk, done: Callable[[list[Pull]], object]) -> None:
    """Downloads begun earlier, paused where they stopped; `resume` goes on with one."""

    def made(found: tuple[Unfinished, ...]) -> None:
        done([Pull(desk, one.wanted, done_bytes=one.done_bytes) for one in found])

    desk.jobs.run(lambda: unfinished(folder_of(desk)), made)


class Pull:
    """A download for the library.

    Events, on the main thread: `progressed(progress)`; `ended(path or error)` when it arrived or failed. A pause and
    a cancel are told by `progressed` alone.
    """

    def __init__(self, desk: Desk, what: Plan | Entry | Wanted, done_bytes: int = 0) -> None:
        self._desk = desk
        self._entry, wanted = _find(desk, what)
        self.name = wanted.file
        self.progressed: Emitter[[Progress]] = Emitter()
        self.ended: Emitter[[Path | CarrelError]] = Emitter()
        self._download = Download(
            wanted,
            open_hub(desk.settings),
            folder_of(desk),
            lambda progress: desk.post(lambda: self.progressed.emit(progress)),
            lambda end: desk.post(lambda: self._on_end(end)),
        )
        self._before = Progress("paused", done_bytes, wanted.size_bytes) if done_bytes else None
        desk.at_close.append(self._rest)

    @property
    def entry(self) -> Entry | None:
        """The catalog's entry, None for a file that is not in it."""
        return self._entry

    @property
    def wanted(self) -> Wanted:
        return self._download.wanted

    @property
    def progress(self) -> Progress:
        """The latest moment; what an earlier run left, until this one begins."""
        return self._before or self._download.progress

    def start(self) -> None:
        self._before = None
        self._download.start()

    def pause(self) -> None:
        self._download.pause()

    def resume(self) -> None:
        self.start()

    def cancel(self) -> None:
        """Stop and delete what came so far."""
        self._before = None
        self._download.cancel()

    def wait(self, timeout_s: float) -> bool:
        """Wait for the download's thread to rest; for the end of the program."""
        return self._download.wait(timeout_s)

    def _rest(self) -> None:
        """At the end of the program: stop and make what came safe."""
        self._download.pause()
        self.wait(10.0)

    def _on_end(self, end: End) -> None:
        if end.arrived is not None:
            facts = end.arrived.facts
            problem = _no_model(end.arrived.path)
            if problem is not None:
                self.ended.emit(problem)
                return
            if self._entry is not None and facts.hash_source != "mirror":  # a mirror's word is not frozen
                catalog_of(self._desk).remember(self._entry, facts.size_bytes, facts.sha256)
            self.ended.emit(end.arrived.path)
        elif end.error is not None:
            self.ended.emit(end.error)


def _no_model(path: Path) -> CarrelError | None:
    """Why a proven file is no model after all. A split one is judged when its last part is here."""
    try:
        if path.suffix == ".gguf" and part_names(path.name)[-1] == path.name:
            local.local_candidate(path)
    except CarrelError as error:
        return error
    return None


def _find(desk: Desk, what: Plan | Entry | Wanted) -> tuple[Entry | None, Wanted]:
    catalog = catalog_of(desk)
    if isinstance(what, Wanted):
        same = [e for e in catalog.entries if (e.repo, e.file, e.revision) == (what.repo, what.file, what.revision)]
        return (same[0] if same else None), what
    entry = catalog.find(f"{what.model.repo}/{what.model.file}") if isinstance(what, Plan) else what
    size_bytes = entry.size_bytes if entry.size_exact else None
    return entry, Wanted(entry.repo, entry.revision, entry.file, size_bytes, entry.sha256)
