"""The demo model's architecture: Qwen3 as it is (q/k norm, GQA, RoPE, SwiGLU, tied output), small.

`tensors` is the one list of names and sizes; training fills these names with numbers, `write.write_model` does the
rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Shape:
    """Sizes of a Qwen3 model. `hidden` and `ffn` are multiples of 256, so that every quantization fits."""

    vocab: int = 12288
    layers: int = 8
    hidden: int = 256
    heads: int = 8
    kv_heads: int = 4
    head_dim: int = 64
    ffn: int = 512
    context: int = 32768
    rope_base: float = 1e6
    norm_epsilon: float = 1e-6
    tied: bool = True


DEMO = Shape()


def tensors(shape: Shape) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Every tensor's GGUF name and its size as (rows, columns): y = x @ W.T."""
    hidden, head, ffn = shape.hidden, shape.head_dim, shape.ffn
    query, key = shape.heads * head, shape.kv_heads * head
    yield "token_embd.weight", (shape.vocab, hidden)
    for layer in range(shape.layers):
        block = f"blk.{layer}."
        yield block + "attn_norm.weight", (hidden,)
        yield block + "attn_q.weight", (query, hidden)
        yield block + "attn_k.weight", (key, hidden)
        yield block + "attn_v.weight", (key, hidden)
        yield block + "attn_q_norm.weight", (head,)
        yield block + "attn_k_norm.weight", (head,)
        yield block + "attn_output.weight", (hidden, query)
        yield block + "ffn_norm.weight", (hidden,)
        yield block + "ffn_gate.weight", (ffn, hidden)
        yield block + "ffn_up.weight", (ffn, hidden)
        yield block + "ffn_down.weight", (hidden, ffn)
    yield "output_norm.weight", (hidden,)
    if not shape.tied:
        yield "output.weight", (shape.vocab, hidden)


def parameters(shape: Shape) -> int:
    """How many numbers the model has."""
    return sum(int(np.prod(size)) for _, size in tensors(shape))


def random_weights(shape: Shape, seed: int) -> Iterator[tuple[str, Array]]:
    """Seeded noise of the scale a fresh model is trained from; norms are one, residual writers are scaled down."""
    rng = np.random.default_rng(seed)
    down = float(1 / np.sqrt(2 * shape.layers))
    for name, size in tensors(shape):
        if len(size) == 1:
            yield name, np.ones(size, np.float32)
            continue
        scale = 0.05 if name.startswith(("token_embd", "output.")) else size[1] ** -0.5
        scale *= down if "attn_output" in name or "ffn_down" in name else 1
        yield name, (rng.standard_normal(size, dtype=np.float32) * np.float32(scale))
