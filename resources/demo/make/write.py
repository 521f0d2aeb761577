"""Writes a small Qwen3 as GGUF: header, vocabulary, chat template, weights."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from gguf import GGMLQuantizationType, GGUFWriter, LlamaFileType
from gguf.quants import quantize

from resources.demo.make.model import Array, Shape
from resources.demo.make.vocab import Vocabulary

FOLDER = Path(__file__).resolve().parents[1]
VOCABULARY = FOLDER.parent / "vocab" / "qwen3-vocab.gguf"
TEMPLATE_FILE = FOLDER.parent / "vocab" / "qwen3.jinja"


def add_header(writer: GGUFWriter, shape: Shape, name: str, quant: str) -> None:
    """What the file says about the model's shape and origin."""
    writer.add_name(name)
    writer.add_license("apache-2.0")
    writer.add_languages(["en", "zh"])
    writer.add_block_count(shape.layers)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.hidden)
    writer.add_feed_forward_length(shape.ffn)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_key_length(shape.head_dim)
    writer.add_value_length(shape.head_dim)
    writer.add_rope_freq_base(shape.rope_base)
    writer.add_layer_norm_rms_eps(shape.norm_epsilon)
    writer.add_file_type(LlamaFileType[f"MOSTLY_{quant}"])
    writer.add_quantization_version(2)


def add_vocabulary(writer: GGUFWriter, vocabulary: Vocabulary, template: str) -> None:
    """Tokens, merges, the ids that begin and end, and the chat template."""
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(vocabulary.tokens)
    writer.add_token_types(vocabulary.types)
    writer.add_token_merges(vocabulary.merges)
    writer.add_bos_token_id(vocabulary.id_of("<|endoftext|>"))
    writer.add_eos_token_id(vocabulary.id_of("<|im_end|>"))
    writer.add_pad_token_id(vocabulary.id_of("<|endoftext|>"))
    writer.add_add_bos_token(False)
    writer.add_chat_template(template)


def add_weights(writer: GGUFWriter, weights: Iterable[tuple[str, Array]], quant: str) -> None:
    """Matrices in the file's type, norms in F32. Types: F16 and those `gguf` can quantize to (Q8_0, Q4_0, Q5_0…)."""
    kind = GGMLQuantizationType[quant]
    for name, values in weights:
        if values.ndim == 1:
            writer.add_tensor(name, values)
        elif kind is GGMLQuantizationType.F16:
            writer.add_tensor(name, values.astype(np.float16))
        else:
            writer.add_tensor(name, quantize(values, kind), raw_dtype=kind)


def finish(writer: GGUFWriter) -> None:
    """Write everything added so far and close the file."""
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write_model(
    path: Path,
    shape: Shape,
    vocabulary: Vocabulary,
    template: str,
    weights: Iterable[tuple[str, Array]],
    *,
    name: str,
    description: str = "",
    quant: str = "Q8_0",
) -> None:
    """Write one complete model file."""
    writer = GGUFWriter(path, "qwen3")
    add_header(writer, shape, name, quant)
    if description:
        writer.add_description(description)
    add_vocabulary(writer, vocabulary, template)
    add_weights(writer, weights, quant)
    finish(writer)
