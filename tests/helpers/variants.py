"""Small relatives of the tiny Qwen3: an adapter for it, and a mixture of experts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from gguf import GGUFWriter

from resources.demo.make.model import Shape, random_weights, tensors
from resources.demo.make.write import add_header, add_vocabulary, finish
from tests.helpers.models import SMALL, TEMPLATE, bytes_vocabulary

RANK = 4


def lora_adapter(
    path: Path, *, layers: int = 2, hidden: int = 256, architecture: str = "qwen3", strength: float = 0.5
) -> Path:
    """A LoRA adapter for `tiny_qwen3(layers=…, hidden=…)`, acting on every query projection."""
    shape = replace(SMALL, layers=layers, hidden=hidden, heads=hidden // 64)
    writer = GGUFWriter(path, architecture)
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", float(RANK))
    rng = np.random.default_rng(3)
    for name, size in tensors(shape):
        if name.endswith("attn_q.weight"):
            rows, columns = size
            writer.add_tensor(f"{name}.lora_a", rng.normal(0, strength, (RANK, columns)).astype(np.float32))
            writer.add_tensor(f"{name}.lora_b", rng.normal(0, strength, (rows, RANK)).astype(np.float32))
    finish(writer)
    return path


def tiny_moe(path: Path, *, layers: int = 2, experts: int = 4, used: int = 2) -> Path:
    """A Qwen3 mixture of experts with seeded random weights."""
    vocabulary = bytes_vocabulary()
    shape = replace(SMALL, vocab=len(vocabulary), layers=layers)
    writer = GGUFWriter(path, "qwen3moe")
    add_header(writer, shape, "Tiny experts", "F16")
    writer.add_expert_count(experts)
    writer.add_expert_used_count(used)
    writer.add_expert_feed_forward_length(shape.ffn)
    add_vocabulary(writer, vocabulary, TEMPLATE)
    for name, values in random_weights(shape, 1):
        if ".ffn_" not in name or name.endswith("ffn_norm.weight"):
            writer.add_tensor(name, values if values.ndim == 1 else values.astype(np.float16))
    for layer in range(layers):
        _add_experts(writer, shape, f"blk.{layer}.", experts)
    finish(writer)
    return path


def _add_experts(writer: GGUFWriter, shape: Shape, block: str, experts: int) -> None:
    rng = np.random.default_rng(5)

    def noise(*size: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float16]]:
        values: np.ndarray[tuple[int, ...], np.dtype[np.float16]] = rng.normal(0, 1, size).astype(np.float16)
        return values * np.float16(size[-1] ** -0.5)

    writer.add_tensor(block + "ffn_gate_inp.weight", noise(experts, shape.hidden).astype(np.float32))
    writer.add_tensor(block + "ffn_gate_exps.weight", noise(experts, shape.ffn, shape.hidden))
    writer.add_tensor(block + "ffn_up_exps.weight", noise(experts, shape.ffn, shape.hidden))
    writer.add_tensor(block + "ffn_down_exps.weight", noise(experts, shape.hidden, shape.ffn))
