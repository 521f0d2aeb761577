"""Decides how a model runs on a computer, and says why in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.errors import CarrelError
from app.core.units import MIB
from app.fit import reasons, value
from app.fit.choice import alternatives, choose
from app.fit.decode import KvCost
from app.fit.option import Candidate, Option, Room, with_adapters
from app.fit.planned import Advice, Card, Plan, PlanModel, Vram, as_plan
from app.fit.search import DEFAULT_UBATCH, Fixed, options, rooms, try_option
from app.fit.spare import spend_spare
from app.fit.stretch import longest_context
from app.fit.weights import ALL_LAYERS
from app.machine.gate import Gpu
from app.machine.snapshot import Machine

__all__ = ["Advice", "Card", "Plan", "PlanModel", "Vram", "advise", "choose", "plan"]

DEFAULT_MARGIN_BYTES = 512 * MIB


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
        return as_plan(best, machine, margin_bytes, reason, fixed)
    nearest = _nearest(reachable, places, fixed)
    free = Fixed(adapters=fixed.adapters)
    other = choose(options(reachable, places, free)) if fixed != free else None
    return as_plan(nearest, machine, margin_bytes, reasons.refuse(nearest, other), fixed)


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
    others = [spend_spare(other) for other in alternatives(best, found)]
    best = spend_spare(best)
    return Advice(
        recommended=as_plan(best, machine, margin_bytes, reasons.explain(best, found, whole_catalog=True)),
        alternatives=tuple(as_plan(other, machine, margin_bytes, reasons.compare(other, best)) for other in others),
    )


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
    return as_plan(option, machine, margin_bytes, reasons.no_card(option), fixed)


def _shortfall_bytes(option: Option) -> int:
    cards = zip(option.need.cards, option.room.card_bytes, strict=False)
    missing_vram = sum(max(0, card.total_bytes - space) for card, space in cards)
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
