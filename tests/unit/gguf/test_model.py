from __future__ import annotations

import struct
from pathlib import Path

import pytest

from app.core.errors import CarrelError
from app.gguf.model import ModelFacts, Split, describe
from app.gguf.reader import read_header
from app.gguf.source import FileSource
from app.gguf.split import merge_parts, part_names, read_model
from tests.unit.gguf.making import SHAPES, TINY, write_gguf


def facts_with(tmp_path: Path, **changed: object) -> ModelFacts:
    values = {key: value for key, value in (TINY | changed).items() if value is not None}
    return describe(read_header(FileSource(write_gguf(tmp_path / "m.gguf", values))))


def test_describes_a_model(tmp_path: Path) -> None:
    facts = facts_with(tmp_path)
    assert (facts.n_layers, facts.n_embd, facts.n_ff, facts.n_heads, facts.n_heads_kv) == (2, 64, 128, 4, (2, 2))
    assert (facts.key_length, facts.n_vocab, facts.n_ctx_train, facts.quant) == (32, 9000, 1024, "Q4_K_M")
    assert facts.has_chat_template
    assert facts.exact
    assert facts.layer_bytes == (128 * 64 * 2, 0, 64 * 2)
    assert facts.head_bytes == (9000 * 64 * 2, 0)


def test_missing_keys_have_the_defaults_of_llama_cpp(tmp_path: Path) -> None:
    missing = ("head_count_kv", "key_length", "value_length")
    facts = facts_with(tmp_path, **{f"qwen3.attention.{key}": None for key in missing})
    assert facts.n_heads_kv == (4, 4)
    assert facts.key_length == facts.value_length == 16


def test_heads_may_differ_by_layer(tmp_path: Path) -> None:
    assert facts_with(tmp_path, **{"qwen3.attention.head_count_kv": [2, 1]}).n_heads_kv == (2, 1)


def test_quantization_is_told_by_the_tensors_when_the_file_does_not(tmp_path: Path) -> None:
    assert facts_with(tmp_path, **{"general.file_type": None}).quant == "F16"
    assert facts_with(tmp_path, **{"general.file_type": 1024 + 15}).quant == "Q4_K_M"


def test_a_projector_is_not_a_model(tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "clip.gguf", {"clip.vision.block_count": 3}, architecture="clip")
    with pytest.raises(CarrelError) as caught:
        read_model(path)
    assert caught.value.code == "gguf_not_a_model"
    assert "clip.gguf" in str(caught.value)


def test_wrong_kinds_of_values_are_refused_or_defaulted(tmp_path: Path) -> None:
    assert facts_with(tmp_path, **{"qwen3.context_length": "long"}).n_ctx_train == 0
    with pytest.raises(CarrelError, match="not a language model"):
        facts_with(tmp_path, **{"qwen3.block_count": "two"})
    with pytest.raises(CarrelError, match="not a language model"):
        facts_with(tmp_path, **{"qwen3.block_count": 4_000_000_000})


def write_parts(folder: Path) -> list[Path]:
    first = {**TINY, "split.no": 0, "split.count": 2}
    names = [folder / name for name in part_names("big-00001-of-00002.gguf")]
    write_gguf(names[0], first, {"token_embd.weight": SHAPES["token_embd.weight"]})
    write_gguf(names[1], {"split.no": 1, "split.count": 2}, {"blk.1.attn_q.weight": (128, 64)})
    return names


def test_part_names() -> None:
    assert part_names("a-00002-of-00003.gguf") == tuple(f"a-0000{n}-of-00003.gguf" for n in (1, 2, 3))
    assert part_names("whole.gguf") == ("whole.gguf",)


def test_parts_are_read_as_one_model_from_any_of_them(tmp_path: Path) -> None:
    parts = write_parts(tmp_path)
    facts = read_model(parts[1])
    assert facts == read_model(parts[0])
    assert [tensor.name for tensor in facts.tensors] == ["token_embd.weight", "blk.1.attn_q.weight"]
    assert facts.size_bytes == sum(part.stat().st_size for part in parts)
    assert facts.split == Split(1, 2)


def test_a_missing_part_is_named(tmp_path: Path) -> None:
    parts = write_parts(tmp_path)
    parts[1].unlink()
    with pytest.raises(CarrelError) as caught:
        read_model(parts[0])
    assert "big-00002-of-00002.gguf" in str(caught.value)


def test_parts_of_another_model_are_refused(tmp_path: Path) -> None:
    parts = write_parts(tmp_path)
    write_gguf(parts[1], {"split.no": 0, "split.count": 2}, {"x": (2, 2)})
    with pytest.raises(CarrelError, match="does not belong"):
        read_model(parts[0])
    with pytest.raises(CarrelError, match="does not belong"):
        merge_parts([read_header(FileSource(parts[0]))])


def test_a_part_cut_short_is_refused(tmp_path: Path) -> None:
    parts = write_parts(tmp_path)
    parts[1].write_bytes(parts[1].read_bytes()[:-64])
    with pytest.raises(CarrelError, match="cut short"):
        read_model(parts[0])


def test_version_two_is_read(tmp_path: Path) -> None:
    content = bytearray(write_gguf(tmp_path / "m.gguf").read_bytes())
    content[4:8] = struct.pack("<I", 2)
    (tmp_path / "old.gguf").write_bytes(content)
    assert read_model(tmp_path / "old.gguf").n_layers == 2
