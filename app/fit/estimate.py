"""How much memory a model takes, on the graphics cards and in RAM, before anything is loaded: what `weights` and
`buffers` know, put together for each card.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from app.core.units import MIB
from app.fit.buffers import (
    ENGINE,
    Serving,
    compute_bytes,
    host_bytes,
    kv_row_bytes,
    mixed_compute_bytes,
    overhead_bytes,
    pad_context,
    pipeline_bytes,
)
from app.fit.spread import spread_layers
from app.fit.weights import layers_on_cards, place_weights, resolve_layers
from app.gguf.model import ModelFacts

# Interpreter, libraries, vocabulary and pinned buffers of the engine process: a budget, not a formula.
PROCESS_RAM_BYTES = 600 * MIB


class CardNeed(msgspec.Struct, frozen=True):
    """What one card takes: so many layers (the output head counts as one), in bytes, CUDA included in the total."""

    layers: int
    weights_bytes: int
    kv_bytes: int
    compute_bytes: int
    overhead_bytes: int

    @property
    def total_bytes(self) -> int:
        return self.weights_bytes + self.kv_bytes + self.compute_bytes + self.overhead_bytes


class Estimate(msgspec.Struct, frozen=True):
    """Memory of one loaded model in bytes. `total_bytes` is what the process takes on the cards, CUDA included;
    `cards` is that by card, in the order of the cards.
    """

    weights_bytes: int
    kv_bytes: int
    compute_bytes: int
    overhead_bytes: int
    total_bytes: int
    ram_bytes: int
    cards: tuple[CardNeed, ...] = ()


class _Setup(msgspec.Struct, frozen=True):
    """The settings of one estimate. `layers` are resolved."""

    n_ctx: int
    kv_type: str
    n_ubatch: int
    layers: int
    n_cpu_moe: int
    serving: Serving

    def is_mixed(self, facts: ModelFacts) -> bool:
        """Whether part of the work on the cards is done with weights that lie in RAM."""
        return self.layers <= facts.n_layers or self.n_cpu_moe > 0


def estimate(
    facts: ModelFacts,
    n_ctx: int,
    kv_type: str,
    n_ubatch: int,
    n_gpu_layers: int,
    n_gpus: int = 1,
    serving: Serving = ENGINE,
    *,
    n_cpu_moe: int = 0,
    room_bytes: Sequence[int] = (),
) -> Estimate:
    """What the model takes with these settings. `n_gpu_layers` -1 is all; `n_gpus` 0 is a computer without a card.

    `room_bytes` is what each of several cards may give, by which the layers are spread; without it they count as
    equal. `n_cpu_moe` layers keep their experts in RAM.
    """
    layers = resolve_layers(facts, n_gpu_layers) if n_gpus else 0
    setup = _Setup(n_ctx, kv_type, n_ubatch, layers, n_cpu_moe, serving)
    ram = place_weights(facts, layers, n_cpu_moe).ram_bytes + kv_bytes(facts, n_ctx, kv_type, layers)[1]
    ram += PROCESS_RAM_BYTES + host_bytes(facts, n_ctx, n_ubatch, serving.n_outputs or 1)
    if setup.is_mixed(facts):
        ram += compute_bytes(facts, n_ctx, kv_type, n_ubatch, serving)
    if not n_gpus:
        return Estimate(0, 0, 0, 0, 0, ram)
    return _sum(_cards(facts, setup, n_gpus, room_bytes), ram)


def kv_bytes(facts: ModelFacts, n_ctx: int, kv_type: str, n_gpu_layers: int) -> tuple[int, int]:
    """The KV cache on the cards and in RAM.

    A layer takes context x heads_kv x (key_length + value_length) elements (llama.cpp, llama-kv-cache.cpp); it
    lies where its layer lies.
    """
    first = facts.n_layers - max(0, min(facts.n_layers, n_gpu_layers - 1))
    tokens, heads = pad_context(n_ctx), facts.n_heads_kv
    return (
        tokens * kv_row_bytes(facts, sum(heads[first:]), kv_type),
        tokens * kv_row_bytes(facts, sum(heads[:first]), kv_type),
    )


def _sum(cards: tuple[CardNeed, ...], ram_bytes: int) -> Estimate:
    return Estimate(
        weights_bytes=sum(card.weights_bytes for card in cards),
        kv_bytes=sum(card.kv_bytes for card in cards),
        compute_bytes=sum(card.compute_bytes for card in cards),
        overhead_bytes=sum(card.overhead_bytes for card in cards),
        total_bytes=sum(card.total_bytes for card in cards),
        ram_bytes=ram_bytes,
        cards=cards,
    )


def _cards(facts: ModelFacts, setup: _Setup, n_gpus: int, room_bytes: Sequence[int]) -> tuple[CardNeed, ...]:
    """Every card's part. The head, and with it the logits, lies on the last card that has layers."""
    overhead = overhead_bytes(setup.n_ubatch, partial=setup.is_mixed(facts))
    computes = [_compute(facts, setup, n_gpus, head=head) for head in (False, True)]
    sizes, rows = layers_on_cards(facts, setup.layers, setup.n_cpu_moe), _kv_of_layers(facts, setup)
    together = [size + row for size, row in zip(sizes, rows, strict=True)]
    last = n_gpus - 1
    room = [space - overhead - computes[index == last] for index, space in enumerate(room_bytes)]
    cards, at = [], 0
    for count in spread_layers(together, room or [sum(together)] * n_gpus) if last else (len(sizes),):
        end = at + count
        compute = computes[end == len(sizes)]
        cards.append(CardNeed(count, sum(sizes[at:end]), sum(rows[at:end]), compute, overhead))
        at = end
    return tuple(cards)


def _kv_of_layers(facts: ModelFacts, setup: _Setup) -> list[int]:
    """The cache of each layer on the cards; the head, which comes last, has none."""
    heads = (*facts.n_heads_kv, 0)[facts.n_layers + 1 - setup.layers :]
    tokens = pad_context(setup.n_ctx)
    rows = {count: tokens * kv_row_bytes(facts, count, setup.kv_type) for count in set(heads)}
    return [rows[count] for count in heads]


def _compute(facts: ModelFacts, setup: _Setup, n_gpus: int, *, head: bool) -> int:
    """The compute buffer of a card, with or without the end of the graph."""
    n_ctx, kv_type, n_ubatch, layers = setup.n_ctx, setup.kv_type, setup.n_ubatch, setup.layers
    if setup.is_mixed(facts):
        weights = place_weights(facts, layers, setup.n_cpu_moe)
        return mixed_compute_bytes(facts, n_ctx, kv_type, n_ubatch, layers, weights, setup.serving)
    piped = pipeline_bytes(facts, n_ctx, n_ubatch) if n_gpus > 1 else 0
    return compute_bytes(facts, n_ctx, kv_type, n_ubatch, setup.serving, head=head) + piped
