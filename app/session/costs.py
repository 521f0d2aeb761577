"""What decoding was measured to cost on this computer, kept so that it is measured once and known to the planner.

A measurement belongs to the cards with their driver, the engine's build, the model's content, where its layers lie and
the KV type; when one of them changes it is measured again. The file is a note, not a treasure: damaged, it is begun
anew.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterable
from pathlib import Path

import msgspec

from app.config.paths import Home
from app.core.errors import CarrelError
from app.core.files import write_durably
from app.engine.messages import Cost
from app.engine.saved import fingerprint
from app.fit.decode import KvCost
from app.fit.option import Candidate
from app.fit.plan import Plan
from app.machine.snapshot import Machine

log = logging.getLogger(__name__)

MOST_RECORDS = 64
MOST_COSTS = 256  # of one record


class Bench(msgspec.Struct, frozen=True):
    """What a measurement was made with, except for the KV type: `machine` names cards, driver or processor."""

    machine: str
    build: str
    model: str


class _Record(msgspec.Struct, frozen=True):
    bench: Bench
    placement: str
    kv_type: str
    costs: tuple[Cost, ...]


class _File(msgspec.Struct, frozen=True):
    records: tuple[_Record, ...] = ()


class CostBook:
    """The records, the one used last first. Touches the disk: call it away from the main thread."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def find(self, bench: Bench, plan: Plan) -> tuple[Cost, ...]:
        """What an earlier load like this one measured; nothing when there was none."""
        wanted = (bench, placement_of(plan), plan.kv_type)
        records = self._read()
        found = next((one for one in records if (one.bench, one.placement, one.kv_type) == wanted), None)
        return found.costs if found else ()

    def decode_costs(self, bench: Bench) -> tuple[KvCost, ...]:
        """One token's cost by KV type and depth, as measured with all layers on the cards."""
        return tuple(
            KvCost(one.kv_type, cost.depth, cost.ms)
            for one in self._read()
            if one.bench == bench and one.placement.startswith("gpu")
            for cost in one.costs
            if cost.rows == 1
        )

    def keep(self, bench: Bench, plan: Plan, costs: Iterable[Cost]) -> None:
        """Remember a measurement in place of the one before it; the records unused longest go first.

        What this machine measured with another driver or another engine is of no use any more and goes too.
        """
        sound = tuple(cost for cost in costs if cost.ms > 0 and cost.rows > 0 and cost.depth >= 0)[:MOST_COSTS]
        if not sound:
            return
        new = _Record(bench, placement_of(plan), plan.kv_type, sound)
        rest = [one for one in self._read() if _is_current(one, bench) and not _is_same(one, new)]
        records = (new, *rest)[:MOST_RECORDS]
        with contextlib.suppress(CarrelError):
            write_durably(self._file, msgspec.json.encode(_File(records)))

    def _read(self) -> tuple[_Record, ...]:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=_File).records
        except FileNotFoundError:
            return ()
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            log.warning("the measured costs could not be read and are measured again", exc_info=True)
            return ()


def bench_of(machine: Machine, build: str, path: Path) -> Bench:
    """What measurements of this model belong to here. Reads samples of the file: some ten milliseconds."""
    return Bench(name_of(machine), build, fingerprint(path))


def measured_costs(home: Home, machine: Machine, build: str, candidate: Candidate) -> tuple[KvCost, ...]:
    """What decoding this model was measured to cost here; nothing while the engine's build is not known."""
    if not build or not candidate.path:
        return ()
    return CostBook(home.costs_file).decode_costs(bench_of(machine, build, Path(candidate.path)))


def name_of(machine: Machine) -> str:
    """The cards with their driver; without any the processor."""
    cards = [f"{gpu.name} {gpu.uuid}" for gpu in machine.usable_gpus]
    if not cards:
        return f"{machine.cpu.name}, {machine.cpu.cores} cores"
    return f"{', '.join(sorted(cards))}, driver {machine.usable_gpus[0].driver}"


def placement_of(plan: Plan) -> str:
    """Where the layers lie, as far as it changes what decoding costs."""
    words: list[str] = [plan.mode]
    if plan.mode != "gpu":
        words += [str(plan.n_gpu_layers), str(plan.n_cpu_moe), *(f"{card.index}:{card.layers}" for card in plan.cards)]
        words.append(f"{plan.n_threads} threads")
    words += [f"with {adapter.path}" for adapter in plan.adapters]
    return " ".join(words)


def _is_current(record: _Record, bench: Bench) -> bool:
    """Whether a record could still be of use: another driver on the same cards or another engine ends its life."""
    cards, _, driver = bench.machine.rpartition(", driver ")
    theirs, _, other = record.bench.machine.rpartition(", driver ")
    return record.bench.build == bench.build and (theirs != cards or other == driver)


def _is_same(one: _Record, other: _Record) -> bool:
    return (one.bench, one.placement, one.kv_type) == (other.bench, other.placement, other.kv_type)
