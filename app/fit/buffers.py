"""The scratch memory of one pass over the graph: compute buffers, pinned host buffers, CUDA's own.

The formulas follow llama.cpp's source (qwen3.cpp, ggml-alloc, ggml-backend); their terms agree with measurements on an
H200 (Qwen3 32B, 8B and 4B, context 4K to 128K, f16, q8_0 and q4_0, all and part of the layers) and with llama.cpp's
own dry run (`no_alloc`) of a 32B, an 8B and a 30B-A3B for 1, 72 and as many outputs as the batch has tokens. Flash
attention is on.
"""

from __future__ import annotations

import msgspec

from app.core.units import MIB
from app.fit.weights import Weights
from app.gguf.model import ModelFacts

N_BATCH = 2048  # llama.cpp's default
CONTEXT_STEP = 256  # llama.cpp pads the cache to this
F32_BYTES, F16_BYTES = 4, 2

# Bytes and elements of a block, by KV type; always the same for keys and values.
KV_BLOCKS = {"f16": (2, 1), "q8_0": (34, 32), "q4_0": (18, 32)}

# CUDA context, modules, cuBLAS workspace and pools: what the process takes beyond its buffers. Measured on an H200
# with driver 580: 620.4 to 621.1 MiB at a ubatch of 512, 654.2 to 655.1 at 2048; up to 686 when layers stay in RAM.
OVERHEAD_BYTES = 621 * MIB
OVERHEAD_PER_UBATCH_TOKEN_BYTES = 23_000  # above 512: the pool's quantized activations
OVERHEAD_OF_PARTIAL_BYTES = 66 * MIB


class Serving(msgspec.Struct, frozen=True):
    """How the engine makes its context: rows of logits a batch may ask for (`n_outputs_max`, 0 is as many as it has
    tokens) and sequences that share it (`n_seq_max`).
    """

    n_outputs: int = 0
    n_seqs: int = 1

    def outputs(self, tokens: int) -> int:
        return min(tokens, self.n_outputs or N_BATCH)

    def tokens(self, n_ubatch: int) -> int:
        """llama.cpp reserves its graph for a multiple of the sequences (llama-context.cpp, `graph_reserve`)."""
        return -(-n_ubatch // self.n_seqs) * self.n_seqs


PLAIN = Serving()  # llama.cpp's defaults
ENGINE = Serving(n_outputs=72, n_seqs=9)  # a draft of 63 and a row for each of 8 answers and the one that saves


def pad_context(n_ctx: int) -> int:
    """The context as llama.cpp allocates it: the next multiple of 256."""
    return -(-n_ctx // CONTEXT_STEP) * CONTEXT_STEP


def kv_row_bytes(facts: ModelFacts, heads: int, kv_type: str) -> int:
    """Keys and values of one token in so many heads."""
    block_bytes, elements = KV_BLOCKS[kv_type]
    return heads * (facts.key_length + facts.value_length) * block_bytes // elements


def compute_bytes(
    facts: ModelFacts, n_ctx: int, kv_type: str, n_ubatch: int, serving: Serving = ENGINE, *, head: bool = True
) -> int:
    """The compute buffer of a card that holds whole layers and, with `head`, the end of the graph.

    The largest moment of one pass. Either the feed-forward (two residuals, gate, up and their product, the queries,
    the f16 mask, and where there are experts a result of each), or the logits with their hidden rows, or, with a
    quantized cache, attention, where ggml's CUDA flash attention first turns one layer's keys and values into f16
    (ggml-cuda, fattn-common.cuh).
    """
    tokens, kv = serving.tokens(n_ubatch), pad_context(n_ctx)
    queries, mask = facts.n_heads * facts.key_length, F16_BYTES * kv
    residuals = (2 + (facts.n_experts_used if facts.n_experts else 0)) * facts.n_embd
    moments = [tokens * (F32_BYTES * (residuals + 3 * facts.n_ff + queries) + mask)]
    if head:
        moments.append(logits_bytes(facts, n_ubatch, serving))
    if kv_type != "f16":
        attention = tokens * (F32_BYTES * (2 * facts.n_embd + 2 * queries) + mask)
        moments.append(attention + kv * kv_row_bytes(facts, _widest(facts), "f16"))
    return max(moments)


def logits_bytes(facts: ModelFacts, n_ubatch: int, serving: Serving = ENGINE) -> int:
    """The end of the graph: a row of logits and a hidden row for each output."""
    return serving.outputs(n_ubatch) * F32_BYTES * (facts.n_vocab + facts.n_embd)


def mixed_compute_bytes(
    facts: ModelFacts,
    n_ctx: int,
    kv_type: str,
    n_ubatch: int,
    n_gpu_layers: int,
    weights: Weights,
    serving: Serving = ENGINE,
) -> int:
    """The compute buffer of a card where layers remain in RAM.

    Batches of such layers are still multiplied on the card: their matrices are copied there one after another, keys
    and values too, quantized ones also as f16, and the mask lies in several copies (measured: three with f16, two with
    a quantized cache). With nothing at all on the card the output head is copied too. A little more than measured.
    """
    kv, queries, widest = pad_context(n_ctx), facts.n_heads * facts.key_length, _widest(facts)
    quantized = kv_type != "f16"
    copies = kv_row_bytes(facts, widest, "f16") + (kv_row_bytes(facts, widest, kv_type) + 64 if quantized else 0)
    masks = F16_BYTES * n_ubatch * (2 if quantized else 3)
    attention = n_ubatch * F32_BYTES * (2 * facts.n_embd + 3 * queries) + kv * (copies + masks)
    head = 0 if n_gpu_layers else weights.output_bytes
    return max(
        compute_bytes(facts, n_ctx, kv_type, n_ubatch, serving, head=False) + facts.largest_matrix_bytes,
        attention,
        logits_bytes(facts, n_ubatch, serving) + n_ubatch * F32_BYTES * facts.n_embd + head,
    )


def pipeline_bytes(facts: ModelFacts, n_ctx: int, n_ubatch: int) -> int:
    """Three more copies of the graph's inputs on each of several cards (GGML_SCHED_MAX_COPIES is 4)."""
    return 3 * n_ubatch * (F32_BYTES * facts.n_embd + F16_BYTES * pad_context(n_ctx))


def overhead_bytes(n_ubatch: int, *, partial: bool = False) -> int:
    """What CUDA itself takes on a card for this process."""
    more = max(0, n_ubatch - 512) * OVERHEAD_PER_UBATCH_TOKEN_BYTES
    return OVERHEAD_BYTES + more + (OVERHEAD_OF_PARTIAL_BYTES if partial else 0)


def host_bytes(facts: ModelFacts, n_ctx: int, n_ubatch: int, n_rows: int = 1) -> int:
    """Pinned buffers in RAM: the embedded tokens twice, the mask, and the rows of logits asked for so far."""
    inputs = n_ubatch * (2 * F32_BYTES * facts.n_embd + F16_BYTES * pad_context(n_ctx))
    return inputs + n_rows * F32_BYTES * facts.n_vocab


def _widest(facts: ModelFacts) -> int:
    """Key heads of the layer that has most."""
    return max(facts.n_heads_kv, default=0)
