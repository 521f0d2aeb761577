"""A key under a passphrase: Argon2id makes guessing slow, AES-256-GCM tells a wrong passphrase from the right one."""

from __future__ import annotations

import hashlib
import os
import time
import unicodedata

import msgspec

from app.core.errors import CarrelError
from app.core.sealing import KEY_BYTES, wipe

TARGET_S = 0.7  # that a guess shall take on this computer
LEAST_MEMORY_KIB, USUAL_MEMORY_KIB = 64 << 10, 128 << 10
_MOST_MEMORY_KIB, _MOST_PASSES, _MOST_LANES = 4 << 20, 200, 64  # a file from elsewhere must not take the computer down
_LANES = 4
_NONCE = bytes(12)  # the key it is used with is new for every salt


class Cost(msgspec.Struct, frozen=True):
    """How dear one guess is: Argon2id's memory in KiB, its passes over it and its lanes."""

    memory_kib: int = USUAL_MEMORY_KIB
    passes: int = 3
    lanes: int = _LANES


class Slot(msgspec.Struct, frozen=True):
    """A key, sealed under a passphrase."""

    cost: Cost
    salt: bytes
    box: bytes


def wrap_key(key: bytes | bytearray, passphrase: str, cost: Cost, purpose: str) -> Slot:
    """Seal `key` under `passphrase`. Takes as long as `cost` says."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt = os.urandom(16)
    with_phrase = _stretched(passphrase, salt, cost)
    box = AESGCM(with_phrase).encrypt(_NONCE, key, _bound(cost, purpose))
    wipe(with_phrase)
    return Slot(cost, salt, box)


def unwrap_key(slot: Slot, passphrase: str, purpose: str) -> bytearray:
    """The key in `slot`. Raises CarrelError("wrong_passphrase"); then nothing of it is known."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    with_phrase = _stretched(passphrase, slot.salt, slot.cost)
    try:
        return bytearray(AESGCM(with_phrase).decrypt(_NONCE, slot.box, _bound(slot.cost, purpose)))
    except InvalidTag:
        raise wrong_passphrase() from None
    finally:
        wipe(with_phrase)


def calibrated(target_s: float = TARGET_S) -> Cost:
    """A cost that takes about `target_s` here, never less than 64 MiB and three passes."""
    once = Cost(passes=1)
    started_s = time.perf_counter()
    _stretched("", bytes(16), once)
    pass_s = max(1e-3, time.perf_counter() - started_s)
    if 3 * pass_s > 2 * target_s:
        return Cost(memory_kib=LEAST_MEMORY_KIB)
    return Cost(passes=min(_MOST_PASSES, max(3, round(target_s / pass_s))))


def wrong_passphrase() -> CarrelError:
    return CarrelError(
        "wrong_passphrase",
        "This passphrase does not open it.",
        "Look at the keyboard layout and at Caps Lock, then type it again.",
    )


def _stretched(passphrase: str, salt: bytes, cost: Cost) -> bytearray:
    """The same characters give the same key, whatever way an input method composed them. Every length takes as long."""
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    if not (
        8 <= cost.memory_kib <= _MOST_MEMORY_KIB and 1 <= cost.passes <= _MOST_PASSES and 1 <= cost.lanes <= _MOST_LANES
    ):
        raise ValueError(f"a cost out of bounds: {cost}")
    typed = hashlib.sha512(unicodedata.normalize("NFKC", passphrase).encode("utf-8", "surrogatepass")).digest()
    try:
        kdf = Argon2id(
            salt=salt, length=KEY_BYTES, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kib
        )
        return bytearray(kdf.derive(typed))
    except MemoryError as error:
        raise CarrelError(
            "no_memory_for_passphrase",
            "There is too little free memory to check the passphrase: it needs {size} MB.",
            "Close other programs, then try again.",
            size=cost.memory_kib // 1024,
        ) from error


def _bound(cost: Cost, purpose: str) -> bytes:
    return b"carrel key under a passphrase: " + msgspec.json.encode((purpose, cost))
