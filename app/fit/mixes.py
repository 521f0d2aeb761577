"""The tensor table of a Qwen3 by size and quantization, so that a model can be planned before its header is read.

The rules are those of llama-quantize (llama.cpp, src/llama-quant.cpp, `llama_tensor_get_type_impl`), the shapes those
of the published models. Where the file's size shows that its publisher mixed otherwise, the layers are scaled to it.
"""

from __future__ import annotations

from math import prod

import msgspec

from app.core.errors import CarrelError
from app.gguf.model import ModelFacts
from app.gguf.reader import Tensor
from app.gguf.types import tensor_bytes

VOCABULARY = 151_936
CONTEXT_TRAINED = 40_960
HEADER_BYTES = 5_974_528  # of a Qwen3 with its vocabulary, merges and template: 5.9 to 6.0 MB
HEADER_TOLERANCE_BYTES = 256 << 10
IMATRIX_PUBLISHERS = ("bartowski", "unsloth")


class Shape(msgspec.Struct, frozen=True):
    """The published shape of one Qwen3."""

    n_layers: int
    n_embd: int
    n_heads: int
    n_heads_kv: int
    n_ff: int  # of one expert where there are experts
    tied: bool = False
    n_experts: int = 0
    n_experts_used: int = 0
    head_dim: int = 128


SHAPES = {
    "32B": Shape(64, 5120, 64, 8, 25600),
    "30B-A3B": Shape(48, 2048, 32, 4, 768, n_experts=128, n_experts_used=8),
    "14B": Shape(40, 5120, 40, 8, 17408),
    "8B": Shape(36, 4096, 32, 8, 12288),
    "4B": Shape(36, 2560, 32, 8, 9728, tied=True),
    "1.7B": Shape(28, 2048, 16, 8, 6144, tied=True),
    "0.6B": Shape(28, 1024, 16, 8, 3072, tied=True),
}

# What most matrices of a mix are; the exceptions are in `_raised`.
BASE = {
    "F16": "F16", "BF16": "BF16", "Q8_0": "Q8_0", "Q6_K": "Q6_K", "Q6_K_L": "Q6_K",
    "Q5_K_L": "Q5_K", "Q5_K_M": "Q5_K", "Q5_K_S": "Q5_K", "Q5_0": "Q5_0", "Q5_1": "Q5_1",
    "Q4_K_L": "Q4_K", "Q4_K_M": "Q4_K", "Q4_K_S": "Q4_K", "Q4_0": "Q4_0", "Q4_1": "Q4_1", "IQ4_NL": "IQ4_NL",
    "IQ4_XS": "IQ4_XS", "Q3_K_XL": "Q3_K", "Q3_K_L": "Q3_K", "Q3_K_M": "Q3_K", "Q3_K_S": "Q3_K", "IQ3_M": "IQ3_S",
    "IQ3_S": "IQ3_S", "IQ3_XS": "IQ3_S", "IQ3_XXS": "IQ3_XXS", "Q2_K_L": "Q2_K", "Q2_K": "Q2_K",
    "IQ2_M": "IQ2_S", "IQ2_S": "IQ2_XS",
}  # fmt: skip
# Mixes named "large" by their publishers: embedding and output head kept in Q8_0, the rest as the mix named here.
LARGE = {"Q6_K_L": "Q6_K", "Q5_K_L": "Q5_K_M", "Q4_K_L": "Q4_K_M", "Q3_K_XL": "Q3_K_L", "Q2_K_L": "Q2_K"}
PLAIN = {"F16", "BF16"}
_LOW = ("IQ2_S", "IQ2_M")


def expect_model(
    size: str,
    quant: str,
    file_bytes: int = 0,
    publisher: str = "Qwen",
    tolerance_bytes: int = HEADER_TOLERANCE_BYTES,
) -> ModelFacts:
    """The facts of a Qwen3 of this size and quantization as llama-quantize makes it.

    With `file_bytes` known the table is checked against it within `tolerance_bytes`; `exact` says whether they
    agree. Raises CarrelError for a size or quantization without a known mix.
    """
    if size not in SHAPES or quant not in BASE:
        raise CarrelError(
            "mix_unknown",
            "Carrel does not know how a Qwen3 {size} in {quant} is made up.",
            "Download its header or choose another quantization.",
            size=size,
            quant=quant,
        )
    tensors = _table(SHAPES[size], quant, publisher.startswith(IMATRIX_PUBLISHERS))
    expected = HEADER_BYTES + sum(t.size_bytes for t in tensors)
    exact = not file_bytes or abs(file_bytes - expected) <= tolerance_bytes
    if not exact:
        tensors = _scale_layers(tensors, file_bytes - expected)
    return _facts(size, quant, tuple(tensors), file_bytes or expected, exact=exact)


