"""How much memory a model takes, on the graphics cards and in RAM, before anything is loaded.

The formulas follow llama.cpp's source; the terms of the compute buffers and the overhead were then fitted to
measurements on an H200 (Qwen3 32B, 8B and 4B, context 4K to 128K, f16, q8_0 and q4_0, all and part of the layers).
They hold for flash attention on, one sequence, `n_batch` 2048 and llama.cpp's default of as many outputs as
the batch has tokens.
"""

from __future__ import annotations

import msgspec

from app.core.units import MIB
from app.fit.weights import Weights, place_weights, resolve_layers
from app.gguf.model import ModelFacts

N_BATCH = 2048
CONTEXT_STEP = 256  # llama.cpp pads the cache to this
F32_BYTES, F16_BYTES = 4, 2

# Bytes and elements of a block, by KV type; always the same for keys and values.
KV_BLOCKS = {"f16": (2, 1), "q8_0": (34, 32), "q4_0": (18, 32)}

# CUDA context, modules, cuBLAS workspace and pools: what the process takes beyond its buffers. Measured on an H200
# with driver 580: 620.4 to 621.1 MiB at a ubatch of 512, 654.2 to 655.1 at 2048; up to 686 when layers stay in RAM.
OVERHEAD_BYTES = 621 * MIB
OVERHEAD_PER_UBATCH_TOKEN_BYTES = 23_000  # above 512: the pool's quantized activations
OVERHEAD_OF_PARTIAL_BYTES = 66 * MIB

# Interpreter, libraries, vocabulary and pinned buffers of the engine process: a budget, not a formula.
PROCESS_RAM_BYTES = 600 * MIB


class Estimate(msgspec.Struct, frozen=True):
    """Memory of one loaded model in bytes. `total_bytes` is what the process takes on the cards, CUDA included."""

    weights_bytes: int
    kv_bytes: int
    compute_bytes: int
    overhead_bytes: int
    total_bytes: int
    ram_bytes: int


def estimate(
    facts: ModelFacts, n_ctx: int, kv_type: str, n_ubatch: int, n_gpu_layers: int, n_gpus: int = 1
) -> Estimate:
    """What the model takes with these settings. `n_gpu_layers` -1 is all; `n_gpus` 0 is a computer without a card.

    Several cards are counted as if each held the largest compute buffer, which is a little too much.
    """
    layers = resolve_layers(facts, n_gpu_layers) if n_gpus else 0
    weights = place_weights(facts, layers)
    kv_gpu, kv_ram = kv_bytes(facts, n_ctx, kv_type, layers)
    ram = weights.ram_bytes + kv_ram + host_bytes(facts, n_ctx, n_ubatch) + PROCESS_RAM_BYTES
    if layers <= facts.n_layers:
        ram += compute_bytes(facts, n_ctx, kv_type, n_ubatch)
    if not n_gpus:
        return Estimate(0, 0, 0, 0, 0, ram)
    compute = n_gpus * _card_compute_bytes(facts, n_ctx, kv_type, n_ubatch, layers, weights)
    if n_gpus > 1:
        compute += n_gpus * pipeline_bytes(facts, n_ctx, n_ubatch)
    overhead = n_gpus * overhead_bytes(n_ubatch, partial=layers <= facts.n_layers)
    total = weights.gpu_bytes + kv_gpu + compute + overhead
    return Estimate(weights.gpu_bytes, kv_gpu, compute, overhead, total, ram)


