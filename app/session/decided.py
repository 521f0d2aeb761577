"""What the user decided about loading a model: kept by its file, and what would come of it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from app.catalog.index import load_catalog
from app.catalog.local import find_draft, local_candidate
from app.config.paths import Home, models_folder
from app.core.errors import CarrelError
from app.core.files import write_durably
from app.core.units import MIB
from app.fit.plan import Plan, plan
from app.fit.search import Fixed
from app.fit.stretch import longest_context, trained_context
from app.machine.snapshot import take_snapshot
from app.session.costs import measured_costs
from app.session.desk import Desk
from app.session.failures import as_carrel_error
from app.session.machine import without_engine
from app.session.planning import with_sizes

log = logging.getLogger(__name__)

Failed = Callable[[CarrelError], object]
Kept = dict[str, Fixed]


@dataclass(frozen=True, slots=True)
class Foresight:
    """The plan that would be loaded, and how far the model can go: as trained and stretched, in tokens."""

    plan: Plan
    trained_ctx: int
    longest_ctx: int


def decided_for(home: Home, path: Path) -> Fixed:
    """What was decided for this file; nothing when nothing was."""
    return _read(home).get(_name(path), Fixed())


def keep_decided(home: Home, path: Path, fixed: Fixed) -> None:
    """Remember it for the next load. Raises CarrelError when it cannot be written."""
    kept = {name: choices for name, choices in _read(home).items() if name != _name(path)}
    if fixed != Fixed():
        kept[_name(path)] = fixed
    write_durably(_file(home), msgspec.json.encode(kept))


def foresee(desk: Desk, path: Path, fixed: Fixed, done: Callable[[Foresight], object], failed: Failed) -> None:
    """What loading this file with these choices would be like now, as if no model were in memory."""
    settings, home = desk.settings, desk.home
    pid, build = desk.engine.pid, desk.engine.state.build

    def work() -> Foresight:
        folder, catalog = models_folder(home, settings.models_folder), load_catalog(home.catalog_facts_file)
        machine = without_engine(take_snapshot(folder), pid)
        candidate = local_candidate(path, catalog)
        draft = find_draft(home, catalog, folder) if settings.draft_model and settings.speculation else None
        measured = measured_costs(home, machine, build, candidate)
        margin_bytes = settings.vram_margin_mib * MIB
        found = plan(machine, [candidate], with_sizes(fixed, candidate), margin_bytes, measured, draft)
        return Foresight(found, trained_context(candidate.facts), longest_context(candidate.facts))

    desk.jobs.run(work, done, lambda error: failed(as_carrel_error(error)))


def _file(home: Home) -> Path:
    return home.root / "loading.json"


def _name(path: Path) -> str:
    return str(path.absolute())


def _read(home: Home) -> Kept:
    try:
        return msgspec.json.decode(_file(home).read_bytes(), type=Kept)
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.MsgspecError):
        log.warning("what was decided about loading could not be read", exc_info=True)
        return {}
