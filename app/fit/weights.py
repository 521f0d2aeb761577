"""Which tensors go to the graphics card: llama.cpp's placement by `n_gpu_layers` (llama-model.cpp, load_tensors)."""

from __future__ import annotations

import msgspec

from app.gguf.model import ModelFacts

ALL_LAYERS = -1


class Weights(msgspec.Struct, frozen=True):
    """Bytes on the cards and in RAM; `output_bytes` is the output head alone, wherever it lies."""

    gpu_bytes: int
    ram_bytes: int
    output_bytes: int


def resolve_layers(facts: ModelFacts, n_gpu_layers: int) -> int:
    """The layers meant: -1 and anything above all of them is `n_layers + 1`, for the output head counts as one."""
    everything = facts.n_layers + 1
    return everything if n_gpu_layers == ALL_LAYERS else max(0, min(n_gpu_layers, everything))


def place_weights(facts: ModelFacts, n_gpu_layers: int) -> Weights:
    """Weights by tensor. Layer i goes to the card when i >= n_layers + 1 - n_gpu_layers; the head is layer n_layers.

    The token embedding always stays in RAM. Where there is no output head of its own the embedding serves as
    one, and a second copy of it goes to the card.
    """
    first = facts.n_layers + 1 - resolve_layers(facts, n_gpu_layers)
    gpu, ram = sum(facts.layer_bytes[first:]), sum(facts.layer_bytes[:first])
    embedding, head = facts.head_bytes
    if not head and first <= facts.n_layers:
        gpu += embedding
    return Weights(gpu, ram + embedding, head or embedding)
