"""From a file to a loaded model: read its header, plan it for this computer as it is now, load it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import psutil

from app.catalog.index import load_catalog
from app.catalog.local import local_candidate
from app.config.paths import models_folder
from app.core.errors import CarrelError
from app.core.units import MIB
from app.engine import messages as m
from app.engine.state import EngineState
from app.engine.supervisor import Event
from app.fit.plan import Plan, plan
from app.fit.search import Candidate, Fixed
from app.machine.snapshot import Machine, take_snapshot
from app.session.desk import Desk
from app.session.failures import as_carrel_error

log = logging.getLogger(__name__)

Done = Callable[[EngineState], object]
Failed = Callable[[CarrelError], object]


def load_model(
    desk: Desk, path: Path, done: Done, failed: Failed, wanted: Plan | None = None, *, fixed: Fixed | None = None
) -> None:
    """Load the GGUF at `path`, planned for the memory that is free now. `wanted` keeps its context and KV type.

    Progress is told by `desk.engine.changed`; `done(state)` or `failed(error)` comes on the main thread. What is in
    memory stays there until the new file has shown that it is a model.
    """
    decided = fixed or (Fixed(n_ctx=wanted.n_ctx, kv_type=wanted.kv_type) if wanted else Fixed())
    jobs = desk.jobs

    def fail(error: Exception) -> None:
        failed(as_carrel_error(error))

    def release(candidate: Candidate) -> None:
        """The model in memory would be counted as taken: free it before looking how much there is."""
        if desk.engine.state.has_model:
            desk.engine.unload(lambda _: plan_it(candidate))
        else:
            plan_it(candidate)

    def plan_it(candidate: Candidate) -> None:
        jobs.run(lambda: _plan(desk, candidate, decided), planned, fail)

    def planned(found: tuple[Plan, Machine]) -> None:
        best, machine = found
        if not best.fits:
            failed(CarrelError("does_not_fit_machine", "{reason}", reason=best.reason))
            return
        try:
            _load(desk, best, machine, done, failed)
        except CarrelError as error:
            failed(error)

    jobs.run(lambda: local_candidate(path, load_catalog(desk.home.catalog_facts_file)), release, fail)


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


def last_plan(desk: Desk) -> Plan | None:
    """The plan of the model in memory, None when nothing is loaded."""
    return desk.plan if desk.engine.state.has_model else None


def _plan(desk: Desk, candidate: Candidate, fixed: Fixed) -> tuple[Plan, Machine]:
    """Away from the main thread: snapshot and plan."""
    machine = take_snapshot(models_folder(desk.home, desk.settings.models_folder))
    return plan(machine, [candidate], fixed, desk.settings.vram_margin_mib * MIB), machine


def _load(desk: Desk, best: Plan, machine: Machine, done: Done, failed: Failed) -> None:
    path = best.model.path

    def on_event(event: Event) -> None:
        if isinstance(event, m.Loaded):
            desk.plan = best
            _remember(desk, path)
            done(desk.engine.state)
        elif isinstance(event, CarrelError):
            failed(event)

    desk.engine.load(load_message(best, machine), on_event)


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
