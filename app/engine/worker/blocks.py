"""Checksums of a large file in blocks, several at once: the check of a session keeps up with its loading."""

from __future__ import annotations

import os
import zlib
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

BLOCK_BYTES = 64 << 20
_READ_BYTES = 1 << 20  # stays in the processor's cache between being read and being summed
_MOST_THREADS = 12


class BlockSums:
    """The CRC-32 of every block of a file, computed in the background from construction on. Use it with `with`."""

    def __init__(self, path: Path, size_bytes: int, block_bytes: int = BLOCK_BYTES) -> None:
        starts = range(0, size_bytes, block_bytes)
        self._pool = ThreadPoolExecutor(min(_MOST_THREADS, os.cpu_count() or 1), thread_name_prefix="session-check")
        self._sums: Sequence[Future[int]] = [self._pool.submit(crc_of, path, at, block_bytes) for at in starts]

    def __enter__(self) -> BlockSums:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def result(self) -> tuple[int, ...]:
        """Wait for all of them. Raises OSError."""
        return tuple(each.result() for each in self._sums)


def crc_of(path: Path, start: int, size_bytes: int) -> int:
    """The CRC-32 of `size_bytes` from `start`, or of what is there of them. Raises OSError."""
    crc, left = 0, size_bytes
    buffer = memoryview(bytearray(min(_READ_BYTES, size_bytes)))
    with path.open("rb", buffering=0) as file:
        file.seek(start)
        while left > 0 and (count := file.readinto(buffer[: min(left, len(buffer))])):
            crc = zlib.crc32(buffer[:count], crc)  # lets go of the interpreter's lock
            left -= count
    return crc