def pad_context(n_ctx: int) -> int:
    """The context as llama.cpp allocates it: the next multiple of 256."""
    return -(-n_ctx // CONTEXT_STEP) * CONTEXT_STEP


def kv_bytes(facts: ModelFacts, n_ctx: int, kv_type: str, n_gpu_layers: int) -> tuple[int, int]:
    """The KV cache on the cards and in RAM.

    A layer takes context x heads_kv x (key_length + value_length) elements (llama.cpp, llama-kv-cache.cpp); it
    lies where its layer lies.
    """
    first = facts.n_layers - max(0, min(facts.n_layers, n_gpu_layers - 1))
    tokens, heads = pad_context(n_ctx), facts.n_heads_kv
    return (
        tokens * _kv_row_bytes(facts, sum(heads[first:]), kv_type),
        tokens * _kv_row_bytes(facts, sum(heads[:first]), kv_type),
    )


def _kv_row_bytes(facts: ModelFacts, heads: int, kv_type: str) -> int:
    block_bytes, elements = KV_BLOCKS[kv_type]
    return heads * (facts.key_length + facts.value_length) * block_bytes // elements


def compute_bytes(facts: ModelFacts, n_ctx: int, kv_type: str, n_ubatch: int) -> int:
    """The compute buffer when all layers are on one device: the largest moment of one pass over the graph.

    Either the feed-forward (two residuals, gate, up and their product, the queries, the f16 mask), or the logits of
    the batch with their hidden rows, or, with a quantized cache, attention, where ggml's CUDA flash attention first
    turns one layer's keys and values into f16 (ggml-cuda, fattn-common.cuh). Sizes from qwen3.cpp and ggml-alloc.
    """
    tokens, kv = n_ubatch, pad_context(n_ctx)
    queries = facts.n_heads * facts.key_length
    mask = F16_BYTES * kv
    feed_forward = tokens * (F32_BYTES * (2 * facts.n_embd + 3 * facts.n_ff + queries) + mask)
    if kv_type == "f16":
        return max(feed_forward, logits_bytes(facts, n_ubatch))
    attention = tokens * (F32_BYTES * (2 * facts.n_embd + 2 * queries) + mask) + kv * _widest_row_bytes(facts)
    return max(feed_forward, logits_bytes(facts, n_ubatch), attention)


def logits_bytes(facts: ModelFacts, n_ubatch: int) -> int:
    """The end of the graph: a row of logits and a hidden row for each output; outputs are min(ubatch, batch)."""
    return min(n_ubatch, N_BATCH) * F32_BYTES * (facts.n_vocab + facts.n_embd)


def _widest_row_bytes(facts: ModelFacts) -> int:
    """Keys and values of one token in one layer in f16."""
    return _kv_row_bytes(facts, max(facts.n_heads_kv, default=0), "f16")


def _card_compute_bytes(
    facts: ModelFacts, n_ctx: int, kv_type: str, n_ubatch: int, n_gpu_layers: int, weights: Weights
) -> int:
    """The compute buffer of a card, where layers may remain in RAM.

    Batches of such layers are still multiplied on the card: keys and values are copied there, quantized ones
    also as f16, and the mask lies in several copies (measured: three with f16, two with a quantized cache).
    With nothing at all on the card the output head is copied too.
    """
    whole = compute_bytes(facts, n_ctx, kv_type, n_ubatch)
    if n_gpu_layers > facts.n_layers:
        return whole
    kv, queries, widest = pad_context(n_ctx), facts.n_heads * facts.key_length, max(facts.n_heads_kv, default=0)
    quantized = kv_type != "f16"
    copies = _widest_row_bytes(facts) + (_kv_row_bytes(facts, widest, kv_type) + 64 if quantized else 0)
    masks = F16_BYTES * n_ubatch * (2 if quantized else 3)
    attention = n_ubatch * F32_BYTES * (2 * facts.n_embd + 3 * queries) + kv * (copies + masks)
    head = 0 if n_gpu_layers else weights.output_bytes
    return max(whole, attention, logits_bytes(facts, n_ubatch) + n_ubatch * F32_BYTES * facts.n_embd + head)


def pipeline_bytes(facts: ModelFacts, n_ctx: int, n_ubatch: int) -> int:
    """Three more copies of the graph's inputs on each of several cards (GGML_SCHED_MAX_COPIES is 4)."""
    return 3 * n_ubatch * (F32_BYTES * facts.n_embd + F16_BYTES * pad_context(n_ctx))


def overhead_bytes(n_ubatch: int, *, partial: bool = False) -> int:
    """What CUDA itself takes on a card for this process."""
    more = max(0, n_ubatch - 512) * OVERHEAD_PER_UBATCH_TOKEN_BYTES
    return OVERHEAD_BYTES + more + (OVERHEAD_OF_PARTIAL_BYTES if partial else 0)


def host_bytes(facts: ModelFacts, n_ctx: int, n_ubatch: int) -> int:
    """Pinned buffers in RAM: the embedded tokens twice, the mask, and one row of logits."""
    return n_ubatch * (2 * F32_BYTES * facts.n_embd + F16_BYTES * pad_context(n_ctx)) + F32_BYTES * facts.n_vocab
