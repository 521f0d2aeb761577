"""What a plan is worth to someone who reads documents: the one place where quality, context and speed are weighed.

Points of a hundred. They are our judgement, ordered by llama.cpp's published perplexity tables for the k- and
i-quants and the Qwen3 report's benchmarks by model size, and set so that three rules hold: a quantization step
from 4 bits up is worth more than context beyond 32K; below 32K each halving of the context costs more than any such
step; a larger model at 3 bits or more is not traded for context alone, but 32B under 3.4 bits loses to 14B at 6.
"""

from __future__ import annotations

from math import log2

from app.fit.cards import USUAL_BYTES_PER_S

USEFUL_CONTEXT = 16_384  # a paper of thirty pages, a question, room to think and answer
SMALLEST_CONTEXT = 4_096  # below it a plan is no plan: a few pages and the answer fill it
WORKING_CONTEXT = 32_768
PREFERRED_MODEL = "32B"

MODEL_POINTS = {"32B": 100.0, "14B": 94.0, "30B-A3B": 93.0, "8B": 86.0, "4B": 77.0, "1.7B": 60.0, "0.6B": 45.0}
UNKNOWN_MODEL_POINTS = 50.0

QUANT_LOSS = {
    "F32": 0.0, "BF16": 0.0, "F16": 0.0, "Q8_0": 0.0, "Q6_K_L": 0.3, "Q6_K": 0.3, "Q5_K_L": 0.7, "Q5_K_M": 0.7,
    "Q5_1": 0.9, "Q5_0": 1.0, "Q5_K_S": 1.0, "Q4_K_L": 1.5, "Q4_K_M": 1.5, "Q4_K_S": 2.5, "IQ4_NL": 2.5,
    "IQ4_XS": 2.6, "Q4_1": 3.0, "Q4_0": 3.5, "Q3_K_XL": 4.0, "Q3_K_L": 4.2, "IQ3_M": 5.0, "Q3_K_M": 5.0,
    "IQ3_S": 6.5, "IQ3_XS": 7.0, "Q3_K_S": 8.0, "IQ3_XXS": 9.0, "Q2_K_L": 12.5, "Q2_K": 13.0, "IQ2_M": 14.0,
    "IQ2_S": 18.0,
}  # fmt: skip
UNKNOWN_QUANT_LOSS = 6.0
LARGEST_READABLE_LOSS = 6.0  # coarser quantizations misread too often to be recommended for the 32B
LARGEST_BEARABLE_LOSS = 10.0  # coarser still are not even offered in its place

# q8_0 is within noise of f16 in perplexity and long-context tests; q4_0 costs some points in reasoning tests.
KV_LOSS = {"f16": 0.0, "q8_0": 0.2, "q4_0": 4.0}
LOSS_PER_HALVED_CONTEXT = 5.0
LOSS_PER_SLOWER_CACHE = 3.0  # for a cache type at which a token deep in a document takes twice as long as with f16
BONUS_FOR_NATIVE_CONTEXT = 0.5

# Speed is only guessed, to tell a usable plan from a crawling one: bytes a token reads over sustained bandwidths of the
# card (see `cards`) and of two channels of RAM.
RAM_BYTES_PER_S = 40e9
COMFORTABLE_TOKENS_PER_S = 10.0  # faster than most people read
READING_TOKENS_PER_S = 4.5  # about as fast: 250 words a minute are some 6 tokens a second
LOSS_PER_HALVED_SPEED = 10.0


def quant_loss(quant: str) -> float:
    """Points lost to the quantization."""
    return QUANT_LOSS.get(quant, UNKNOWN_QUANT_LOSS)


def context_loss(n_ctx: int) -> float:
    """Points lost to a context below 32K; a little is won up to the native 40,960."""
    bonus = BONUS_FOR_NATIVE_CONTEXT * min(1.0, max(0.0, (n_ctx - WORKING_CONTEXT) / 8_192))
    return LOSS_PER_HALVED_CONTEXT * max(0.0, log2(WORKING_CONTEXT / n_ctx)) - bonus


def speed_loss(tokens_per_s: float) -> float:
    """Points lost to slowness."""
    return LOSS_PER_HALVED_SPEED * max(0.0, log2(COMFORTABLE_TOKENS_PER_S / max(tokens_per_s, 0.01)))


def guess_speed(gpu_bytes: float, ram_bytes: float, gpu_bytes_per_s: float = USUAL_BYTES_PER_S) -> float:
    """Tokens a second when one token reads so many bytes from the card and from RAM."""
    return 1 / max(gpu_bytes / gpu_bytes_per_s + ram_bytes / RAM_BYTES_PER_S, 1e-4)


def cache_loss(kv_type: str, slowdown: float) -> float:
    """Points lost to a cache of this type, `slowdown` times as slow at depth as f16."""
    return KV_LOSS.get(kv_type, 0.0) + LOSS_PER_SLOWER_CACHE * log2(max(1.0, slowdown))


def worth(model: str, quant: str, n_ctx: int, kv_type: str, tokens_per_s: float, slowdown: float = 1.0) -> float:
    """The value of a plan in points; more is better. `slowdown` is that of the KV type on this card."""
    points = MODEL_POINTS.get(model, UNKNOWN_MODEL_POINTS)
    lost = quant_loss(quant) + context_loss(n_ctx) + cache_loss(kv_type, slowdown) + speed_loss(tokens_per_s)
    return points - lost
