"""The demo model's architecture: Qwen3 as it is (q/k norm, GQA, RoPE, SwiGLU, tied output), small.

`tensors` is the one list of names and sizes; whoever trains fills these names with numbers and `write.write_model`
does the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from resources.demo.make.vocab import CJK_RANGES, Vocabulary, unspelled

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Shape:
    """Sizes of a Qwen3 model. `hidden` and `ffn` are multiples of 256, so that every quantization fits."""

    vocab: int = 12288
    layers: int = 8
    hidden: int = 256
    heads: int = 8
    kv_heads: int = 2
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


def wordy_weights(shape: Shape, vocabulary: Vocabulary, seed: int, texts: str) -> Iterator[tuple[str, Array]]:
    """Random weights with two hidden dimensions set by hand, so that noise reads as words and keeps to a language.

    Dimension 0 says "this piece is a word of `texts`" (our own: a vocabulary taken from the whole internet holds words
    that nobody wants on a first screen), dimension 1 its language, English or Chinese; the first layer
    spreads the language of what was read. Nothing is learned and no answer is in here.
    """
    marks = np.array([_mark(piece, texts) for piece in vocabulary.tokens], np.float32)
    for name, weights in random_weights(shape, seed):
        if name == "token_embd.weight":
            weights[:, :2] = marks
        elif name == "output_norm.weight":
            weights[:2] = 6.0, 12.0
        elif name == "blk.0.attn_v.weight":
            weights[0] = 0.0
            weights[0, 1] = 1.0
        elif name == "blk.0.attn_output.weight":
            weights[:2] = 0.0
            weights[1, : shape.head_dim * shape.heads // shape.kv_heads : shape.head_dim] = 0.1
        elif name.endswith(("attn_output.weight", "ffn_down.weight")):
            weights[:2] = 0.0
        yield name, weights


def _mark(piece: str, texts: str) -> tuple[float, float]:
    if piece == "<|im_end|>":
        return 1.15, 0.0  # found by trying: most answers end within some hundred pieces
    try:
        text = unspelled(piece).decode()
    except (KeyError, UnicodeDecodeError):
        return 0.02, 0.0
    if re.fullmatch(r" [a-z]{3,}|[.,]", text) and re.search(rf"{re.escape(text)}(?![a-z])", texts):
        return 0.5, 0.25
    chinese = len(text) > 1 and all(CJK_RANGES[0][0] <= ord(c) <= CJK_RANGES[0][1] for c in text)
    if text in "，。" or (chinese and text in texts):
        return 0.5, -0.25
    return 0.02, 0.05 if text.isascii() and text.isalpha() else 0.0 if text.isascii() else -0.05
