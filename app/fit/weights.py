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


def place_weights(facts: ModelFacts, n_gpu_layers: int, n_cpu_moe: int = 0) -> Weights:
    """Weights by tensor. Layer i goes to the card when i >= n_layers + 1 - n_gpu_layers; the head is layer n_layers.

    The experts of the first `n_cpu_moe` layers and the token embedding always stay in RAM. Where there is no output
    head of its own the embedding serves as one, and a second copy of it goes to the card.
    """
    first = facts.n_layers + 1 - resolve_layers(facts, n_gpu_layers)
    embedding, head = facts.head_bytes
    gpu = sum(layers_on_cards(facts, n_gpu_layers, n_cpu_moe))
    ram = sum(facts.layer_bytes[:first]) + sum(facts.expert_bytes[first:n_cpu_moe])
    return Weights(gpu, ram + embedding, head or embedding)


def layers_on_cards(facts: ModelFacts, n_gpu_layers: int, n_cpu_moe: int = 0) -> list[int]:
    """Bytes of each layer that goes to a card, in order, the output head last."""
    first = facts.n_layers + 1 - resolve_layers(facts, n_gpu_layers)
    embedding, head = facts.head_bytes
    sizes = list(facts.layer_bytes[first:])
    for index in range(first, min(n_cpu_moe, facts.n_layers)):
        sizes[index - first] -= facts.expert_bytes[index]
    if sizes and not head:
        sizes[-1] += embedding
    return sizes


def read_bytes(facts: ModelFacts, n_gpu_layers: int, n_cpu_moe: int = 0) -> tuple[int, int]:
    """What one token reads of the weights on the cards and in RAM: of a mixture of experts only the active ones."""
    first = facts.n_layers + 1 - resolve_layers(facts, n_gpu_layers)
    idle = 1 - facts.n_experts_used / facts.n_experts if facts.n_experts else 0.0
    placed = place_weights(facts, n_gpu_layers, n_cpu_moe)
    there = sum(facts.expert_bytes[max(first, n_cpu_moe) :])
    here = sum(facts.expert_bytes) - there
    embedding = facts.head_bytes[0]
    head = 0 if facts.head_bytes[1] or first <= facts.n_layers else embedding
    return placed.gpu_bytes - round(there * idle), placed.ram_bytes - embedding + head - round(here * idle)
