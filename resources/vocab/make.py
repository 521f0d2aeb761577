"""Makes qwen3-vocab.gguf: the true Qwen3 vocabulary, merges and chat template, without any weights.

    python resources/vocab/make.py ggml-vocab-qwen2.gguf

The input is in the source package of llama-cpp-python, under vendor/llama.cpp/models/; qwen3.jinja beside this
script is its models/templates/Qwen-Qwen3-0.6B.jinja.
"""

from __future__ import annotations

import sys
from pathlib import Path

from gguf import GGUFReader, GGUFWriter, TokenType

HERE = Path(__file__).resolve().parent
TEMPLATE = HERE / "qwen3.jinja"

# Qwen3's added tokens as its tokenizer_config.json lists them; True marks those that are "special" (control) there.
ADDED = {
    151643: ("<|endoftext|>", True),
    151644: ("<|im_start|>", True),
    151645: ("<|im_end|>", True),
    151646: ("<|object_ref_start|>", True),
    151647: ("<|object_ref_end|>", True),
    151648: ("<|box_start|>", True),
    151649: ("<|box_end|>", True),
    151650: ("<|quad_start|>", True),
    151651: ("<|quad_end|>", True),
    151652: ("<|vision_start|>", True),
    151653: ("<|vision_end|>", True),
    151654: ("<|vision_pad|>", True),
    151655: ("<|image_pad|>", True),
    151656: ("<|video_pad|>", True),
    151657: ("<tool_call>", False),
    151658: ("</tool_call>", False),
    151659: ("<|fim_prefix|>", False),
    151660: ("<|fim_middle|>", False),
    151661: ("<|fim_suffix|>", False),
    151662: ("<|fim_pad|>", False),
    151663: ("<|repo_name|>", False),
    151664: ("<|file_sep|>", False),
    151665: ("<tool_response>", False),
    151666: ("</tool_response>", False),
    151667: ("<think>", False),
    151668: ("</think>", False),
}


def tokens_and_types(reader: GGUFReader) -> tuple[list[str], list[int]]:
    """The 151,936 pieces; the padding rows after the added tokens are unused, so no text can name them."""
    tokens = list(reader.fields["tokenizer.ggml.tokens"].contents())
    types = [int(TokenType.NORMAL)] * len(tokens)
    for number in range(min(ADDED), len(tokens)):
        types[number] = int(TokenType.UNUSED)
    for number, (text, special) in ADDED.items():
        tokens[number] = text
        types[number] = int(TokenType.CONTROL if special else TokenType.USER_DEFINED)
    return tokens, types


def make(source: Path, out: Path) -> None:
    """Write the vocabulary-only file. The shape values are Qwen3-32B's; nothing reads them without weights."""
    reader = GGUFReader(source)
    tokens, types = tokens_and_types(reader)
    writer = GGUFWriter(out, "qwen3")
    writer.add_name("Qwen3 vocabulary")
    writer.add_license("apache-2.0")
    writer.add_block_count(64)
    writer.add_context_length(40960)
    writer.add_embedding_length(5120)
    writer.add_feed_forward_length(25600)
    writer.add_head_count(64)
    writer.add_head_count_kv(8)
    writer.add_key_length(128)
    writer.add_value_length(128)
    writer.add_rope_freq_base(1e6)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_token_merges(reader.fields["tokenizer.ggml.merges"].contents())
    writer.add_bos_token_id(151643)
    writer.add_eos_token_id(151645)
    writer.add_pad_token_id(151643)
    writer.add_add_bos_token(False)
    writer.add_chat_template(TEMPLATE.read_text(encoding="utf-8"))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    writer.close()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    make(Path(sys.argv[1]), HERE / "qwen3-vocab.gguf")
