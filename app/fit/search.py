"""Finds every way a model can run on a computer; `plan` chooses among them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Literal

import msgspec

from app.core.units import MIB
from app.fit import value
from app.fit.estimate import CONTEXT_STEP, KV_BLOCKS, Estimate, estimate
from app.fit.weights import place_weights, resolve_layers
from app.gguf.model import ModelFacts
from app.machine.gate import Gpu
from app.machine.snapshot import Machine

Mode = Literal["gpu", "gpus", "partial", "ram"]

DEFAULT_UBATCH = 512
NATIVE_CONTEXT = 40_960  # beyond it Qwen3 needs YaRN
LARGEST_CONTEXT = 1 << 20
PARTIAL_CONTEXTS = (4_096, 8_192, 16_384, 24_576, 32_768, 40_960)
RAM_MARGIN_BYTES = 1024 * MIB  # kept free for the system and other programs


class Candidate(msgspec.Struct, frozen=True):
    """A model file that could be used. `model` is the size by name ("32B"); `path` is set when the file is here."""

    repo: str
    file: str
    model: str
    quant: str
    size_bytes: int
    facts: ModelFacts
    path: str = ""


class Fixed(msgspec.Struct, frozen=True):
    """What the user has decided; None is left to the search."""

    n_ctx: int | None = None
    kv_type: str | None = None
    n_ubatch: int | None = None
    n_gpu_layers: int | None = None


class Room(msgspec.Struct, frozen=True):
    """Where a model may go: these cards together, or RAM alone when there are none. Margins are taken off."""

    gpus: tuple[Gpu, ...]
    vram_bytes: int
    ram_bytes: int

    def holds(self, facts: ModelFacts, need: Estimate) -> bool:
        """Whether the memory suffices. Layers are whole: several cards lose up to one layer each."""
        lost = max(facts.layer_bytes) * (len(self.gpus) - 1) if len(self.gpus) > 1 else 0
        return need.total_bytes + lost <= self.vram_bytes and need.ram_bytes <= self.ram_bytes


class Option(msgspec.Struct, frozen=True):
    """One way to run one model."""

    candidate: Candidate
    room: Room
    n_ctx: int
    kv_type: str
    n_ubatch: int
    n_gpu_layers: int
    need: Estimate

    @property
    def mode(self) -> Mode:
        if not self.room.gpus or not self.n_gpu_layers:
            return "ram"
        if self.n_gpu_layers <= self.candidate.facts.n_layers:
            return "partial"
        return "gpu" if len(self.room.gpus) == 1 else "gpus"

    @property
    def fits(self) -> bool:
        return self.room.holds(self.candidate.facts, self.need)

    @property
    def tokens_per_s(self) -> float:
        """A guess; see `value`. Half of the cache is counted as read."""
        facts = self.candidate.facts
        placed = place_weights(facts, self.n_gpu_layers if self.room.gpus else 0)
        in_ram = (placed.ram_bytes - facts.head_bytes[0]) * facts.active_share
        cache = self.need.kv_bytes / 2
        return value.guess_speed(placed.gpu_bytes * facts.active_share + cache, in_ram)

    @property
    def worth(self) -> float:
        return value.worth(
            self.candidate.model, self.candidate.quant, self.n_ctx, self.kv_type, round(self.tokens_per_s, 1)
        )


def rooms(machine: Machine, margin_bytes: int) -> tuple[Room, ...]:
    """The card with the most free memory, all cards together, and RAM alone."""
    ram = machine.ram_free_bytes - RAM_MARGIN_BYTES
    cards = machine.usable_gpus
    found = [Room(cards[:1], cards[0].free_bytes - margin_bytes, ram)] if cards else []
    if len(cards) > 1:
        found.append(Room(cards, sum(gpu.free_bytes - margin_bytes for gpu in cards), ram))
    return (*found, Room((), 0, ram))


def options(candidates: Iterable[Candidate], places: tuple[Room, ...], fixed: Fixed) -> list[Option]:
    """Every way to run each candidate in each place that fits."""
    return [
        option
        for candidate in candidates
        for place in places
        for kv_type in ((fixed.kv_type,) if fixed.kv_type else KV_BLOCKS)
        for option in _ways(candidate, place, kv_type, fixed, alone=len(places) == 1)
    ]


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


def try_option(candidate: Candidate, place: Room, n_ctx: int, kv_type: str, n_ubatch: int, layers: int) -> Option:
    """The option with exactly these settings, whether it fits or not."""
    need = estimate(candidate.facts, n_ctx, kv_type, n_ubatch, layers, len(place.gpus))
    return Option(candidate, place, n_ctx, kv_type, n_ubatch, resolve_layers(candidate.facts, layers), need)


def native_context(facts: ModelFacts) -> int:
    """How far the search goes by itself: what the model was trained for, never into YaRN."""
    return round_context(min(facts.n_ctx_train or NATIVE_CONTEXT, NATIVE_CONTEXT))


def round_context(n_ctx: int) -> int:
    """Down to a multiple of 256, at least 256."""
    return max(CONTEXT_STEP, min(n_ctx, LARGEST_CONTEXT) // CONTEXT_STEP * CONTEXT_STEP)


def _ways(candidate: Candidate, place: Room, kv_type: str, fixed: Fixed, *, alone: bool) -> Iterator[Option]:
    """`alone` says that there is no card anywhere: layers asked for then stay in RAM with the rest."""
    ubatch = fixed.n_ubatch or DEFAULT_UBATCH
    everything = candidate.facts.n_layers + 1 if place.gpus else 0
    layers = everything if fixed.n_gpu_layers is None else resolve_layers(candidate.facts, fixed.n_gpu_layers)
    if not place.gpus and layers and not alone:
        return
    option = _with_largest_context(candidate, place, kv_type, ubatch, layers, fixed.n_ctx)
    if option:
        yield option
    if place.gpus and fixed.n_gpu_layers is None:
        for n_ctx in _contexts(candidate.facts, fixed.n_ctx):
            partial = _with_most_layers(candidate, place, kv_type, ubatch, n_ctx)
            if partial:
                yield partial


def _contexts(facts: ModelFacts, n_ctx: int | None) -> tuple[int, ...]:
    """The contexts to try when layers stay in RAM."""
    if n_ctx:
        return (n_ctx,)
    native = native_context(facts)
    return tuple(tokens for tokens in PARTIAL_CONTEXTS if tokens <= native) or (native,)


def _with_largest_context(
    candidate: Candidate, place: Room, kv_type: str, ubatch: int, layers: int, n_ctx: int | None
) -> Option | None:
    def attempt(context: int) -> Option:
        return try_option(candidate, place, context, kv_type, ubatch, layers)

    if n_ctx:
        option = attempt(n_ctx)
        return option if option.fits else None
    context = _largest(native_context(candidate.facts), lambda tokens: attempt(tokens).fits)
    enough = min(value.SMALLEST_CONTEXT, native_context(candidate.facts))
    return attempt(context) if context >= enough else None


def _with_most_layers(candidate: Candidate, place: Room, kv_type: str, ubatch: int, n_ctx: int) -> Option | None:
    def attempt(layers: int) -> Option:
        return try_option(candidate, place, n_ctx, kv_type, ubatch, layers)

    layers = _highest(candidate.facts.n_layers, lambda count: attempt(count).need.total_bytes <= place.vram_bytes)
    option = attempt(layers) if layers else None
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
