"""The graphics memory in parts: weights, KV, working memory, other programs; measured where it can be."""

from __future__ import annotations

from app.fit.plan import Plan
from app.machine.live import Sample
from app.perf.vram import VramParts


def vram_parts(sample: Sample, plan: Plan | None) -> VramParts | None:
    """All cards together; None without one. `plan` is of the model in memory, None when there is none.

    Where the driver says what the engine takes, working memory is that less weights and KV, and the rest of what is
    used belongs to others. Elsewhere the plan's own estimate stands.
    """
    cards = sample.cards
    if not cards:
        return None
    total, used = sum(gpu.total_bytes or 0 for gpu in cards), sum(gpu.used_bytes or 0 for gpu in cards)
    told = [gpu.process_bytes for gpu in cards if gpu.process_bytes is not None]
    mine = min(sum(told), used)
    if plan is None:
        return VramParts(compute_bytes=mine, other_bytes=used - mine, total_bytes=total, is_measured=bool(told))
    vram = plan.vram
    if not told:
        rest = max(0, used - vram.total_bytes)
        compute = vram.compute_bytes + vram.overhead_bytes
        return VramParts(vram.weights_bytes, vram.kv_bytes, compute, rest, total)
    weights = min(vram.weights_bytes, mine)
    kv = min(vram.kv_bytes, mine - weights)
    return VramParts(weights, kv, mine - weights - kv, used - mine, total, is_measured=True)
