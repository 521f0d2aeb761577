"""What a GGUF model is, in the numbers that planning needs."""

from __future__ import annotations

from collections import Counter
from functools import cached_property

import msgspec

from app.core.errors import CarrelError
from app.gguf.reader import Header, Tensor
from app.gguf.types import FILE_TYPES
from app.gguf.values import LongArray, Value

GUESSED = 1024  # flag in `general.file_type`: the converter did not know
MOST_LAYERS = 4_096
LARGEST_NUMBER = 1 << 32
EMBEDDING = "token_embd.weight"
EXPERTS = "_exps."


YARN = "yarn"
# Qwen3's headers give 40,960: 32,768 the model was trained for and room for an answer (model card, "Processing Long
# Texts"). What its positions are stretched from is the former.
QWEN3_ARCHITECTURES, QWEN3_NATIVE, QWEN3_TRAINED = ("qwen3", "qwen3moe"), 40_960, 32_768


class Split(msgspec.Struct, frozen=True):
    """Which part of how many this file is; `number` counts from 1. One of one is a whole model."""

    number: int = 1
    count: int = 1


class ModelFacts(msgspec.Struct, frozen=True, dict=True):
    """One model. `n_heads_kv` has a value a layer; `n_ff` of a mixture of experts is what one token passes through.

    `tensors` of a split model are those of all parts, `size_bytes` their sizes together. `exact` is False when the
    tensor table was derived from the names of model and quantization instead of being read.
    """

    architecture: str
    name: str
    n_layers: int
    n_embd: int
    n_ff: int
    n_heads: int
    n_heads_kv: tuple[int, ...]
    key_length: int
    value_length: int
    n_vocab: int
    n_ctx_train: int
    quant: str
    tensors: tuple[Tensor, ...]
    has_chat_template: bool
    size_bytes: int
    split: Split = Split()
    exact: bool = True
    n_experts: int = 0
    n_experts_used: int = 0
    rope_scaling: str = ""
    rope_factor: float = 1.0
    n_ctx_original: int = 0

    @property
    def yarn_orig_ctx(self) -> int:
        """The context from which YaRN stretches: the header's own key, what Qwen3's model card says, or the native."""
        if self.n_ctx_original:
            return self.n_ctx_original
        if self.architecture in QWEN3_ARCHITECTURES and self.n_ctx_train == QWEN3_NATIVE:
            return QWEN3_TRAINED
        return self.n_ctx_train

    @cached_property
    def layer_bytes(self) -> tuple[int, ...]:
        """Bytes of each layer, and last of what belongs to none, the output head above all; without the embedding."""
        sizes = [0] * (self.n_layers + 1)
        for tensor in self.tensors:
            if tensor.name != EMBEDDING:
                sizes[_layer(tensor.name, self.n_layers)] += tensor.size_bytes
        return tuple(sizes)

    def tensor_bytes(self, name: str) -> int:
        """Bytes of one tensor, 0 when there is none of this name."""
        return next((tensor.size_bytes for tensor in self.tensors if tensor.name == name), 0)

    @cached_property
    def head_bytes(self) -> tuple[int, int]:
        """Bytes of the token embedding and of the output head; the head is 0 when the embedding serves as one."""
        return self.tensor_bytes(EMBEDDING), self.tensor_bytes("output.weight")

    @cached_property
    def expert_bytes(self) -> tuple[int, ...]:
        """Bytes of the experts of each layer, 0 where there are none."""
        sizes = [0] * (self.n_layers + 1)
        for tensor in self.tensors:
            if EXPERTS in tensor.name:
                sizes[_layer(tensor.name, self.n_layers)] += tensor.size_bytes
        return tuple(sizes[:-1])

    @cached_property
    def largest_matrix_bytes(self) -> int:
        """The largest tensor of any layer: what is copied to a card when a layer in RAM reads a batch there."""
        return max((tensor.size_bytes for tensor in self.tensors if tensor.name.startswith("blk.")), default=0)


def _layer(name: str, n_layers: int) -> int:
    parts = name.split(".", 2)
    if parts[0] == "blk" and len(parts) == 3 and parts[1].isascii() and parts[1].isdecimal():
        return min(int(parts[1][:9]), n_layers)
    return n_layers


