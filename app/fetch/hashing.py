"""SHA-256 of files far larger than memory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import IO

BLOCK_BYTES = 4 << 20


class Digest:
    """A running SHA-256. It cannot be saved: after a restart the bytes on disk are hashed again."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def feed(self, data: bytes | memoryview) -> None:
        self._hash.update(data)

    def hex(self) -> str:
        return self._hash.hexdigest()


def feed_file(digest: Digest, handle: IO[bytes], length: int, on_bytes: Callable[[int], object]) -> int:
    """Feed up to `length` bytes from `handle`; `on_bytes(count so far)` may raise to stop. Returns the count."""
    block = memoryview(bytearray(min(BLOCK_BYTES, max(length, 1))))
    done = 0
    while done < length:
        count = handle.readinto(block[: length - done])  # type: ignore[attr-defined]
        if not count:
            break
        digest.feed(block[:count])
        done += count
        on_bytes(done)
    return done


def hash_file(path: Path, on_bytes: Callable[[int], object] = lambda _: None) -> str:
    """The SHA-256 of a whole file, lower-case hexadecimal."""
    digest = Digest()
    with open(path, "rb", buffering=0) as handle:
        feed_file(digest, handle, path.stat().st_size, on_bytes)
    return digest.hex()
