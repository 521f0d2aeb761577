"""The model of a record in memory for a while: found by its hash, loaded as it was; then what was there before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from app.core.emitter import Emitter
from app.core.errors import CarrelError
from app.core.record import Origin
from app.engine.state import EngineState
from app.fit.option import Adapter
from app.fit.search import Fixed
from app.session.desk import Desk
from app.session.library import LocalModel, list_models
from app.session.loading import load_model
from app.session.record.comparing import Comparison
from app.session.record.origin import engine_used
from app.session.record.rerun import Rerun

Failed = Callable[[CarrelError], object]

_LOADED = ("n_ctx", "kv_type", "n_ubatch", "n_gpu_layers", "n_cpu_moe", "tensor_split")


def is_loaded_alike(desk: Desk, origin: Origin) -> bool:
    """Whether the model in memory is the file of the record, loaded as it was then, as far as names tell."""
    state, spec = desk.engine.state, desk.engine.spec
    if not state.has_model and not state.resting:
        return False
    now, then = engine_used(state, spec), origin.engine
    adapters = [(one.path, one.scale) for one in then.adapters] == [(one.path, one.scale) for one in now.adapters]
    loaded = all(getattr(now, name) == getattr(then, name) for name in _LOADED)
    return Path(state.path) == Path(origin.model.path) and loaded and adapters


def fixed_as(origin: Origin) -> Fixed:
    """The same way to load, as far as this computer allows it."""
    engine = origin.engine
    return Fixed(
        n_ctx=engine.n_ctx or None,
        kv_type=engine.kv_type or None,
        n_ubatch=engine.n_ubatch or None,
        n_gpu_layers=engine.n_gpu_layers if engine.devices else None,
        n_cards=sum(share > 0 for share in engine.tensor_split) or (1 if engine.main_gpu >= 0 else None),
        adapters=tuple(Adapter(one.path, one.scale) for one in engine.adapters),
    )


def find_recorded(desk: Desk, origin: Origin, done: Callable[[Path], object], failed: Failed) -> None:
    """The file of the record among the models here, wherever it lies now and whatever it is called. Files of its size
    are hashed, which takes a while the first time."""
    model = origin.model

    def listed(models: list[LocalModel]) -> None:
        desk.jobs.run(lambda: list(_of_size(model.path, model.size_bytes, models)), look, lambda _: look([]))

    def look(places: list[Path]) -> None:
        if not places:
            failed(_not_here(origin))
        elif not model.sha256:
            done(places[0])
        else:
            desk.hashing.learn(places[0], lambda known: done(places[0]) if known == model.sha256 else look(places[1:]))

    list_models(desk, listed)


def _of_size(path: str, size_bytes: int, models: list[LocalModel]) -> Iterator[Path]:
    """In a job: where it lay then, before the others."""
    places = dict.fromkeys([Path(path), *(model.path for model in models if not model.missing and not model.problem)])
    for place in places:
        with suppress(OSError):
            if place.is_file() and (not size_bytes or place.stat().st_size == size_bytes):
                yield place


class BorrowedRerun:
    """A re-run with the recorded model, after which the model that was in memory comes back.

    `progressed(what, done, total)` as of a `Rerun`, with "looking", "loading" and "returning" of no tokens.
    `done(comparison)` or `failed(error)` is heard once, before what was there is loaded again; `returned()` after it.
    """

    def __init__(
        self,
        desk: Desk,
        message_id: int,
        origin: Origin,
        done: Callable[[Comparison], object],
        failed: Failed,
    ) -> None:
        self.progressed: Emitter[[str, int, int]] = Emitter()
        self.returned: Emitter[[]] = Emitter()
        self._desk, self._origin, self._done, self._failed = desk, origin, done, failed
        self._rerun = Rerun(desk, message_id, self._on_done, self._on_failed)
        self._rerun.progressed.connect(self.progressed.emit)
        self._before = (desk.engine.state.path, desk.plan)
        self._has_loaded = self._stopped = self._over = False
        self._unhear: Callable[[], None] = lambda: None

    @property
    def step(self) -> int:
        return self._rerun.step

    @property
    def steps(self) -> int:
        return self._rerun.steps

    def start(self) -> None:
        if self._desk.engine.is_busy:
            self._on_failed(
                CarrelError(
                    "engine_is_busy", "The model is answering.", "Stop it, or wait for its end, then try again."
                )
            )
            return
        self.progressed.emit("looking", 0, 0)
        find_recorded(self._desk, self._origin, self._load, self._on_failed)

    def stop(self) -> None:
        """At whatever step; what was in memory before comes back."""
        self._stopped = True
        self._rerun.stop()

    def _load(self, path: Path) -> None:
        if self._stopped:
            self._on_failed(CarrelError("cancelled", "Stopped."))
            return
        self._has_loaded = True
        self.progressed.emit("loading", 0, 0)
        load_model(self._desk, path, self._on_loaded, self._on_failed, fixed=fixed_as(self._origin))

    def _on_loaded(self, _state: EngineState) -> None:
        if self._stopped:
            self._on_failed(CarrelError("cancelled", "Stopped."))
        else:
            self._rerun.start()

    def _on_done(self, comparison: Comparison) -> None:
        self._end(lambda: self._done(comparison))

    def _on_failed(self, error: CarrelError) -> None:
        self._end(lambda: self._failed(error))

    def _end(self, tell: Callable[[], object]) -> None:
        if self._over:
            return
        self._over = True
        tell()
        if self._has_loaded:
            self._unhear = self._desk.engine.changed.connect(lambda _: self._return())
            self._desk.post(self._return)
        else:
            self.returned.emit()

    def _return(self) -> None:
        """Load what was there before, once nobody is being answered."""
        if self._desk.engine.is_busy or not self._has_loaded:
            return
        self._has_loaded = False
        self._unhear()
        path, plan = self._before

        def lost(error: CarrelError) -> None:
            self._desk.noticed.emit(str(error))
            self.returned.emit()

        if path and Path(path).is_file():
            self.progressed.emit("returning", 0, 0)
            load_model(self._desk, Path(path), lambda _: self.returned.emit(), lost, plan)
        else:
            self.returned.emit()


def _not_here(origin: Origin) -> CarrelError:
    return CarrelError(
        "recorded_model_gone",
        "The model of the record is not among your models.",
        "Add the file {name} (SHA-256 {hash}…) to the library, or run again with the model in memory.",
        name=Path(origin.model.path).name or "–",
        hash=origin.model.sha256[:16],
    )