def describe(header: Header) -> ModelFacts:
    """The facts of a language model. Raises CarrelError when the file is a GGUF but not one."""
    return _Reading(header).facts()


class _Reading:
    """Looks up one header's metadata, where a key may be missing or of a wrong kind."""

    def __init__(self, header: Header) -> None:
        self._header = header
        self._architecture = self._text("general.architecture")

    def facts(self) -> ModelFacts:
        n_layers, n_embd = self._whole("block_count"), self._whole("embedding_length")
        n_heads = self._whole("attention.head_count")
        if not self._architecture or not 1 <= n_layers <= MOST_LAYERS or not n_embd or not n_heads:
            raise self._no_model()
        return ModelFacts(
            architecture=self._architecture,
            name=self._text("general.name") or self._header.name,
            n_layers=n_layers,
            n_embd=n_embd,
            n_ff=self._feed_forward(),
            n_heads=n_heads,
            n_heads_kv=self._heads_kv(n_layers, n_heads),
            key_length=self._whole("attention.key_length", n_embd // n_heads),
            value_length=self._whole("attention.value_length", n_embd // n_heads),
            n_vocab=self._vocabulary(),
            n_ctx_train=self._whole("context_length"),
            quant=self._quant(),
            tensors=self._header.tensors,
            has_chat_template=bool(self._text("tokenizer.chat_template")),
            size_bytes=self._header.size_bytes,
            split=self._split(),
            n_experts=self._whole("expert_count"),
            n_experts_used=self._whole("expert_used_count"),
            rope_scaling=self._text(f"{self._architecture}.rope.scaling.type"),
            rope_factor=self._factor(),
            n_ctx_original=self._whole("rope.scaling.original_context_length"),
        )

    def _get(self, key: str) -> Value | None:
        return self._header.metadata.get(key)

    def _text(self, key: str) -> str:
        value = self._get(key)
        return value if isinstance(value, str) else ""

    def _whole(self, key: str, default: int = 0) -> int:
        """The architecture's whole number; of an array the largest."""
        value = self._get(f"{self._architecture}.{key}")
        numbers = [n for n in (value if isinstance(value, tuple) else (value,)) if type(n) is int]
        found = max(numbers, default=default)
        return found if 0 <= found <= LARGEST_NUMBER else default

    def _factor(self) -> float:
        value = self._get(f"{self._architecture}.rope.scaling.factor")
        return float(value) if isinstance(value, int | float) and 1.0 <= value <= 1024.0 else 1.0

    def _feed_forward(self) -> int:
        expert = self._whole("expert_feed_forward_length")
        return expert * self._whole("expert_used_count", 1) if expert else self._whole("feed_forward_length")

    def _heads_kv(self, n_layers: int, n_heads: int) -> tuple[int, ...]:
        value = self._get(f"{self._architecture}.attention.head_count_kv")
        if isinstance(value, tuple) and len(value) == n_layers and all(type(n) is int and n >= 0 for n in value):
            return tuple(n for n in value if isinstance(n, int))
        return (self._whole("attention.head_count_kv", n_heads),) * n_layers

    def _vocabulary(self) -> int:
        """llama.cpp sizes the logits by the token list; the embedding has as many columns."""
        tokens = self._get("tokenizer.ggml.tokens")
        if isinstance(tokens, LongArray):
            return tokens.count
        if isinstance(tokens, tuple) and tokens:
            return len(tokens)
        embedding = next((t for t in self._header.tensors if t.name == EMBEDDING), None)
        return self._whole("vocab_size", embedding.shape[-1] if embedding else 0)

    def _quant(self) -> str:
        value = self._get("general.file_type")
        if type(value) is int and value & ~GUESSED in FILE_TYPES:
            return FILE_TYPES[value & ~GUESSED]
        kinds = Counter(t.type for t in self._header.tensors if len(t.shape) > 1)
        return kinds.most_common(1)[0][0] if kinds else "?"

    def _split(self) -> Split:
        number, count = self._get("split.no"), self._get("split.count")
        if type(number) is int and type(count) is int and 0 <= number < count <= 99_999:
            return Split(number + 1, count)
        return Split()

    def _no_model(self) -> CarrelError:
        return CarrelError(
            "gguf_not_a_model",
            "{file} is a GGUF file but not a language model.",
            "Choose the model itself, not a projector, adapter or vocabulary.",
            file=self._header.name,
        )
