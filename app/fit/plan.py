"""Decides how a model runs on a computer, and says why in a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from app.core.errors import CarrelError
from app.core.units import MIB
from app.fit import reasons, value
from app.fit.decode import KvCost
from app.fit.option import Adapter, Candidate, Mode, Option, Room, with_adapters
from app.fit.search import DEFAULT_UBATCH, Fixed, Reach, options, reach_of, rooms, try_option
from app.fit.spare import spend_spare
from app.fit.stretch import longest_context
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


class Card(msgspec.Struct, frozen=True):
    """One card's part of a plan. `layers` counts the output head as one; `free_bytes` is before the margin."""

    name: str
    uuid: str
    index: int
    layers: int
    total_bytes: int
    free_bytes: int


class Plan(msgspec.Struct, frozen=True):
    """One way to run one model, ready to be shown, loaded or written as JSON.

    `n_gpu_layers` of `model.n_layers` + 1 is everything, of which `n_cpu_moe` layers keep their experts in RAM.
    `free_bytes` is what the cards used have free, before `margin_bytes` is kept on each; `gpu_uuids` are the cards to
    show to the engine, none for the processor. `yarn_factor` is 0 when the context needs no stretching. `reach` says
    by KV type how much context there would be room for. `n_threads` 0 leaves the number to the engine.
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
    n_cpu_moe: int = 0
    yarn_factor: float = 0.0
    yarn_orig_ctx: int = 0
    cards: tuple[Card, ...] = ()
    reach: tuple[Reach, ...] = ()
    adapters: tuple[Adapter, ...] = ()
    n_threads: int = 0
    draft_path: str = ""
    tokens_per_s: float = 0.0


class Advice(msgspec.Struct, frozen=True):
    """What to run on this computer, and what else could be wanted."""

    recommended: Plan
    alternatives: tuple[Plan, ...]


def plan(
    machine: Machine,
    candidates: Sequence[Candidate],
    fixed: Fixed = Fixed(),  # noqa: B008
    margin_bytes: int = DEFAULT_MARGIN_BYTES,
    measured: Sequence[KvCost] = (),
    draft: Candidate | None = None,
) -> Plan:
    """The best plan with what is fixed fixed. When nothing fits, the plan that comes nearest with `fits` False,
    and a reason that names what would run.

    `measured` is what a token was found to cost on this computer by KV type; `draft` a small model that may speculate
    where memory is left over.
    """
    reachable = _reachable(candidates, fixed.n_ctx)
    if _all_fixed(fixed) and fixed.n_gpu_layers and not machine.usable_gpus:
        return _on_some_card(reachable[0], fixed, machine, margin_bytes)
    reachable = [with_adapters(candidate, fixed.adapters) for candidate in reachable]
    places = _allowed(rooms(machine, margin_bytes, measured), fixed.n_cards)
    found = options(reachable, places, fixed)
    best = choose(found)
    if best:
        best = spend_spare(best, draft, ubatch=fixed.n_ubatch is None)
        reason = reasons.asked(best) if _all_fixed(fixed) else reasons.explain(best, found, fixed)
        return _as_plan(best, machine, margin_bytes, reason, fixed)
    nearest = _nearest(reachable, places, fixed)
    free = Fixed(adapters=fixed.adapters)
    other = choose(options(reachable, places, free)) if fixed != free else None
    return _as_plan(nearest, machine, margin_bytes, reasons.refuse(nearest, other), fixed)


def _allowed(places: tuple[Room, ...], n_cards: int | None) -> tuple[Room, ...]:
    """The places with so many cards; where there are fewer, with all of them."""
    if n_cards is None:
        return places
    most = max(len(place.gpus) for place in places)
    return tuple(place for place in places if len(place.gpus) == min(n_cards, most))


def _reachable(candidates: Sequence[Candidate], n_ctx: int | None) -> list[Candidate]:
    """The models that can read so many tokens, stretched if need be."""
    if not candidates:
        raise CarrelError("no_candidates", "There is no model to plan for.", "Choose a GGUF file or a model by name.")
    reachable = [one for one in candidates if not n_ctx or n_ctx <= longest_context(one.facts)]
    if not reachable:
        raise CarrelError(
            "context_too_long",
            "A context of {given} tokens is more than any model here can use.",
            "Ask for at most {most}.",
            given=f"{n_ctx:,}",
            most=f"{max(longest_context(one.facts) for one in candidates):,}",
        )
    return reachable


def advise(
    machine: Machine,
    candidates: Sequence[Candidate],
    margin_bytes: int = DEFAULT_MARGIN_BYTES,
    measured: Sequence[KvCost] = (),
) -> Advice:
    """The recommended plan and up to three alternatives for this computer.

    Raises CarrelError when no candidate runs at all, saying what the smallest would need.
    """
    places = rooms(machine, margin_bytes, measured)
    found = options(candidates, places, Fixed())
    best = choose(found)
    if not best:
        raise _too_small(_nearest(candidates, places, Fixed()), machine)
    others = [spend_spare(other) for other in _alternatives(best, found)]
    best = spend_spare(best)
    return Advice(
        recommended=_as_plan(best, machine, margin_bytes, reasons.explain(best, found, whole_catalog=True)),
        alternatives=tuple(_as_plan(other, machine, margin_bytes, reasons.compare(other, best)) for other in others),
    )


def choose(found: Iterable[Option]) -> Option | None:
    """The best option: a well readable 32B wholly on the card, else any model so, else whatever is worth most.

    Among equals the first candidate wins; on few cards rather than on many, and with a card rather than without.
    """
    return max(found, key=lambda option: (_rank(option), option.worth, _tidiness(option)), default=None)


def _tidiness(option: Option) -> tuple[bool, int]:
    """A card reads documents many times faster than a processor, even where it only helps."""
    return bool(option.room.gpus), -len(option.room.gpus)


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
        try_option(
            candidate,
            room,
            n_ctx,
            fixed.kv_type or "q8_0",
            fixed.n_ubatch or DEFAULT_UBATCH,
            layers,
            fixed.n_cpu_moe or 0,
        )
        for candidate in candidates
        for room in (places[:-1] or (place,))
    ]
    return min(tried, key=_shortfall_bytes)


def _on_some_card(candidate: Candidate, fixed: Fixed, machine: Machine, margin_bytes: int) -> Plan:
    """Everything is given and layers are to be on a card, but there is none: what it would take on one."""
    assert fixed.n_ctx and fixed.kv_type and fixed.n_ubatch and fixed.n_gpu_layers
    card = Gpu(name="", total_bytes=0, free_bytes=0)
    room = Room((card,), (0,), machine.ram_free_bytes)
    option = try_option(candidate, room, fixed.n_ctx, fixed.kv_type, fixed.n_ubatch, fixed.n_gpu_layers)
    return _as_plan(option, machine, margin_bytes, reasons.no_card(option), fixed)


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


def _as_plan(
    option: Option,
    machine: Machine,
    margin_bytes: int,
    reason: str,
    fixed: Fixed = Fixed(),  # noqa: B008
) -> Plan:
    need, candidate, cards = option.need, option.candidate, option.room.gpus
    stretched = option.yarn_factor
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
        n_cpu_moe=option.n_cpu_moe,
        yarn_factor=stretched,
        yarn_orig_ctx=candidate.facts.yarn_orig_ctx if stretched else 0,
        cards=tuple(
            Card(gpu.name, gpu.uuid, gpu.index, part.layers, part.total_bytes, gpu.free_bytes)
            for gpu, part in zip(cards, need.cards, strict=True)
        ),
        reach=reach_of(option),
        adapters=fixed.adapters,
        n_threads=fixed.n_threads,
        draft_path=option.draft_path,
        tokens_per_s=round(option.tokens_per_s, 1),
    )
