"""Finds every way a model can run on a computer; `plan` chooses among them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec

from app.core.units import MIB
from app.fit import value
from app.fit.buffers import CONTEXT_STEP, KV_BLOCKS
from app.fit.decode import KvCost
from app.fit.estimate import estimate
from app.fit.option import Adapter, Candidate, Mode, Option, Room
from app.fit.stretch import LARGEST_CONTEXT, NATIVE_CONTEXT, longest_context, trained_context
from app.fit.weights import resolve_layers
from app.gguf.model import ModelFacts
from app.machine.snapshot import Machine

__all__ = ["Candidate", "Fixed", "Mode", "Option", "Room", "largest_context", "options", "rooms", "try_option"]

DEFAULT_UBATCH = 512
MIXED_CONTEXTS = (4_096, 8_192, 16_384, 24_576, 32_768, 40_960)
RAM_MARGIN_BYTES = 1024 * MIB  # kept free for the system and other programs


class Fixed(msgspec.Struct, frozen=True):
    """What the user has decided; None is left to the search. Adapters and threads are as given: there is no search.

    `n_cards` are so many graphics cards, those with the most free memory; 0 is the processor alone.
    """

    n_ctx: int | None = None
    kv_type: str | None = None
    n_ubatch: int | None = None
    n_gpu_layers: int | None = None
    n_cpu_moe: int | None = None
    n_cards: int | None = None
    n_threads: int = 0
    adapters: tuple[Adapter, ...] = ()


def rooms(machine: Machine, margin_bytes: int, measured: Iterable[KvCost] = ()) -> tuple[Room, ...]:
    """The card with the most free memory, then more and more cards together, and RAM alone.

    `measured` is what a token was found to cost here by KV type.
    """
    ram = machine.ram_free_bytes - RAM_MARGIN_BYTES
    costs = tuple(measured)
    cards = machine.usable_gpus
    found = []
    for count in range(1, len(cards) + 1):
        chosen = tuple(sorted(cards[:count], key=lambda gpu: gpu.index))  # as the engine numbers them
        found.append(Room(chosen, tuple(gpu.free_bytes - margin_bytes for gpu in chosen), ram, costs))
    return (*found, Room((), (), ram))


def options(candidates: Iterable[Candidate], places: tuple[Room, ...], fixed: Fixed) -> list[Option]:
    """Every way to run each candidate in each place that fits and could be wanted."""
    kv_types = (fixed.kv_type,) if fixed.kv_type else tuple(KV_BLOCKS)
    alone = len(places) == 1
    return [
        option
        for candidate in candidates
        for kv_type in kv_types
        for option in _in_places(candidate, places, kv_type, fixed, alone=alone)
    ]


def _in_places(
    candidate: Candidate, places: tuple[Room, ...], kv_type: str, fixed: Fixed, *, alone: bool
) -> Iterator[Option]:
    """More cards are not tried once fewer hold all of the model and all the context it may have."""
    enough, wanted = False, fixed.n_ctx or native_context(candidate.facts)
    for place in places:
        if enough and place.gpus:
            continue
        for option in _ways(candidate, place, kv_type, fixed, alone=alone):
            enough |= option.mode in ("gpu", "gpus") and option.n_ctx >= wanted
            yield option


def largest_context(
    facts: ModelFacts,
    free_bytes: int,
    kv_type: str = "f16",
    n_ubatch: int = DEFAULT_UBATCH,
    n_gpu_layers: int = -1,
    n_gpus: int = 1,
    limit: int = NATIVE_CONTEXT,
) -> int:
    """The largest context, a multiple of 256 up to `limit`, that takes at most `free_bytes` on the cards; 0 if none."""

    def fits(n_ctx: int) -> bool:
        return estimate(facts, n_ctx, kv_type, n_ubatch, n_gpu_layers, n_gpus).total_bytes <= free_bytes

    return _largest(limit, fits)


def try_option(
    candidate: Candidate, place: Room, n_ctx: int, kv_type: str, n_ubatch: int, layers: int, n_cpu_moe: int = 0
) -> Option:
    """The option with exactly these settings, whether it fits or not."""
    need = estimate(
        candidate.facts,
        n_ctx,
        kv_type,
        n_ubatch,
        layers,
        len(place.gpus),
        n_cpu_moe=n_cpu_moe,
        room_bytes=place.card_bytes,
    )
    return Option(candidate, place, n_ctx, kv_type, n_ubatch, resolve_layers(candidate.facts, layers), need, n_cpu_moe)


def native_context(facts: ModelFacts) -> int:
    """How far the search goes by itself: what the model was trained for, never into YaRN."""
    return round_context(min(trained_context(facts), NATIVE_CONTEXT))


def round_context(n_ctx: int) -> int:
    """Down to a multiple of 256, at least 256."""
    return max(CONTEXT_STEP, min(n_ctx, LARGEST_CONTEXT) // CONTEXT_STEP * CONTEXT_STEP)


class Reach(msgspec.Struct, frozen=True):
    """How much context there is room for with this KV type: as trained, and stretched (0 when that is no more)."""

    kv_type: str
    n_ctx: int
    stretched_n_ctx: int


def reach_of(option: Option) -> tuple[Reach, ...]:
    """The largest contexts for this model in this place with as many of its layers on the cards."""
    facts = option.candidate.facts
    trained, longest = round_context(trained_context(facts)), round_context(longest_context(facts))
    found = []
    for kv_type in KV_BLOCKS:

        def fits(n_ctx: int, kv_type: str = kv_type) -> bool:
            return with_context(option, n_ctx, kv_type).fits

        plain = _largest(trained, fits)
        stretched = _largest(longest, fits) if plain == trained and longest > trained else 0
        found.append(Reach(kv_type, plain, stretched if stretched > plain else 0))
    return tuple(found)


def with_context(option: Option, n_ctx: int, kv_type: str) -> Option:
    """The same model in the same place with another cache."""
    return try_option(
        option.candidate, option.room, n_ctx, kv_type, DEFAULT_UBATCH, option.n_gpu_layers, option.n_cpu_moe
    )


def _ways(candidate: Candidate, place: Room, kv_type: str, fixed: Fixed, *, alone: bool) -> Iterator[Option]:
    """`alone` says that there is no card anywhere: layers asked for then stay in RAM with the rest."""
    ubatch, moe = fixed.n_ubatch or DEFAULT_UBATCH, fixed.n_cpu_moe or 0
    everything = candidate.facts.n_layers + 1 if place.gpus else 0
    layers = everything if fixed.n_gpu_layers is None else resolve_layers(candidate.facts, fixed.n_gpu_layers)
    if not place.gpus and layers and not alone:
        return
    option = _with_largest_context(candidate, place, kv_type, ubatch, layers, moe, fixed.n_ctx)
    if option:
        yield option
    if place.gpus and fixed.n_gpu_layers is None and fixed.n_cpu_moe is None:
        whole = option.n_ctx if option else 0
        for n_ctx in (tokens for tokens in _contexts(candidate.facts, fixed.n_ctx) if tokens > whole):
            mixed = _with_most_on_cards(candidate, place, kv_type, ubatch, n_ctx)
            if mixed:
                yield mixed


def _contexts(facts: ModelFacts, n_ctx: int | None) -> tuple[int, ...]:
    """The contexts to try when weights stay in RAM."""
    if n_ctx:
        return (n_ctx,)
    native = native_context(facts)
    return tuple(tokens for tokens in MIXED_CONTEXTS if tokens <= native) or (native,)


def _with_largest_context(
    candidate: Candidate, place: Room, kv_type: str, ubatch: int, layers: int, moe: int, n_ctx: int | None
) -> Option | None:
    def attempt(context: int) -> Option:
        return try_option(candidate, place, context, kv_type, ubatch, layers, moe)

    if n_ctx:
        option = attempt(n_ctx)
        return option if option.fits else None
    context = _largest(native_context(candidate.facts), lambda tokens: attempt(tokens).fits)
    enough = min(value.SMALLEST_CONTEXT, native_context(candidate.facts))
    return attempt(context) if context >= enough else None


def _with_most_on_cards(candidate: Candidate, place: Room, kv_type: str, ubatch: int, n_ctx: int) -> Option | None:
    """As many layers on the cards as go there; of a mixture of experts all layers, and as many experts."""
    facts = candidate.facts
    most = facts.n_layers

    def attempt(count: int) -> Option:
        if facts.n_experts:
            return try_option(candidate, place, n_ctx, kv_type, ubatch, most + 1, most - count)
        return try_option(candidate, place, n_ctx, kv_type, ubatch, count)

    count = _highest(most - 1 if facts.n_experts else most, lambda count: attempt(count).fits_on_cards)
    option = attempt(count) if count or facts.n_experts else None
    return option if option and option.fits else None


def _largest(limit: int, fits: Callable[[int], bool]) -> int:
    """The largest multiple of 256 up to `limit` that fits, 0 if none."""
    return CONTEXT_STEP * _highest(limit // CONTEXT_STEP, lambda steps: fits(steps * CONTEXT_STEP))


def _highest(limit: int, fits: Callable[[int], bool]) -> int:
    """The highest number up to `limit` that fits, 0 if none, where whatever is below one that fits, fits too."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low
