"""A saved session under a key comes back exactly, or not at all, and its file tells nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.engine import saved
from app.engine.worker import sealed, snapshot
from app.engine.worker.faults import EngineFault
from tests.helpers.models import tiny_qwen3
from tests.unit.engine.test_snapshot import KINDS, TOKENS, Engine, close, is_gone, open_engine

KEY, OTHER = bytes(range(32)), bytes(32)


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
    engine.read(0, TOKENS)
    path = tmp_path / "sessions" / "one.kv"
    sealed.write(engine.ctx, 0, TOKENS, path, KEY).seal(engine.identity, "/models/m.gguf")
    engine.clear()
    return path


def refused(engine: Engine, path: Path, key: bytes = KEY) -> str:
    with pytest.raises(EngineFault) as caught:
        sealed.restore(engine.ctx, 1, path, engine.identity, key)
    assert engine.length(1) == 0
    return caught.value.code


@pytest.mark.parametrize("kv_type", list(KINDS))
def test_what_comes_back_goes_on_exactly_as_before(model_file: Path, tmp_path: Path, kv_type: str) -> None:
    path, probe = tmp_path / "s.kv", np.array([65, 66], np.int32)
    engine = open_engine(model_file, kv_type)
    try:
        engine.read(0, TOKENS)
        size_bytes = sealed.write(engine.ctx, 0, TOKENS, path, KEY).seal(engine.identity)
        expected = engine.read(0, probe, len(TOKENS))
        engine.clear()
        back = sealed.restore(engine.ctx, 2, path, engine.identity, KEY)
        assert back.tolist() == TOKENS.tolist()
        assert np.array_equal(engine.read(2, probe, len(TOKENS)), expected)
        assert size_bytes == path.stat().st_size
        assert sorted(file.name for file in tmp_path.iterdir()) == ["s.kv", "s.kv.json"]
    finally:
        close(engine)


def test_nothing_of_it_can_be_read_without_the_key(engine: Engine, session: Path, tmp_path: Path) -> None:
    engine.read(0, TOKENS)
    plain = tmp_path / "plain.kv"
    snapshot.save(engine.ctx, 0, TOKENS, plain, engine.identity)
    content = plain.read_bytes()
    pieces = [content[at : at + 24] for at in range(0, len(content) - 24, 997)]
    pieces = [piece for piece in pieces if len(set(piece)) > 8]
    assert len(pieces) > 100
    secret = session.read_bytes() + saved.sidecar_of(session).read_bytes()
    assert not [piece for piece in pieces if piece in secret]
    assert b"m.gguf" not in secret
    assert saved.read_sidecar(session) is None
    assert saved.read_sidecar(session, OTHER) is None
    found = saved.read_sidecar(session, KEY)
    assert found is not None
    assert found.tokens == len(TOKENS)


def test_another_key_opens_nothing(engine: Engine, session: Path) -> None:
    assert refused(engine, session, OTHER) == "session_refused"
    assert is_gone(session)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_flipped_bit_or_cut_is_found(engine: Engine, session: Path, data: st.DataObject) -> None:
    whole, guard = session.read_bytes(), saved.sidecar_of(session).read_bytes()
    broken = bytearray(whole)
    bit = data.draw(st.integers(0, 8 * len(broken) - 1))
    broken[bit // 8] ^= 1 << bit % 8
    session.write_bytes(broken if data.draw(st.booleans()) else whole[: bit // 8])
    assert refused(engine, session) == "session_refused"
    assert is_gone(session)
    session.write_bytes(whole)
    saved.sidecar_of(session).write_bytes(guard)


def test_a_session_cannot_stand_in_for_another(engine: Engine, session: Path) -> None:
    other = session.with_name("two.kv")
    session.replace(other)
    saved.sidecar_of(session).replace(saved.sidecar_of(other))
    assert refused(engine, other) == "session_refused"


def test_a_plain_one_is_no_longer_taken_and_another_model_is_refused(engine: Engine, session: Path) -> None:
    sidecar = saved.read_sidecar(session, KEY)
    assert sidecar is not None
    other = msgspec.structs.replace(sidecar, identity=msgspec.structs.replace(sidecar.identity, build="build 2"))
    saved.write_sidecar(session, other, KEY)
    assert refused(engine, session) == "session_refused"
    engine.read(0, TOKENS)
    snapshot.save(engine.ctx, 0, TOKENS, session, engine.identity)
    assert refused(engine, session) == "session_refused"
    assert is_gone(session)
    assert refused(engine, session) == "session_missing"


def test_too_little_memory_or_disk_saves_nothing(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.read(0, TOKENS)
    path = tmp_path / "s.kv"
    for room, code in (("_SPARE_MEMORY_BYTES", "session_not_saved"), ("SPARE_BYTES", "disk_full")):
        monkeypatch.setattr(sealed, room, 1 << 60)
        with pytest.raises(EngineFault) as caught:
            sealed.write(engine.ctx, 0, TOKENS, path, KEY)
        assert caught.value.code == code
        monkeypatch.setattr(sealed, room, 0)
    assert list(tmp_path.iterdir()) == []
