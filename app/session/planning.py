"""Plans for this computer or another one, for any model: here, in the catalog, or on the hub."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from app.catalog.index import Catalog, candidate_of, load_catalog
from app.catalog.local import find_draft, local_candidate
from app.config.paths import expanded, models_folder
from app.core.errors import CarrelError
from app.core.units import MIB
from app.fetch.hub import open_hub
from app.fetch.ranges import range_reader
from app.fetch.wanted import Wanted
from app.fit.option import Adapter, Candidate
from app.fit.plan import Plan, advise, plan
from app.fit.search import Fixed
from app.gguf.adapter import check_adapter, read_adapter
from app.gguf.model import describe
from app.gguf.reader import Header, read_header
from app.gguf.source import RangeSource
from app.gguf.split import merge_parts, part_names
from app.machine.snapshot import load_machine, take_snapshot
from app.session.costs import measured_costs
from app.session.desk import Desk
from app.session.failures import as_carrel_error

UNKNOWN_REVISION = "main"


def make_plan(
    desk: Desk,
    machine_file: Path | None,
    model: str | None,
    fixed: Fixed,
    done: Callable[[Plan], object],
    failed: Callable[[CarrelError], object],
) -> None:
    """The best plan with what is fixed fixed. `model` is a file here or org/repo/file; None lets Carrel choose."""

    build = desk.engine.state.build

    def work() -> Plan:
        machine = load_machine(machine_file) if machine_file else take_snapshot(_folder(desk))
        catalog = load_catalog(desk.home.catalog_facts_file)
        margin_bytes = desk.settings.vram_margin_mib * MIB
        if model is None and fixed == Fixed():
            return advise(machine, catalog.candidates(), margin_bytes).recommended
        if model is None:
            return plan(machine, catalog.candidates(), fixed, margin_bytes)
        candidate = _candidate(desk, catalog, model)
        measured = () if machine_file else measured_costs(desk.home, machine, build, candidate)
        draft = find_draft(desk.home, catalog, _folder(desk)) if desk.settings.draft_model else None
        return plan(machine, [candidate], with_sizes(fixed, candidate), margin_bytes, measured, draft)

    desk.jobs.run(work, done, lambda error: failed(as_carrel_error(error)))


def with_sizes(fixed: Fixed, candidate: Candidate) -> Fixed:
    """The adapters with what they take. Raises CarrelError when one does not belong to the model."""
    return msgspec.structs.replace(fixed, adapters=tuple(_sized(adapter, candidate) for adapter in fixed.adapters))


def _sized(adapter: Adapter, candidate: Candidate) -> Adapter:
    path = expanded(adapter.path).resolve()
    facts = read_adapter(path)
    check_adapter(facts, path, candidate.facts)
    return Adapter(str(path), adapter.scale, facts.size_bytes)


def _candidate(desk: Desk, catalog: Catalog, model: str) -> Candidate:
    """A file that is here by its header; one of the catalog by its known mix; any other by its header on the hub."""
    path = expanded(model)
    if path.exists() or model.count("/") < 2 or path.is_absolute():
        return local_candidate(path, catalog)
    organisation, repository, file = model.split("/", 2)
    for entry in catalog.entries:
        if entry.reference == model:
            return candidate_of(entry)
    return _remote_candidate(desk, Wanted(f"{organisation}/{repository}", UNKNOWN_REVISION, file))


def _remote_candidate(desk: Desk, wanted: Wanted) -> Candidate:
    """The headers of all parts are read over HTTP ranges: some megabytes instead of the whole model."""
    hub = open_hub(desk.settings)

    def header_of(file: str) -> Header:
        size_bytes, read = range_reader(msgspec.structs.replace(wanted, file=file), hub)
        return read_header(RangeSource(read, size_bytes, file))

    headers = [header_of(file) for file in part_names(wanted.file)]
    facts = merge_parts(headers) if len(headers) > 1 else describe(headers[0])
    return Candidate(wanted.repo, wanted.file, "", facts.quant, facts.size_bytes, facts)


def _folder(desk: Desk) -> Path:
    return models_folder(desk.home, desk.settings.models_folder)
