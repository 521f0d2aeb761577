"""A saved session comes back exactly, or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from llama_cpp import llama_cpp as C

from app.engine import saved
from app.engine.messages import Adapter, Load
from app.engine.saved import Identity
from app.engine.worker import library, snapshot
from app.engine.worker.faults import EngineFault
from app.engine.worker.vocab import Ids
from tests.helpers.models import tiny_qwen3

TOKENS = (np.arange(300, dtype=np.int32) * 7) % 200
N_CTX = 512
KINDS = {"f16": 1, "q8_0": 8, "q4_0": 2}


@dataclass
class Engine:
    """A context with four sequences over one cache."""

    model: Any
    ctx: Any
    path: Path
    kv_type: str = "f16"

    @property
    def identity(self) -> Identity:
        return saved.identify(Load(0, str(self.path), kv_type=self.kv_type), "build 1", 2)  # type: ignore[arg-type]

    def read(self, seq: int, tokens: Ids, start: int = 0) -> Ids:
        """Decode tokens into a sequence; the logits of the last."""
        batch = C.llama_batch_init(len(tokens), 0, 1)
        for row, token in enumerate(tokens):
            batch.token[row], batch.pos[row], batch.logits[row] = int(token), start + row, row == len(tokens) - 1
            batch.n_seq_id[row], batch.seq_id[row][0] = 1, seq
        batch.n_tokens = len(tokens)
        assert C.llama_decode(self.ctx, batch) == 0
        C.llama_batch_free(batch)
        size = C.llama_vocab_n_tokens(C.llama_model_get_vocab(self.model))
        return np.ctypeslib.as_array(C.llama_get_logits_ith(self.ctx, -1), (size,)).copy()

    def length(self, seq: int) -> int:
        return int(C.llama_memory_seq_pos_max(C.llama_get_memory(self.ctx), seq)) + 1

    def clear(self) -> None:
        C.llama_memory_clear(C.llama_get_memory(self.ctx), True)


def open_engine(path: Path, kv_type: str = "f16") -> Engine:
    library.open_library()
    params = C.llama_model_default_params()
    model = C.llama_model_load_from_file(str(path).encode(), params)
    context = C.llama_context_default_params()
    context.n_ctx, context.n_batch, context.n_seq_max, context.kv_unified = N_CTX, N_CTX, 4, True
    context.type_k = context.type_v = KINDS[kv_type]
    context.flash_attn_type, context.n_threads = C.LLAMA_FLASH_ATTN_TYPE_ENABLED, 1
    ctx = C.llama_init_from_model(model, context)
    assert ctx
    return Engine(model, ctx, path, kv_type)


def close(engine: Engine) -> None:
    C.llama_free(engine.ctx)
    C.llama_model_free(engine.model)


@pytest.fixture(scope="module")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_qwen3(tmp_path_factory.mktemp("models") / "tiny.gguf")


@pytest.fixture(scope="module")
def shared(model_file: Path) -> Iterator[Engine]:
    engine = open_engine(model_file)
    yield engine
    close(engine)


@pytest.fixture
def engine(shared: Engine) -> Engine:
    shared.clear()
    return shared


@pytest.fixture
def session(engine: Engine, tmp_path: Path) -> Path:
    """A saved session of TOKENS; the context is empty again."""
    engine.read(0, TOKENS)
    path = tmp_path / "sessions" / "one.kv"
    snapshot.save(engine.ctx, 0, TOKENS, path, engine.identity)
    engine.clear()
    return path


def refused(engine: Engine, path: Path, identity: Identity | None = None) -> str:
    """The code of a refusal, after which the sequence is empty."""
    with pytest.raises(EngineFault) as caught:
        snapshot.restore(engine.ctx, 1, path, identity or engine.identity)
    assert engine.length(1) == 0
    return caught.value.code


def is_gone(path: Path) -> bool:
    return not path.exists() and not saved.sidecar_of(path).exists()


@pytest.mark.parametrize("kv_type", list(KINDS))
def test_what_comes_back_goes_on_exactly_as_before(model_file: Path, tmp_path: Path, kv_type: str) -> None:
    path, probe = tmp_path / "s.kv", np.array([65, 66], np.int32)
    engine = open_engine(model_file, kv_type)
    engine.read(0, TOKENS)
    size_bytes = snapshot.save(engine.ctx, 0, TOKENS, path, engine.identity)
    expected = engine.read(0, probe, len(TOKENS))
    close(engine)
    engine = open_engine(model_file, kv_type)
    try:
        back = snapshot.restore(engine.ctx, 2, path, engine.identity)
        assert back.tolist() == TOKENS.tolist()
        assert np.array_equal(engine.read(2, probe, len(TOKENS)), expected)
        assert size_bytes == path.stat().st_size
        assert sorted(file.name for file in tmp_path.iterdir()) == ["s.kv", "s.kv.json"]
    finally:
        close(engine)


@pytest.mark.parametrize(
    "change",
    [
        {"model": "0" * 64},
        {"kv_type": "q8_0"},
        {"yarn_factor": 4.0},
        {"yarn_orig_ctx": 32768},
        {"adapters": ("x at 1",)},
        {"build": "build 2"},
        {"n_layers": 3},
        {"flash_attention": False},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_session_of_something_else_is_refused_and_deleted(
    engine: Engine, session: Path, change: dict[str, Any]
) -> None:
    assert refused(engine, session, msgspec.structs.replace(engine.identity, **change)) == "session_refused"
    assert is_gone(session)


@pytest.mark.parametrize("left", [0.0, 0.3, 0.999])
def test_a_truncated_session_is_refused_and_deleted(engine: Engine, session: Path, left: float) -> None:
    os.truncate(session, int(session.stat().st_size * left))
    assert refused(engine, session) == "session_refused"
    assert is_gone(session)


@given(share=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_flipped_bit_is_found(engine: Engine, session: Path, share: float, bit: int) -> None:
    copy = session.with_name("flipped.kv")
    copy.write_bytes(session.read_bytes())
    saved.sidecar_of(copy).write_bytes(saved.sidecar_of(session).read_bytes())
    at = int(share * copy.stat().st_size)
    with copy.open("r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 1 << bit]))
    assert refused(engine, copy) == "session_refused"
    assert is_gone(copy)


def test_a_foreign_file_in_its_place_is_refused_and_deleted(engine: Engine, session: Path) -> None:
    size_bytes = session.stat().st_size
    session.write_bytes((b"GGUF" + bytes(range(256)) * (size_bytes // 256 + 1))[:size_bytes])
    assert refused(engine, session) == "session_refused"
    assert is_gone(session)


@pytest.mark.parametrize("content", [None, b"", b"{}", b'{"format": 99}', b"\xff\xfe"])
def test_without_a_sidecar_that_can_be_read_nothing_is_loaded(
    engine: Engine, session: Path, content: bytes | None
) -> None:
    sidecar = saved.sidecar_of(session)
    if content is None:
        sidecar.unlink()
    else:
        sidecar.write_bytes(content)
    assert refused(engine, session) == "session_refused"
    assert is_gone(session)


def test_a_sidecar_of_another_session_does_not_vouch(engine: Engine, session: Path) -> None:
    other = session.with_name("other.kv")
    engine.read(0, TOKENS[::-1].copy())
    snapshot.save(engine.ctx, 0, TOKENS[::-1].copy(), other, engine.identity)
    engine.clear()
    saved.sidecar_of(session).write_bytes(saved.sidecar_of(other).read_bytes())
    assert refused(engine, session) == "session_refused"
    assert is_gone(session)
    assert snapshot.restore(engine.ctx, 1, other, engine.identity).tolist() == TOKENS[::-1].tolist()


def test_a_session_that_is_not_there_is_only_missing(engine: Engine, tmp_path: Path) -> None:
    assert refused(engine, tmp_path / "never.kv") == "session_missing"


def test_a_full_context_refuses_and_keeps_the_session(engine: Engine, session: Path) -> None:
    engine.read(0, TOKENS)
    assert refused(engine, session) == "session_no_room"
    assert not is_gone(session)
    assert engine.length(0) == len(TOKENS)  # the other sequence is as it was
    engine.clear()
    assert len(snapshot.restore(engine.ctx, 1, session, engine.identity)) == len(TOKENS)


@pytest.mark.skipif(os.name == "nt", reason="limits of POSIX")
@pytest.mark.parametrize("most_bytes", [10_000, 0])
def test_a_disk_that_fills_up_while_saving_leaves_nothing_behind(
    engine: Engine, tmp_path: Path, most_bytes: int
) -> None:
    import resource

    path = tmp_path / "full.kv"
    engine.read(0, TOKENS)
    size_bytes = C.llama_state_seq_get_size(engine.ctx, 0)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes or size_bytes, hard))  # 0: all but the last buffer fits
    try:
        with pytest.raises(EngineFault) as caught:
            snapshot.save(engine.ctx, 0, TOKENS, path, engine.identity)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert caught.value.code == "disk_full"
    assert list(tmp_path.iterdir()) == []
    assert engine.length(0) == len(TOKENS)
    assert snapshot.save(engine.ctx, 0, TOKENS, path, engine.identity) == path.stat().st_size


def test_a_disk_without_room_is_not_even_tried(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    engine.read(0, TOKENS)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9, 10**6))
    with pytest.raises(EngineFault) as caught:
        snapshot.save(engine.ctx, 0, TOKENS, tmp_path / "s.kv", engine.identity)
    assert caught.value.code == "disk_full"
    assert list(tmp_path.iterdir()) == []


def test_a_failed_save_keeps_the_session_that_was_there(
    engine: Engine, session: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.read(0, TOKENS)
    monkeypatch.setattr(snapshot, "SPARE_BYTES", 1 << 60)
    with pytest.raises(EngineFault):
        snapshot.save(engine.ctx, 0, TOKENS, session, engine.identity)
    engine.clear()
    assert len(snapshot.restore(engine.ctx, 1, session, engine.identity)) == len(TOKENS)


def test_what_an_interrupted_save_left_is_written_over_and_never_loaded(engine: Engine, session: Path) -> None:
    part = session.with_name(session.name + saved.UNFINISHED)
    part.write_bytes(b"half")
    assert len(snapshot.restore(engine.ctx, 1, session, engine.identity)) == len(TOKENS)
    snapshot.save(engine.ctx, 1, TOKENS, session, engine.identity)
    assert not part.exists()


def test_it_knows_when_there_is_nothing_to_restore(session: Path) -> None:
    sidecar = saved.read_sidecar(session)
    assert sidecar is not None
    assert snapshot.holds(sidecar, TOKENS)
    assert snapshot.holds(sidecar, np.append(TOKENS, np.int32(1)).astype(np.int32))
    assert not snapshot.holds(sidecar, TOKENS[:-1])
    assert not snapshot.holds(sidecar, TOKENS[::-1].copy())


def test_the_identity_follows_what_the_state_depends_on(model_file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.gguf"
    content = bytearray(model_file.read_bytes())
    content[-20_000] ^= 1  # a weight, far from the header
    other.write_bytes(content)
    plain = Load(0, str(model_file))
    specs = [
        plain,
        Load(0, str(other)),
        msgspec.structs.replace(plain, kv_type="q8_0"),
        msgspec.structs.replace(plain, yarn_factor=2.0, yarn_orig_ctx=4096),
        msgspec.structs.replace(plain, adapters=(Adapter(str(other)),)),
        msgspec.structs.replace(plain, adapters=(Adapter(str(other), 0.5),)),
    ]
    assert len({saved.identify(spec, "build", 2) for spec in specs}) == len(specs)
    moved = tmp_path / "moved.gguf"
    moved.write_bytes(model_file.read_bytes())
    assert saved.identify(Load(0, str(moved)), "build", 2) == saved.identify(plain, "build", 2)
    irrelevant = msgspec.structs.replace(plain, n_ctx=9999, n_gpu_layers=3, n_threads=7, n_ubatch=64)
    assert saved.identify(irrelevant, "build", 2) == saved.identify(plain, "build", 2)
