"""From a file to a loaded model: read its header, plan it for this computer as it is now, load it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import psutil

from app.catalog.index import load_catalog
from app.catalog.local import find_draft, local_candidate
from app.config.paths import models_folder
from app.core.errors import CarrelError
from app.core.units import MIB
from app.core.words import say
from app.engine import messages as m
from app.engine.state import EngineState, Phase
from app.engine.supervisor import Event
from app.fit.option import Candidate
from app.fit.plan import Plan, plan
from app.fit.search import Fixed
from app.machine.snapshot import Machine, take_snapshot
from app.session.costs import Bench, CostBook, bench_of
from app.session.decided import decided_for
from app.session.desk import Desk
from app.session.failures import as_carrel_error
from app.session.machine import without_engine
from app.session.planning import with_sizes
from app.session.stepdown import Descent

log = logging.getLogger(__name__)

LONGEST_DRAFT = 63  # tokens guessed at once at most; the engine takes fewer where they would not pay

Done = Callable[[EngineState], object]
Failed = Callable[[CarrelError], object]


@dataclass(frozen=True, slots=True)
class _Ready:
    """What was decided away from the main thread."""

    plan: Plan
    load: m.Load
    bench: Bench
    note: str = ""


def load_model(
    desk: Desk, path: Path, done: Done, failed: Failed, wanted: Plan | None = None, *, fixed: Fixed | None = None
) -> None:
    """Load the GGUF at `path`, planned for the memory that is free now. `wanted` keeps its context, KV type, adapters
    and threads; without it and `fixed` what the user decided for this file holds, as long as it fits.

    Progress is told by `desk.engine.changed`; `done(state)` or `failed(error)` comes on the main thread. What is in
    memory stays there until the new file has shown that it is a model. The engine starts meanwhile, for what it
    measured before goes by its build.
    """
    loose = fixed is None and wanted is None
    decided = fixed or (_kept(wanted) if wanted else decided_for(desk.home, path))
    jobs = desk.jobs

    def fail(error: Exception) -> None:
        failed(as_carrel_error(error))

    def read() -> tuple[Candidate, Fixed]:
        candidate = local_candidate(path, load_catalog(desk.home.catalog_facts_file))
        return candidate, with_sizes(decided, candidate)

    def release(found: tuple[Candidate, Fixed]) -> None:
        """The model in memory would be counted as taken: free it before looking how much there is."""
        if desk.engine.state.has_model:
            desk.engine.unload(lambda _: plan_it(found))
        else:
            _when_started(desk, lambda: plan_it(found))

    def plan_it(found: tuple[Candidate, Fixed]) -> None:
        build, pid = desk.engine.state.build, desk.engine.pid
        jobs.run(lambda: _decide(desk, *found, build, pid, loose=loose), planned, fail)

    def planned(ready: _Ready) -> None:
        if not ready.plan.fits:
            failed(CarrelError("does_not_fit_machine", "{reason}", reason=ready.plan.reason))
            return
        if ready.note:
            desk.noticed.emit(ready.note)
        try:
            _Loading(desk, ready, done, failed).start()
        except CarrelError as error:
            failed(error)

    try:
        desk.engine.start()
    except CarrelError as error:
        failed(error)
    else:
        jobs.run(read, release, fail)


def reload_last(desk: Desk, done: Done, failed: Failed) -> None:
    """Load again what was loaded last, planned anew: after a failure there may be less memory."""
    try:
        load_model(desk, last_used_model(desk), done, failed)
    except CarrelError as error:
        failed(error)


def last_used_model(desk: Desk) -> Path:
    """The file loaded last. Raises CarrelError when there is none or it is gone."""
    if not desk.settings.last_model:
        raise CarrelError(
            "no_model_yet", "No model has been loaded yet.", "Choose one with --model FILE, or download one first."
        )
    path = Path(desk.settings.last_model)
    if not path.exists():
        raise CarrelError(
            "model_gone",
            "{path} is not there any more.",
            "Put the file back, or choose another model.",
            path=str(path),
        )
    return path


def with_context(desk: Desk, n_ctx: int) -> Fixed:
    """What is in memory, with another context: KV type, adapters and threads stay."""
    plan = desk.plan
    return msgspec.structs.replace(_kept(plan), n_ctx=n_ctx) if plan is not None else Fixed(n_ctx=n_ctx)


def _kept(wanted: Plan) -> Fixed:
    return Fixed(n_ctx=wanted.n_ctx, kv_type=wanted.kv_type, n_threads=wanted.n_threads, adapters=wanted.adapters)


def _when_started(desk: Desk, then: Callable[[], object]) -> None:
    """Go on once the engine has greeted or given up."""
    if desk.engine.state.phase is not Phase.STARTING:
        then()
        return

    def look(state: EngineState) -> None:
        if state.phase is not Phase.STARTING:
            disconnect()
            then()

    disconnect = desk.engine.changed.connect(look)


def _decide(desk: Desk, candidate: Candidate, fixed: Fixed, build: str, pid: int | None, *, loose: bool) -> _Ready:
    """Away from the main thread: snapshot, what was measured before, plan. `loose` lets go of `fixed` if it must."""
    folder = models_folder(desk.home, desk.settings.models_folder)
    machine = without_engine(take_snapshot(folder), pid)
    bench, book = bench_of(machine, build, Path(candidate.path)), CostBook(desk.home.costs_file)
    draft = None
    if desk.settings.draft_model and desk.settings.speculation:
        draft = find_draft(desk.home, load_catalog(desk.home.catalog_facts_file), folder)
    fixed = msgspec.structs.replace(fixed, n_threads=fixed.n_threads or desk.settings.threads)
    margin_bytes = desk.settings.vram_margin_mib * MIB
    best = plan(machine, [candidate], fixed, margin_bytes, book.decode_costs(bench), draft)
    note = ""
    if loose and not best.fits:
        free = Fixed(n_threads=fixed.n_threads, adapters=fixed.adapters)
        other = plan(machine, [candidate], free, margin_bytes, book.decode_costs(bench), draft)
        if other.fits:
            note = say("What you decided does not fit now, so Carrel chose anew. {reason}", reason=best.reason)
            best = other
    load = load_message(best, machine, book.find(bench, best))
    n_draft = LONGEST_DRAFT if desk.settings.speculation else 0
    return _Ready(best, msgspec.structs.replace(load, n_draft=n_draft), bench, note)


class _Loading:
    """One load, in smaller ways where memory does not suffice after all."""

    def __init__(self, desk: Desk, ready: _Ready, done: Done, failed: Failed) -> None:
        self._desk, self._ready, self._done, self._failed = desk, ready, done, failed
        self._descent = Descent(ready.load, ready.plan)

    def start(self) -> None:
        self._desk.engine.load(self._ready.load, self._on_event)

    def _on_event(self, event: Event) -> None:
        if isinstance(event, m.Loaded):
            self._keep(event)
        elif isinstance(event, CarrelError):
            self._step_down(event)

    def _step_down(self, error: CarrelError) -> None:
        """Try the next smaller way, or say why it does not load."""
        smaller = self._descent.step(error)
        if smaller is None:
            self._failed(error)
        else:
            self._desk.engine.load(smaller, self._on_event)

    def _keep(self, loaded: m.Loaded) -> None:
        desk, ready = self._desk, self._ready
        desk.plan = ready.plan
        if self._descent.words:
            desk.adopt(self._descent.spec)
            desk.noticed.emit(self._descent.words)
        elif loaded.costs:
            desk.jobs.run(lambda: CostBook(desk.home.costs_file).keep(ready.bench, ready.plan, loaded.costs))
        _remember(desk, ready.plan.model.path)
        self._done(desk.engine.state)


def _remember(desk: Desk, path: str) -> None:
    """For the next start. The model is in memory whether this can be written or not."""
    if desk.settings.last_model != path:
        try:
            desk.change_settings(last_model=path)
        except CarrelError:
            log.warning("the model loaded last could not be remembered", exc_info=True)


def load_message(best: Plan, machine: Machine, costs: tuple[m.Cost, ...] = ()) -> m.Load:
    """The plan as the engine takes it. On several cards a model that fits one stays on that one; else the layers that
    the plan gave each card are the proportions, in the order in which the engine numbers the cards.
    """
    indexes = [card.index for card in best.cards]
    shares = {card.index: float(card.layers) for card in best.cards} if len(indexes) > 1 else {}
    numbers = range(max([*indexes, *(gpu.index for gpu in machine.gpus)], default=-1) + 1)
    return m.Load(
        0,
        path=best.model.path,
        n_ctx=best.n_ctx,
        n_ubatch=best.n_ubatch,
        n_gpu_layers=best.n_gpu_layers if best.cards else 0,
        kv_type=best.kv_type,  # type: ignore[arg-type]
        n_threads=best.n_threads or psutil.cpu_count(logical=False) or 0,
        main_gpu=indexes[0] if len(indexes) == 1 else -1,
        tensor_split=tuple(shares.get(index, 0.0) for index in numbers) if shares else (),
        n_cpu_moe=best.n_cpu_moe,
        yarn_factor=best.yarn_factor,
        yarn_orig_ctx=best.yarn_orig_ctx,
        adapters=tuple(m.Adapter(adapter.path, adapter.scale) for adapter in best.adapters),
        draft_path=best.draft_path,
        costs=costs,
    )
