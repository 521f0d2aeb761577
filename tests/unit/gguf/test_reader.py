from __future__ import annotations

import contextlib
import math
import random
import struct
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.errors import CarrelError
from app.gguf.model import describe
from app.gguf.reader import Header, read_header
from app.gguf.source import FileSource, RangeSource
from app.gguf.values import LongArray
from tests.unit.gguf.making import TINY, write_gguf


class Memory:
    """Bytes as a source, counting the reads."""

    def __init__(self, content: bytes) -> None:
        self.content, self.name, self.reads = content, "memory.gguf", 0

    @property
    def size_bytes(self) -> int:
        return len(self.content)

    def read(self, offset: int, length: int) -> bytes:
        self.reads += 1
        return self.content[offset : offset + length]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_gguf(tmp_path_factory.mktemp("gguf") / "tiny.gguf").read_bytes()


def header_of(content: bytes) -> Header:
    return read_header(Memory(content))


def refusal(content: bytes) -> CarrelError:
    with pytest.raises(CarrelError) as caught:
        header_of(content)
    return caught.value


def one_key(kind: int, value: bytes, *, tensors: int = 0) -> bytes:
    """A file with the key "k" of the given type."""
    head = b"GGUF" + struct.pack("<IQQ", 3, tensors, 1) + struct.pack("<Q", 1) + b"k" + struct.pack("<I", kind)
    return head + value


def one_tensor(name: bytes, shape: tuple[int, ...], kind: int, offset: int, data: int = 4096) -> bytes:
    head = b"GGUF" + struct.pack("<IQQ", 3, 1, 0) + struct.pack("<Q", len(name)) + name
    row = struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, kind, offset)
    return head + row + bytes(data)


def test_reads_what_the_reference_wrote(tiny: bytes) -> None:
    header = header_of(tiny)
    assert header.version == 3
    assert header.metadata["qwen3.embedding_length"] == 64
    assert header.metadata["tokenizer.ggml.tokens"] == LongArray(9000)
    embedding = header.tensors[0]
    assert (embedding.name, embedding.shape, embedding.type) == ("token_embd.weight", (64, 9000), "F16")
    assert embedding.size_bytes == 64 * 9000 * 2
    assert header.data_offset % 32 == 0
    assert tiny[header.data_offset : header.data_offset + 2] == b"\x00\x3c"  # 1.0 in f16


def test_reads_the_same_from_a_file_and_over_ranges(tiny: bytes, tmp_path: Path) -> None:
    path = tmp_path / "tiny.gguf"
    path.write_bytes(tiny)
    asked: list[tuple[int, int]] = []

    def fetch(offset: int, length: int) -> bytes:
        asked.append((offset, length))
        return tiny[offset : offset + length]

    over_ranges = read_header(RangeSource(fetch, len(tiny), "tiny.gguf"))
    assert over_ranges == read_header(FileSource(path))
    assert len(asked) == 1
    assert all(offset + length <= len(tiny) for offset, length in asked)


def test_a_large_vocabulary_is_few_reads_and_little_time(tmp_path: Path) -> None:
    tokens = [f"token-{i}" for i in range(150_000)]
    path = write_gguf(tmp_path / "v.gguf", TINY | {"tokenizer.ggml.tokens": tokens, "tokenizer.ggml.merges": tokens})
    source = Memory(path.read_bytes())
    began = time.process_time()
    header = read_header(source)
    assert time.process_time() - began < 1.0  # some 0.07 s; generous for a busy machine
    assert header.metadata["tokenizer.ggml.merges"] == LongArray(150_000)
    assert source.reads <= 8


values = st.one_of(
    st.booleans(),
    st.integers(-(2**62), 2**62),
    st.floats(allow_nan=False),
    st.text(max_size=60),
    st.lists(st.integers(-(2**31), 2**31 - 1), min_size=1, max_size=20),
    st.lists(st.text(max_size=12), min_size=1, max_size=20),
)
keys = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(metadata=st.dictionaries(keys, values, max_size=8), sides=st.lists(st.integers(1, 9), min_size=1, max_size=4))
def test_round_trip(metadata: dict[str, object], sides: list[int], tmp_path: Path) -> None:
    # The reference writer leaves empty texts out.
    metadata = {k: v for k, v in metadata.items() if v != "" and not k.startswith("general.")}
    path = write_gguf(tmp_path / "r.gguf", metadata, {"a": tuple(sides), "b": (3,)})
    header = read_header(FileSource(path))
    for key, value in metadata.items():
        assert header.metadata[key] == (tuple(value) if isinstance(value, list) else value)
    first, second = header.tensors
    assert first.shape == tuple(reversed(sides))
    assert first.size_bytes == 2 * math.prod(sides)
    assert header.data_offset + second.offset_bytes + second.size_bytes <= header.size_bytes


