"""Decides how a model runs on a computer, and says why in a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from app.core.errors import CarrelError
from app.core.units import MIB
from app.fit import reasons, value
from app.fit.search import (
    DEFAULT_UBATCH,
    LARGEST_CONTEXT,
    Candidate,
    Fixed,
    Mode,
    Option,
    Room,
    options,
    rooms,
    try_option,
)
from app.fit.weights import ALL_LAYERS
from app.machine.gate import Gpu
from app.machine.snapshot import Machine

DEFAULT_MARGIN_BYTES = 512 * MIB
MOST_ALTERNATIVES = 3


class PlanModel(msgspec.Struct, frozen=True):
    """The model of a plan. `exact` is False when its memory was scaled from the file's size, not read."""

    repo: str
    file: str
    quant: str
    size_bytes: int
    name: str = ""
    path: str = ""
    n_layers: int = 0
    exact: bool = True


class Vram(msgspec.Struct, frozen=True):
    """What the process takes on the cards, CUDA context included, in parts."""

    weights_bytes: int
    kv_bytes: int
    compute_bytes: int
    overhead_bytes: int
    total_bytes: int


class Plan(msgspec.Struct, frozen=True):
    """One way to run one model, ready to be shown, loaded or written as JSON.

    `n_gpu_layers` of `model.n_layers` + 1 is everything. `free_bytes` is what the cards used have free, before
    `margin_bytes` is kept on each; `gpu_uuids` are the cards to show to the engine, none for the processor.
    """

    model: PlanModel
    n_ctx: int
    kv_type: str
    n_ubatch: int
    n_gpu_layers: int
    vram: Vram
    ram_bytes: int
    fits: bool
    reason: str
    mode: Mode
    gpu: str = ""
    gpu_uuids: tuple[str, ...] = ()
    free_bytes: int = 0
    margin_bytes: int = 0
    ram_free_bytes: int = 0


class Advice(msgspec.Struct, frozen=True):
    """What to run on this computer, and what else could be wanted."""

    recommended: Plan
    alternatives: tuple[Plan, ...]


def plan(
    machine: Machine,
    candidates: Sequence[Candidate],
    fixed: Fixed = Fixed(),  # noqa: B008
    margin_bytes: int = DEFAULT_MARGIN_BYTES,
) -> Plan:
    """The best plan with what is fixed fixed. When nothing fits, the plan that comes nearest with `fits` False,
    and a reason that names what would run.
    """
    if not candidates:
        raise CarrelError("no_candidates", "There is no model to plan for.", "Choose a GGUF file or a model by name.")
    if fixed.n_ctx and fixed.n_ctx > LARGEST_CONTEXT:
        raise CarrelError(
            "context_too_long",
            "A context of {given} tokens is more than any model here can use.",
            "Ask for at most {most}.",
            given=f"{fixed.n_ctx:,}",
            most=f"{LARGEST_CONTEXT:,}",
        )
    if _all_fixed(fixed) and fixed.n_gpu_layers and not machine.usable_gpus:
        return _on_some_card(candidates[0], fixed, machine, margin_bytes)
    places = rooms(machine, margin_bytes)
    found = options(candidates, places, fixed)
    best = choose(found)
    if best:
        reason = reasons.asked(best) if _all_fixed(fixed) else reasons.explain(best, found, fixed)
        return _as_plan(best, machine, margin_bytes, reason)
    nearest = _nearest(candidates, places, fixed)
    other = choose(options(candidates, places, Fixed())) if fixed != Fixed() else None
    return _as_plan(nearest, machine, margin_bytes, reasons.refuse(nearest, other))


def advise(machine: Machine, candidates: Sequence[Candidate], margin_bytes: int = DEFAULT_MARGIN_BYTES) -> Advice:
    """The recommended plan and up to three alternatives for this computer.

    Raises CarrelError when no candidate runs at all, saying what the smallest would need.
    """
    places = rooms(machine, margin_bytes)
    found = options(candidates, places, Fixed())
    best = choose(found)
    if not best:
        raise _too_small(_nearest(candidates, places, Fixed()), machine)
    others = _alternatives(best, found)
    return Advice(
        recommended=_as_plan(best, machine, margin_bytes, reasons.explain(best, found)),
        alternatives=tuple(_as_plan(other, machine, margin_bytes, reasons.compare(other, best)) for other in others),
    )


def choose(found: Iterable[Option]) -> Option | None:
    """The best option: a well readable 32B wholly on the card, else any model so, else whatever is worth most.

    Among equals the first candidate wins; on one card rather than on several.
    """
    return max(found, key=lambda option: (_rank(option), option.worth, option.mode != "gpus"), default=None)


def _rank(option: Option) -> int:
    if option.mode not in ("gpu", "gpus") or option.n_ctx < value.USEFUL_CONTEXT:
        return 0
    return 2 if _is_preferred(option) and _is_readable(option) else 1


def _is_preferred(option: Option) -> bool:
    return option.candidate.model == value.PREFERRED_MODEL


def _is_readable(option: Option) -> bool:
    return value.quant_loss(option.candidate.quant) <= value.LARGEST_READABLE_LOSS and option.kv_type != "q4_0"


