"""How much longer a token takes the deeper it stands, before anything deep was measured here: from memory speeds."""

from __future__ import annotations

from app.fit.cards import cache_reading_speed
from app.fit.decode import QUANTIZED_MS
from app.fit.plan import Plan
from app.fit.value import RAM_BYTES_PER_S
from app.session.pace import Prior

# Numbers a token leaves in the cache of Qwen3-32B, and its weights as Q4_K_M: what the two figures below were taken on.
_NUMBERS, _WEIGHTS_BYTES = 131_072, 19.8e9
_BYTES = {"f16": 2.0, "bf16": 2.0, "q8_0": 34 / 32, "q4_0": 18 / 32}
# One H200, 32B: reading took 0.410 ms a token around a depth of 2,300 and 0.570 ms around 24,600.
_PREFILL_SHARE = 1.8e-5  # longer with each token of depth
# What a card reads of its cache is well known; what it takes to turn a quantized one back is known of one card alone,
# and what a processor takes for attention hardly at all.
_SPAN_ON_CARD, _SPAN_QUANTIZED, _SPAN_IN_RAM = 8_192, 2_048, 256  # tokens


def prior_decode_slope(plan: Plan | None) -> Prior | None:
    """Milliseconds more a token of depth: what is read of the cache, or the work of turning a quantized one back."""
    if plan is None or plan.n_ctx <= 0 or plan.vram.kv_bytes <= 0:
        return None
    token_bytes = plan.vram.kv_bytes / plan.n_ctx
    if plan.mode not in ("gpu", "gpus") or not plan.cards:
        return Prior(1e3 * token_bytes / RAM_BYTES_PER_S, _SPAN_IN_RAM)
    reading = min(cache_reading_speed(card.name) for card in plan.cards)
    plain = 1e3 * token_bytes / reading
    if plan.kv_type in ("f16", "bf16"):
        return Prior(plain, _SPAN_ON_CARD)
    return Prior(max(plain, QUANTIZED_MS * _numbers(plan) / _NUMBERS), _SPAN_QUANTIZED)


def prior_prefill_slope(plan: Plan | None, shallow_ms: float) -> Prior | None:
    """The same for reading, where attention is arithmetic: in proportion to the model's other work."""
    if plan is None or plan.n_ctx <= 0 or plan.vram.weights_bytes <= 0:
        return None
    work = (_numbers(plan) / _NUMBERS) / (plan.vram.weights_bytes / _WEIGHTS_BYTES)
    return Prior(_PREFILL_SHARE * work * shallow_ms, _SPAN_ON_CARD)


def _numbers(plan: Plan) -> float:
    """What one token leaves in the cache, counted in numbers."""
    return plan.vram.kv_bytes / plan.n_ctx / _BYTES.get(plan.kv_type, 1.0)
