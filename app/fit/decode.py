"""What a token costs as the context fills, by KV type: a smaller cache is not always read faster.

A quantized cache is turned back into numbers while it is read, which takes some cards longer than reading an f16
cache of twice the size would. So it must be measured where it is used; until then the prior below holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from app.fit.buffers import kv_row_bytes
from app.gguf.model import ModelFacts

USUAL_DEPTH = 16_384  # where the types are compared: half of a full working context

# One H200, driver 580, Qwen3-32B Q4_K_M: a token takes 13.6 ms at a depth of 512 and 28.8 ms at 32,768 with a q8_0
# cache (12.6 and 15.0 with f16). That is work, not memory: it grows with the heads of a model and hardly depends on
# how fast the card reads. q4_0 was not measured and takes the same kernels.
QUANTIZED_MS = (28.8 - 13.6) / (32_768 - 512)
QUANTIZED_WORK = 64 * 64 * 128  # layers, heads and their length of that model


class KvCost(msgspec.Struct, frozen=True):
    """One decode of one token with so many tokens in a cache of this type, in milliseconds."""

    kv_type: str
    depth: int
    ms: float


def slowdown(
    kv_type: str,
    facts: ModelFacts,
    bytes_per_s: float,
    measured: Iterable[KvCost] = (),
    depth: int = USUAL_DEPTH,
) -> float:
    """How much longer a token takes at this depth than with an f16 cache; at least 1.

    `bytes_per_s` is how fast the card reads. `measured` are costs of this very model on this card, each type at two
    depths or more; what is missing comes from the prior.
    """
    if kv_type == "f16":
        return 1.0
    known = tuple(measured)
    mine, plain = _of(known, kv_type), _of(known, "f16")
    if len(mine) < 2 and kv_type == "q4_0":
        mine = _of(known, "q8_0")
    empty_ms = 1e3 * sum(facts.layer_bytes) / bytes_per_s
    plain_slope = 1e3 * kv_row_bytes(facts, sum(facts.n_heads_kv), "f16") / bytes_per_s
    if len(mine) < 2:
        work = facts.n_layers * facts.n_heads * facts.key_length / QUANTIZED_WORK
        mine_ms = empty_ms + depth * max(plain_slope, QUANTIZED_MS * work)
    else:
        mine_ms, empty_ms = cost_ms(mine, depth), cost_ms(mine, 0)
    plain_ms = cost_ms(plain, depth) if len(plain) >= 2 and len(mine) >= 2 else empty_ms + depth * plain_slope
    return max(1.0, mine_ms / plain_ms)


def cost_ms(points: Sequence[KvCost], depth: int) -> float:
    """The cost at any depth: the line through the shallowest and the deepest point."""
    first, last = min(points, key=lambda p: p.depth), max(points, key=lambda p: p.depth)
    span = last.depth - first.depth
    slope = max(0.0, (last.ms - first.ms) / span) if span else 0.0
    return max(first.ms + slope * (depth - first.depth), first.ms / 2, 1e-3)


def _of(costs: Iterable[KvCost], kv_type: str) -> list[KvCost]:
    return [cost for cost in costs if cost.kv_type == kv_type and cost.ms > 0]
