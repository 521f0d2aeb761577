"""Seals bytes so that only the holder of a key can read them, and so that nobody can change them unnoticed.

A sealed stream is a header and chunks of AES-256-GCM. Every stream has a key of its own, derived from the given one
and a random salt (HKDF-SHA256), so a nonce may simply count: the number of the chunk, and whether it is the last. The
header is authenticated with every chunk. Chunks that were changed, swapped, repeated, left out or cut off are refused.
"""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Iterator
from typing import BinaryIO

Key = bytes | bytearray
KEY_BYTES = 32
CHUNK_BYTES = 1 << 20
MAGIC = b"CRLSEAL1"
_HEADER = struct.Struct(">8sI32s")
_NONCE = struct.Struct(">QI")
HEADER_BYTES, TAG_BYTES = _HEADER.size, 16
_LARGEST_CHUNK_BYTES = 16 << 20


class BrokenSeal(ValueError):
    """The content is not what was sealed with this key for this purpose."""


def derived_key(key: Key, purpose: str, salt: bytes = b"") -> bytearray:
    """Another key for one purpose: who has it learns nothing about `key` or about the keys of other purposes."""
    # OpenSSL is loaded when something is sealed, not when the program starts.
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    hkdf = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=b"carrel: " + purpose.encode())
    return bytearray(hkdf.derive(bytes(key)))


def wipe(secret: bytearray) -> None:
    """Overwrite a secret in memory. Copies that libraries or Python made of it are out of reach."""
    secret[:] = bytes(len(secret))


def sealed_size(size_bytes: int, chunk_bytes: int = CHUNK_BYTES) -> int:
    """How many bytes a sealed stream of `size_bytes` takes."""
    chunks = max(1, -(-size_bytes // chunk_bytes))
    return HEADER_BYTES + size_bytes + chunks * TAG_BYTES


class Sealer:
    """Writes a sealed stream to `target`. Nothing is whole before `finish`."""

    def __init__(self, target: BinaryIO, key: Key, purpose: str, chunk_bytes: int = CHUNK_BYTES) -> None:
        salt = os.urandom(32)
        header = _HEADER.pack(MAGIC, chunk_bytes, salt)
        self._target, self._chunk_bytes = target, chunk_bytes
        self._cipher = _Cipher(key, purpose, header, salt)
        self._waiting = bytearray()
        target.write(header)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Whole chunks leave at once; a chunk is only written when more follows, because the last one is marked."""
        view, at = memoryview(data), 0
        if self._waiting:
            at = min(len(view), self._chunk_bytes - len(self._waiting))
            self._waiting += view[:at]
        if len(self._waiting) == self._chunk_bytes and at < len(view):
            self._target.write(self._cipher.seal(self._waiting, is_last=False))
            self._waiting = bytearray()
        while len(view) - at > self._chunk_bytes:
            self._target.write(self._cipher.seal(view[at : at + self._chunk_bytes], is_last=False))
            at += self._chunk_bytes
        self._waiting += view[at:]

    def finish(self) -> None:
        self._target.write(self._cipher.seal(self._waiting, is_last=True))
        wipe(self._waiting)


def unsealed(source: BinaryIO, key: Key, purpose: str) -> Iterator[bytes]:
    """The content of a sealed stream, chunk by chunk. Raises BrokenSeal.

    What came before an error is genuine but not all there is: whoever needs the whole must wait for the end.
    """
    header = source.read(HEADER_BYTES)
    if len(header) != HEADER_BYTES:
        raise BrokenSeal("no header")
    magic, chunk_bytes, salt = _HEADER.unpack(header)
    if magic != MAGIC or not 1 <= chunk_bytes <= _LARGEST_CHUNK_BYTES:
        raise BrokenSeal("not a sealed stream")
    cipher = _Cipher(key, purpose, header, salt)
    piece = source.read(chunk_bytes + TAG_BYTES)
    while piece:
        following = source.read(chunk_bytes + TAG_BYTES)
        yield cipher.open(piece, is_last=not following)
        piece = following
    if not cipher.ended:
        raise BrokenSeal("the end is missing")


def seal_bytes(content: bytes, key: Key, purpose: str) -> bytes:
    """A small content, sealed."""
    target = io.BytesIO()
    sealer = Sealer(target, key, purpose)
    sealer.write(content)
    sealer.finish()
    return target.getvalue()


def open_bytes(content: bytes, key: Key, purpose: str) -> bytes:
    """What `seal_bytes` sealed. Raises BrokenSeal."""
    return b"".join(unsealed(io.BytesIO(content), key, purpose))


class _Cipher:
    """Seals or opens the chunks of one stream in their order."""

    def __init__(self, key: Key, purpose: str, header: bytes, salt: bytes) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        own = derived_key(key, purpose, salt)
        self._aead, self._header = AESGCM(own), header
        wipe(own)
        self._number, self.ended = 0, False

    def seal(self, chunk: Key | memoryview, *, is_last: bool) -> bytes:
        return self._aead.encrypt(self._nonce(is_last), chunk, self._header)

    def open(self, chunk: bytes, *, is_last: bool) -> bytes:
        from cryptography.exceptions import InvalidTag

        try:
            return self._aead.decrypt(self._nonce(is_last), chunk, self._header)
        except InvalidTag as error:
            raise BrokenSeal(f"chunk {self._number} is not genuine") from error

    def _nonce(self, is_last: bool) -> bytes:
        self._number, self.ended = self._number + 1, is_last
        return _NONCE.pack(self._number, int(is_last))
