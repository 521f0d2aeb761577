"""What is sealed comes back whole, or not at all: every changed, moved, cut or added byte is refused."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core import container
from app.core.errors import CarrelError
from app.core.passphrase import Cost, calibrated, unwrap_key, wrap_key
from app.core.sealing import (
    HEADER_BYTES,
    TAG_BYTES,
    BrokenSeal,
    Sealer,
    derived_key,
    open_bytes,
    seal_bytes,
    sealed_size,
    unsealed,
    wipe,
)

KEY = bytes(range(32))
FAST = Cost(memory_kib=64, passes=1, lanes=1)


def seal(parts: list[bytes], chunk_bytes: int = 16) -> bytes:
    target = io.BytesIO()
    sealer = Sealer(target, KEY, "test", chunk_bytes)
    for part in parts:
        sealer.write(part)
    sealer.finish()
    return target.getvalue()


def opened(sealed: bytes, key: bytes = KEY, purpose: str = "test") -> bytes:
    return b"".join(unsealed(io.BytesIO(sealed), key, purpose))


@given(st.lists(st.binary(max_size=70), max_size=6))
def test_what_was_sealed_in_any_pieces_comes_back(parts: list[bytes]) -> None:
    sealed = seal(parts)
    assert opened(sealed) == b"".join(parts)
    assert len(sealed) == sealed_size(sum(map(len, parts)), 16)


@given(st.binary(max_size=80), st.data())
def test_one_bit_anywhere_is_noticed(content: bytes, data: st.DataObject) -> None:
    sealed = bytearray(seal([content]))
    bit = data.draw(st.integers(0, 8 * len(sealed) - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(BrokenSeal):
        opened(bytes(sealed))


@given(st.binary(max_size=80), st.data())
def test_cut_off_or_longer_is_noticed(content: bytes, data: st.DataObject) -> None:
    sealed = seal([content])
    cut = data.draw(st.integers(0, len(sealed) - 1))
    with pytest.raises(BrokenSeal):
        opened(sealed[:cut])
    with pytest.raises(BrokenSeal):
        opened(sealed + data.draw(st.binary(min_size=1, max_size=40)))


@given(st.permutations(range(4)), st.integers(0, 3))
def test_swapped_repeated_and_missing_chunks_are_noticed(order: list[int], gone: int) -> None:
    sealed = seal([bytes(range(64))])
    step = 16 + TAG_BYTES
    chunks = [sealed[HEADER_BYTES + step * n : HEADER_BYTES + step * (n + 1)] for n in range(4)]
    head = sealed[:HEADER_BYTES]
    others = [order, [*range(gone), *range(gone + 1, 4)], [*range(gone + 1), *range(gone, 4)]]
    for other in others:
        if other != [0, 1, 2, 3]:
            with pytest.raises(BrokenSeal):
                opened(head + b"".join(chunks[n] for n in other))


def test_a_chunk_of_another_stream_with_the_same_key_is_refused() -> None:
    one, two = seal([bytes(32)]), seal([bytes(32)])
    assert one != two, "every stream has a salt of its own"
    with pytest.raises(BrokenSeal):
        opened(one[: HEADER_BYTES + 32] + two[HEADER_BYTES + 32 :])


def test_another_key_and_another_purpose_open_nothing() -> None:
    sealed = seal_bytes(b"secret", KEY, "letters")
    assert open_bytes(sealed, KEY, "letters") == b"secret"
    with pytest.raises(BrokenSeal):
        open_bytes(sealed, bytes(32), "letters")
    with pytest.raises(BrokenSeal):
        open_bytes(sealed, KEY, "numbers")
    assert derived_key(KEY, "a") != derived_key(KEY, "b")
    secret = bytearray(b"abc")
    wipe(secret)
    assert secret == bytes(3)


def wrapped(content: bytes, passphrase: str = "correct horse") -> bytes:
    target = io.BytesIO()
    container.wrap(io.BytesIO(content), target, passphrase, FAST)
    return target.getvalue()


def unwrapped(sealed: bytes, passphrase: str = "correct horse") -> bytes:
    target = io.BytesIO()
    container.unwrap(io.BytesIO(sealed), target, passphrase)
    return target.getvalue()


def test_a_container_opens_with_its_passphrase_alone() -> None:
    content = bytes(range(256)) * 9000
    sealed = wrapped(content)
    assert container.is_wrapped(io.BytesIO(sealed))
    assert unwrapped(sealed) == content
    with pytest.raises(CarrelError) as caught:
        unwrapped(sealed, "correct horse ")
    assert caught.value.code == "wrong_passphrase"


@settings(max_examples=60)
@given(st.data())
def test_a_damaged_container_is_never_taken_for_a_whole_one(data: st.DataObject) -> None:
    sealed = bytearray(wrapped(b"words " * 20))
    bit = data.draw(st.integers(0, 8 * len(sealed) - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(CarrelError) as caught:
        unwrapped(bytes(sealed))
    assert caught.value.code == "container_damaged", "a damaged file must not be blamed on the passphrase"
    with pytest.raises(CarrelError):
        unwrapped(bytes(sealed[: data.draw(st.integers(0, len(sealed) - 1))]))


def test_a_costly_container_from_elsewhere_is_refused_at_once() -> None:
    slot = wrap_key(KEY, "x", FAST, "t")
    with pytest.raises(ValueError):
        unwrap_key(type(slot)(Cost(memory_kib=1 << 30), slot.salt, slot.box), "x", "t")


def test_the_same_characters_are_the_same_passphrase() -> None:
    slot = wrap_key(KEY, "é ｏｋ 密码", FAST, "t")
    assert unwrap_key(slot, "e\u0301 ok 密码", "t") == KEY
    with pytest.raises(CarrelError):
        unwrap_key(slot, "é ok 密码!", "t")
    with pytest.raises(CarrelError):
        unwrap_key(slot, "é ok 密码", "another purpose")


def test_a_guess_is_never_cheap() -> None:
    cost = calibrated(0.01)
    assert cost.memory_kib >= 64 << 10
    assert cost.passes >= 3
