"""A file that a passphrase opens: for what leaves this computer, such as a backup.

`wrap` and `unwrap` work on streams of any length in constant memory. The file begins with a header that names the cost
of a guess and holds the file's own key under the passphrase; its checksum tells a damaged header from a wrong
passphrase. The content follows as a sealed stream.
"""

from __future__ import annotations

import hashlib
import os
import struct
from typing import BinaryIO

import msgspec

from app.core.errors import CarrelError
from app.core.passphrase import Cost, Slot, unwrap_key, wrap_key
from app.core.sealing import CHUNK_BYTES, KEY_BYTES, BrokenSeal, Sealer, unsealed, wipe

MAGIC = b"CRLBOX01"
_LENGTH = struct.Struct(">I")
_SUM_BYTES = 32
_LARGEST_HEADER_BYTES = 1 << 16
_PURPOSE = "container"


def wrap(source: BinaryIO, target: BinaryIO, passphrase: str, cost: Cost | None = None) -> None:
    """Write all of `source` to `target`, sealed under `passphrase`. `target` is neither flushed nor closed."""
    key = bytearray(os.urandom(KEY_BYTES))
    try:
        header = msgspec.json.encode(wrap_key(key, passphrase, cost or Cost(), _PURPOSE))
        target.write(MAGIC + _LENGTH.pack(len(header)) + header + hashlib.sha256(header).digest())
        sealer = Sealer(target, key, _PURPOSE)
        while piece := source.read(CHUNK_BYTES):
            sealer.write(piece)
        sealer.finish()
    finally:
        wipe(key)


def unwrap(source: BinaryIO, target: BinaryIO, passphrase: str) -> None:
    """Write the content of a wrapped `source` to `target`.

    Raises CarrelError "wrong_passphrase" before anything is written, or "container_damaged"; then what was written is
    not all of it and must be thrown away.
    """
    slot = _slot_of(source)
    try:
        key = unwrap_key(slot, passphrase, _PURPOSE)
    except ValueError as error:
        raise damaged() from error
    try:
        for piece in unsealed(source, key, _PURPOSE):
            target.write(piece)
    except BrokenSeal as error:
        raise damaged() from error
    finally:
        wipe(key)


def is_wrapped(source: BinaryIO) -> bool:
    """Whether `source`, which is left where it stood, begins like a wrapped file."""
    place = source.tell()
    beginning = source.read(len(MAGIC))
    source.seek(place)
    return beginning == MAGIC


def damaged() -> CarrelError:
    return CarrelError(
        "container_damaged",
        "This encrypted file is damaged or incomplete.",
        "Take another copy of it; the passphrase may well be right.",
    )


def _slot_of(source: BinaryIO) -> Slot:
    beginning = source.read(len(MAGIC) + _LENGTH.size)
    if len(beginning) != len(MAGIC) + _LENGTH.size or not beginning.startswith(MAGIC):
        raise damaged()
    size = _LENGTH.unpack(beginning[len(MAGIC) :])[0]
    if size > _LARGEST_HEADER_BYTES:
        raise damaged()
    header, checksum = source.read(size), source.read(_SUM_BYTES)
    if hashlib.sha256(header).digest() != checksum:
        raise damaged()
    try:
        return msgspec.json.decode(header, type=Slot)
    except msgspec.MsgspecError as error:
        raise damaged() from error
