"""GGUF files for tests, written by the reference implementation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gguf
import numpy as np

TINY: dict[str, Any] = {
    "qwen3.block_count": 2,
    "qwen3.context_length": 1024,
    "qwen3.embedding_length": 64,
    "qwen3.feed_forward_length": 128,
    "qwen3.attention.head_count": 4,
    "qwen3.attention.head_count_kv": 2,
    "qwen3.attention.key_length": 32,
    "qwen3.attention.value_length": 32,
    "general.file_type": 15,
    "tokenizer.chat_template": "{{ messages }}",
    "tokenizer.ggml.tokens": [f"t{i}" for i in range(9000)],
}
SHAPES = {"token_embd.weight": (9000, 64), "output_norm.weight": (64,), "blk.0.attn_q.weight": (128, 64)}


def write_gguf(
    path: Path,
    values: dict[str, Any] | None = None,
    shapes: dict[str, tuple[int, ...]] | None = None,
    architecture: str = "qwen3",
) -> Path:
    """A file with these metadata and F16 tensors of these numpy shapes (slowest dimension first)."""
    writer = gguf.GGUFWriter(path, architecture)
    for key, value in (TINY if values is None else values).items():
        _add(writer, key, value)
    for name, shape in (SHAPES if shapes is None else shapes).items():
        writer.add_tensor(name, np.ones(shape, np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _add(writer: gguf.GGUFWriter, key: str, value: Any) -> None:
    if isinstance(value, bool):
        writer.add_bool(key, value)
    elif isinstance(value, int):
        writer.add_uint32(key, value) if 0 <= value < 1 << 32 else writer.add_int64(key, value)
    elif isinstance(value, float):
        writer.add_float64(key, value)
    elif isinstance(value, str):
        writer.add_string(key, value)
    else:
        writer.add_array(key, value)