def expect_facts_or_refusal(content: bytes) -> None:
    began = time.process_time()
    with contextlib.suppress(CarrelError):
        describe(header_of(content))
    assert time.process_time() - began < 2.0


@settings(max_examples=150, deadline=None)
@given(cut=st.floats(0, 1))
def test_every_truncation_is_refused(tiny: bytes, cut: float) -> None:
    content = tiny[: int((len(tiny) - 1) * cut)]
    assert refusal(content).code in ("gguf_truncated", "gguf_bad_magic", "gguf_absurd")


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**32), flips=st.integers(1, 12))
def test_flipped_bytes_never_break_out(tiny: bytes, seed: int, flips: int) -> None:
    dice = random.Random(seed)
    content = bytearray(tiny)
    for _ in range(flips):
        # Half of the damage where the counts and lengths are densest.
        place = dice.randrange(700) if dice.random() < 0.5 else dice.randrange(len(content) // 8)
        content[place] = dice.randrange(256)
    expect_facts_or_refusal(bytes(content))


@settings(max_examples=200, deadline=None)
@given(content=st.binary(max_size=400), keys=st.integers(0, 2**64 - 1), tensors=st.integers(0, 2**64 - 1))
def test_noise_behind_the_magic_is_refused(content: bytes, keys: int, tensors: int) -> None:
    expect_facts_or_refusal(b"GGUF" + struct.pack("<IQQ", 3, tensors, keys) + content)
    expect_facts_or_refusal(content)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "gguf_bad_magic"),
        (b"PK\x03\x04" + bytes(60), "gguf_bad_magic"),
        (b"GGUF" + struct.pack("<IQQ", 1, 0, 0), "gguf_version"),
        (b"GGUF" + struct.pack(">IQQ", 3, 0, 0), "gguf_version"),
        (b"GGUF" + struct.pack("<IQQ", 3, 2**63, 0), "gguf_absurd"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 2**63), "gguf_absurd"),
        (one_key(99, b"", tensors=0) + bytes(64), "gguf_absurd"),
        (one_key(8, struct.pack("<Q", 2**40)), "gguf_absurd"),
        (one_key(8, struct.pack("<Q", 1 << 20)), "gguf_truncated"),
        (one_key(9, struct.pack("<IQ", 4, 2**60)), "gguf_absurd"),
        (one_key(9, struct.pack("<IQ", 4, 1 << 20)), "gguf_truncated"),
        (one_key(9, struct.pack("<IQ", 8, 1 << 20)), "gguf_absurd"),
        (one_key(9, struct.pack("<IQ", 9, 1) * 40 + bytes(64)), "gguf_absurd"),
        (one_tensor(b"t", (32,) * 9, 0, 0), "gguf_absurd"),
        (one_tensor(b"t", (0,), 0, 0), "gguf_absurd"),
        (one_tensor(b"t", (31, 2), 8, 0), "gguf_absurd"),
        (one_tensor(b"t", (2**60, 2**60), 0, 0), "gguf_absurd"),
        (one_tensor(b"t", (32,), 77, 0), "gguf_unknown_type"),
        (one_tensor(b"t", (32,), 0, 7), "gguf_absurd"),
        (one_tensor(b"t", (32,), 0, 1 << 40), "gguf_truncated"),
        (one_tensor(b"\xff\xfe", (32,), 0, 0), "gguf_absurd"),
    ],
)
def test_absurd_headers_are_refused(content: bytes, code: str) -> None:
    assert refusal(content).code == code


def test_a_truncated_file_names_both_sizes(tiny: bytes) -> None:
    error = refusal(tiny[:-1000])
    assert f"{len(tiny) - 1000:,}" in str(error)
    assert f"{read_header(Memory(tiny)).size_bytes - 1000:,}" in str(error)
    assert "Download" in str(error)


def test_a_source_that_answers_short_is_refused(tiny: bytes) -> None:
    source = RangeSource(lambda offset, length: tiny[offset : offset + length // 2][:10], len(tiny), "short.gguf")
    with pytest.raises(CarrelError) as caught:
        read_header(source)
    assert caught.value.code == "gguf_truncated"


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CarrelError, match="cannot be read"):
        FileSource(tmp_path / "none.gguf")
