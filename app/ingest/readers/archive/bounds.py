"""How far anything in an archive may unpack: counted while it unpacks, because what headers promise is not so."""

from __future__ import annotations

from typing import Protocol

from app.core.errors import CarrelError
from app.ingest.source import Source

MAX_ENTRIES = 20_000
MAX_PART_BYTES = 256 << 20
MAX_STREAM_BYTES = 1 << 30
MAX_RATIO = 200
RATIO_FREE_BYTES = 10 << 20
CHUNK_BYTES = 1 << 20


class Readable(Protocol):
    def read(self, size: int = ..., /) -> bytes: ...


def read_all(stream: Readable, source: Source, name: str, packed_bytes: int | None = None) -> bytes:
    """Everything in `stream`, within what all files of `source` may still unpack to. Raises `CarrelError`.

    `packed_bytes` is the packed size where the archive tells it.
    """
    limit = min(MAX_PART_BYTES, source.trace.left_bytes)
    if packed_bytes is not None:
        limit = min(limit, max(RATIO_FREE_BYTES, MAX_RATIO * packed_bytes))
    if limit <= 0:
        raise bomb(name)
    chunks, left = list[bytes](), limit
    try:
        while chunk := stream.read(CHUNK_BYTES):
            chunks.append(chunk)
            left -= len(chunk)
            if left < 0:
                raise bomb(name)
    finally:  # what turns out to be damaged has cost as much
        source.trace.left_bytes = max(0, source.trace.left_bytes - (limit - left))
    return b"".join(chunks)


class Counted:
    """A stream that ends in an error after `MAX_STREAM_BYTES`, for what is unpacked only to be passed over."""

    def __init__(self, stream: Readable, name: str) -> None:
        self._stream, self._name, self._left = stream, name, MAX_STREAM_BYTES
        self.taken = 0

    def read(self, size: int = CHUNK_BYTES, /) -> bytes:
        data = self._stream.read(size)
        self.taken += len(data)
        self._left -= len(data)
        if self._left < 0:
            raise bomb(self._name)
        return data


def bomb(name: str) -> CarrelError:
    """The sentence for what unpacks too far."""
    return CarrelError(
        "zip_bomb",
        "{name} would unpack to far more data than documents hold, so it was not read.",
        "If you trust it, unpack it and add the files you need.",
        name=name,
    )
