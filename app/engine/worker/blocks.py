"""Checksums of a large file in blocks, several at once: the check of a session keeps up with its loading.

A checksum is the sum of all 64-bit words, each times an odd number of its own, modulo 2⁶⁴. It notices every flipped bit
and, but for one case in 2⁶⁴, whatever else an accident does; and it is several times as fast as a CRC, which would be
slower than the loading itself. It is no protection against an enemy, who could as well write another sidecar.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from io import FileIO
from pathlib import Path

import numpy as np

BLOCK_BYTES = 16 << 20
_READ_BYTES = 1 << 20  # stays in the processor's cache between being read and being summed
_WEIGHTS = np.arange(_READ_BYTES // 8, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
_NEXT, _MASK = 0x9E3779B97F4A7C15, (1 << 64) - 1  # an odd number: tells pieces of a block apart by their place
_MOST_THREADS = 12


class BlockSums:
    """The checksum of every block of a file, computed in the background from construction on. Use it with `with`."""

    def __init__(self, path: Path, size_bytes: int, block_bytes: int = BLOCK_BYTES) -> None:
        starts = range(0, size_bytes, block_bytes)
        self._pool = ThreadPoolExecutor(min(_MOST_THREADS, os.cpu_count() or 1), thread_name_prefix="session-check")
        self._sums: Sequence[Future[int]] = [self._pool.submit(sum_of, path, at, block_bytes) for at in starts]

    def __enter__(self) -> BlockSums:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def result(self) -> tuple[int, ...]:
        """Wait for all of them. Raises OSError."""
        return tuple(each.result() for each in self._sums)


def sum_of(path: Path, start: int, size_bytes: int) -> int:
    """The checksum of `size_bytes` from `start`, or of what is there of them. Raises OSError."""
    total, left = 0, size_bytes
    words = np.zeros(_READ_BYTES // 8, np.uint64)
    buffer = words.data.cast("B")
    with path.open("rb", buffering=0) as file:
        file.seek(start)
        while left > 0 and (count := _fill(file, buffer[: min(left, _READ_BYTES)])):
            buffer[count : -(-count // 8) * 8] = bytes(-count % 8)
            used = -(-count // 8)
            piece = int(np.dot(words[:used], _WEIGHTS[:used]))  # lets go of the interpreter's lock
            total = (total * _NEXT + piece + count) & _MASK
            left -= count
    return total


def _fill(file: FileIO, buffer: memoryview) -> int:
    """Read until the buffer is full or the file ends; how much was read."""
    done = 0
    while done < len(buffer) and (count := file.readinto(buffer[done:])):
        done += count
    return done