def _is_bearable(option: Option) -> bool:
    return value.quant_loss(option.candidate.quant) <= value.LARGEST_BEARABLE_LOSS


def _alternatives(best: Option, found: Sequence[Option]) -> list[Option]:
    """Finer weights, a longer context, the 32B in spite of all, a smaller model: where there are any."""
    same = [o for o in found if o.candidate.model == best.candidate.model and o.candidate.quant != best.candidate.quant]
    loss = value.quant_loss(best.candidate.quant)
    useful = min(value.USEFUL_CONTEXT, best.n_ctx)
    finer = choose(
        o for o in same if o.mode == best.mode and o.n_ctx >= useful and value.quant_loss(o.candidate.quant) < loss
    )
    longer = choose(o for o in same if o.mode == best.mode and o.n_ctx > best.n_ctx)
    anyway = [] if _is_preferred(best) else _preferred_ways(found)
    smaller = choose(o for o in found if o.candidate.size_bytes < best.candidate.size_bytes * 0.75 and _other(o, best))
    picked: list[Option] = []
    for option in (*anyway, finer, longer, smaller):
        if option and all(option.candidate.file != p.candidate.file for p in picked):
            picked.append(option)
    return picked[:MOST_ALTERNATIVES]


def _preferred_ways(found: Sequence[Option]) -> list[Option]:
    """The 32B with a good quantization partly in RAM, and a coarse one wholly on the card."""
    ours = [o for o in found if _is_preferred(o)]
    whole = choose(o for o in ours if o.mode in ("gpu", "gpus") and _is_bearable(o))
    slow = choose(o for o in ours if o.mode in ("partial", "ram") and _is_readable(o))
    return [option for option in (slow, whole) if option]


def _other(option: Option, best: Option) -> bool:
    return option.candidate.model != best.candidate.model


def _nearest(candidates: Sequence[Candidate], places: tuple[Room, ...], fixed: Fixed) -> Option:
    """The option that misses least, with the smallest context that is worth having unless one is fixed."""
    place = places[0]
    layers = ALL_LAYERS if fixed.n_gpu_layers is None else fixed.n_gpu_layers
    n_ctx = fixed.n_ctx or value.SMALLEST_CONTEXT
    tried = [
        try_option(candidate, room, n_ctx, fixed.kv_type or "q8_0", fixed.n_ubatch or DEFAULT_UBATCH, layers)
        for candidate in candidates
        for room in (places[:-1] or (place,))
    ]
    return min(tried, key=_shortfall_bytes)


def _on_some_card(candidate: Candidate, fixed: Fixed, machine: Machine, margin_bytes: int) -> Plan:
    """Everything is given and layers are to be on a card, but there is none: what it would take on one."""
    assert fixed.n_ctx and fixed.kv_type and fixed.n_ubatch and fixed.n_gpu_layers
    card = Gpu(name="", total_bytes=0, free_bytes=0)
    room = Room((card,), 0, machine.ram_free_bytes)
    option = try_option(candidate, room, fixed.n_ctx, fixed.kv_type, fixed.n_ubatch, fixed.n_gpu_layers)
    return _as_plan(option, machine, margin_bytes, reasons.no_card(option))


def _shortfall_bytes(option: Option) -> int:
    missing_vram = max(0, option.need.total_bytes - option.room.vram_bytes)
    return missing_vram + max(0, option.need.ram_bytes - option.room.ram_bytes)


def _all_fixed(fixed: Fixed) -> bool:
    return None not in (fixed.n_ctx, fixed.kv_type, fixed.n_ubatch, fixed.n_gpu_layers)


def _too_small(nearest: Option, machine: Machine) -> CarrelError:
    return CarrelError(
        "nothing_fits",
        "No model of the catalog runs here: the smallest needs {need} of memory and {free} are free.",
        "Close other programs, or use a computer with 16 GB of RAM.",
        need=reasons.gigabytes(nearest.need.total_bytes or nearest.need.ram_bytes),
        free=reasons.gigabytes(max(machine.ram_free_bytes, nearest.room.vram_bytes)),
    )


def _as_plan(option: Option, machine: Machine, margin_bytes: int, reason: str) -> Plan:
    need, candidate, cards = option.need, option.candidate, option.room.gpus
    return Plan(
        model=PlanModel(
            repo=candidate.repo,
            file=candidate.file,
            quant=candidate.quant,
            size_bytes=candidate.size_bytes,
            name=candidate.facts.name,
            path=candidate.path,
            n_layers=candidate.facts.n_layers,
            exact=candidate.facts.exact,
        ),
        n_ctx=option.n_ctx,
        kv_type=option.kv_type,
        n_ubatch=option.n_ubatch,
        n_gpu_layers=option.n_gpu_layers,
        vram=Vram(need.weights_bytes, need.kv_bytes, need.compute_bytes, need.overhead_bytes, need.total_bytes),
        ram_bytes=need.ram_bytes,
        fits=option.fits,
        reason=reason,
        mode=option.mode,
        gpu=" + ".join(gpu.name for gpu in cards),
        gpu_uuids=tuple(gpu.uuid for gpu in cards if gpu.uuid),
        free_bytes=sum(gpu.free_bytes for gpu in cards),
        margin_bytes=margin_bytes,
        ram_free_bytes=machine.ram_free_bytes,
    )