def _facts(size: str, quant: str, tensors: tuple[Tensor, ...], size_bytes: int, *, exact: bool) -> ModelFacts:
    shape = SHAPES[size]
    return ModelFacts(
        architecture="qwen3moe" if shape.n_experts else "qwen3",
        name=f"Qwen3-{size}",
        n_layers=shape.n_layers,
        n_embd=shape.n_embd,
        n_ff=shape.n_ff * (shape.n_experts_used or 1),
        n_heads=shape.n_heads,
        n_heads_kv=(shape.n_heads_kv,) * shape.n_layers,
        key_length=shape.head_dim,
        value_length=shape.head_dim,
        n_vocab=VOCABULARY,
        n_ctx_train=CONTEXT_TRAINED,
        quant=quant,
        tensors=tensors,
        has_chat_template=True,
        size_bytes=size_bytes,
        exact=exact,
        n_experts=shape.n_experts,
        n_experts_used=shape.n_experts_used,
    )


def _table(shape: Shape, quant: str, imatrix: bool) -> list[Tensor]:
    tensors: list[Tensor] = []
    offset_bytes = 0
    for name, dimensions in _shapes(shape):
        kind = _type(name, dimensions, shape, quant, imatrix)
        size_bytes = tensor_bytes(kind, prod(dimensions))
        tensors.append(Tensor(name, dimensions, kind, offset_bytes, size_bytes))
        offset_bytes += -(-size_bytes // 32) * 32
    return tensors


def _shapes(shape: Shape) -> list[tuple[str, tuple[int, ...]]]:
    """Names and shapes, fastest dimension first, as the converter writes them."""
    head = [("token_embd.weight", (shape.n_embd, VOCABULARY)), ("output_norm.weight", (shape.n_embd,))]
    if not shape.tied:
        head.append(("output.weight", (shape.n_embd, VOCABULARY)))
    layers = [
        (f"blk.{i}.{name}.weight", dimensions) for i in range(shape.n_layers) for name, dimensions in _layer(shape)
    ]
    return [*head, *layers]


def _layer(shape: Shape) -> list[tuple[str, tuple[int, ...]]]:
    embd, queries = shape.n_embd, shape.n_heads * shape.head_dim
    keys = shape.n_heads_kv * shape.head_dim
    attention: list[tuple[str, tuple[int, ...]]] = [
        ("attn_norm", (embd,)), ("ffn_norm", (embd,)), ("attn_q_norm", (shape.head_dim,)),
        ("attn_k_norm", (shape.head_dim,)), ("attn_q", (embd, queries)), ("attn_k", (embd, keys)),
        ("attn_v", (embd, keys)), ("attn_output", (queries, embd)),
    ]  # fmt: skip
    wide, experts = shape.n_ff, shape.n_experts
    if experts:
        return [
            *attention,
            ("ffn_gate_inp", (embd, experts)),
            ("ffn_gate_exps", (embd, wide, experts)),
            ("ffn_up_exps", (embd, wide, experts)),
            ("ffn_down_exps", (wide, embd, experts)),
        ]
    return [*attention, ("ffn_gate", (embd, wide)), ("ffn_up", (embd, wide)), ("ffn_down", (wide, embd))]


def _type(name: str, dimensions: tuple[int, ...], shape: Shape, quant: str, imatrix: bool) -> str:
    if len(dimensions) == 1 or "ffn_gate_inp" in name:
        return "F32"
    if quant in PLAIN:
        return BASE[quant]
    if not name.startswith("blk."):
        return _head_type(name, shape, quant)
    _, index, part, _ = name.split(".")
    mix = LARGE.get(quant, quant)
    return _raised(mix, part.removesuffix("_exps"), int(index), shape, imatrix) or BASE[mix]


def _head_type(name: str, shape: Shape, quant: str) -> str:
    """The output head takes more bits; a tied embedding is the output head too."""
    if quant in LARGE or quant == "Q8_0":
        return "Q8_0"
    if name == "output.weight" or shape.tied:
        return "Q5_K" if quant in ("IQ3_XXS", *_LOW) else "Q6_K"
    return "IQ3_S" if quant in ("IQ3_XXS", *_LOW) else BASE[quant]


def more_bits(index: int, n_layers: int) -> bool:
    """The layers to which the `_M` mixes give more: the first and last eighth and every third between."""
    return index < n_layers // 8 or index >= 7 * n_layers // 8 or (index - n_layers // 8) % 3 == 2


def _raised(mix: str, part: str, index: int, shape: Shape, imatrix: bool) -> str | None:
    """The type of a layer's matrix where the mix departs from its base type."""
    n = shape.n_layers
    shared = shape.n_heads // shape.n_heads_kv >= 4  # many heads share a value: it is small, so it is kept better
    if part == "attn_v":
        return _value_type(mix, index, n, shared)
    if part == "ffn_down":
        return _down_type(mix, index, n, imatrix)
    if part == "attn_output":
        return {"Q2_K": "Q3_K", "IQ3_XXS": "IQ3_S", "Q3_K_M": "Q4_K", "Q3_K_L": "Q5_K", "IQ3_M": "Q4_K",
                "IQ2_S": "IQ3_S", "IQ2_M": "IQ3_S"}.get(mix)  # fmt: skip
    if part in ("attn_q", "attn_k"):
        return {"IQ3_XS": "IQ3_XXS", "IQ3_XXS": "IQ2_S"}.get(mix)
    return "IQ3_XXS" if mix == "IQ3_XS" and n // 8 <= index < 7 * n // 8 else None


def _value_type(mix: str, index: int, n: int, shared: bool) -> str | None:
    if mix in ("Q4_K_M", "Q5_K_M"):
        return "Q6_K" if more_bits(index, n) else None
    if mix == "Q3_K_M":
        return "Q5_K" if index < 2 else "Q4_K"
    if mix == "Q4_K_S":
        return "Q5_K" if index < 4 else None
    if mix == "Q2_K":
        return "Q4_K" if shared else "Q3_K"
    plain = {"Q3_K_L": "Q5_K", "IQ3_M": "Q4_K"}
    gathered = {"IQ4_NL": "Q5_K", "IQ4_XS": "Q5_K", "IQ3_S": "Q4_K", "IQ3_XS": "Q4_K", "IQ3_XXS": "Q4_K",
                "IQ2_S": "Q4_K", "IQ2_M": "Q4_K"}  # fmt: skip
    return plain.get(mix) or (gathered.get(mix) if shared else "IQ3_S" if mix in _LOW else None)


def _down_type(mix: str, index: int, n: int, imatrix: bool) -> str | None:
    first_eighth = index < n // 8
    if mix in ("Q4_K_M", "Q5_K_M"):
        return "Q6_K" if more_bits(index, n) else None
    if mix == "Q3_K_M":
        return "Q5_K" if index < n // 16 else "Q4_K"
    if mix in ("Q4_0", "Q5_0") and imatrix:
        return {"Q4_0": "Q4_1", "Q5_0": "Q5_1"}[mix] if first_eighth else None
    if mix in ("IQ4_NL", "IQ4_XS") and not imatrix:
        return "Q5_K" if first_eighth else None
    if mix == "IQ3_XXS" and not imatrix:
        return "Q4_K" if first_eighth else "Q3_K"
    early = {"Q4_K_S": "Q5_K", "IQ3_M": "Q4_K", "IQ2_S": "IQ3_S", "IQ2_M": "IQ3_S"}
    return {"Q2_K": "Q3_K", "Q3_K_L": "Q5_K"}.get(mix) or (early.get(mix) if first_eighth else None)


def _scale_layers(tensors: list[Tensor], difference_bytes: int) -> list[Tensor]:
    """Spread the difference to the true file over the layers' matrices in proportion."""
    layers = sum(t.size_bytes for t in tensors if _scales(t))
    factor = max(0.1, 1 + difference_bytes / layers)
    return [msgspec.structs.replace(t, size_bytes=round(t.size_bytes * factor)) if _scales(t) else t for t in tensors]


def _scales(tensor: Tensor) -> bool:
    return tensor.name.startswith("blk.") and tensor.type != "F32"
