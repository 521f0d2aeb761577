"""Anything a GGUF header can be read from: a file here, or byte ranges of a file elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from app.core.errors import CarrelError

FIRST_BLOCK_BYTES = 256 << 10
LARGEST_BLOCK_BYTES = 4 << 20


class Source(Protocol):
    """Bytes that can be asked for by place. `name` is what the user calls it, for sentences."""

    @property
    def name(self) -> str: ...

    @property
    def size_bytes(self) -> int: ...

    def read(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes at `offset`; fewer only at the end."""
        ...


class FileSource:
    """A file on this computer, opened for each read so that nothing stays open."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._size_bytes = path.stat().st_size
        except OSError as error:
            raise _unreadable(path, error) from error

    @property
    def name(self) -> str:
        return self._path.name

    @property
    def size_bytes(self) -> int:
        return self._size_bytes

    def read(self, offset: int, length: int) -> bytes:
        try:
            with open(self._path, "rb", buffering=0) as handle:
                handle.seek(offset)
                return handle.read(length)
        except OSError as error:
            raise _unreadable(self._path, error) from error


class RangeSource:
    """A file elsewhere, by a function that fetches byte ranges; its own errors pass through."""

    def __init__(self, range_reader: Callable[[int, int], bytes], size_bytes: int, name: str) -> None:
        self._range_reader, self._size_bytes, self._name = range_reader, size_bytes, name

    @property
    def name(self) -> str:
        return self._name

    @property
    def size_bytes(self) -> int:
        return self._size_bytes

    def read(self, offset: int, length: int) -> bytes:
        return self._range_reader(offset, min(length, self._size_bytes - offset))


def _unreadable(path: Path, error: OSError) -> CarrelError:
    return CarrelError(
        "gguf_unreadable",
        "{file} cannot be read: {cause}.",
        "Check that the file is there and that you may open it.",
        file=path.name,
        cause=error.strerror or str(error),
    )


class Cursor:
    """Walks a source from front to back through a window of blocks that grow, so that a header is few reads."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.window, self.place = b"", 0  # the bytes held, and where in them the next byte is
        self._window_offset = 0
        self._block_bytes = FIRST_BLOCK_BYTES

    @property
    def offset(self) -> int:
        """Where the next byte lies in the source."""
        return self._window_offset + self.place

    @property
    def left_bytes(self) -> int:
        return self.source.size_bytes - self.offset

    def need(self, length: int) -> None:
        """Make the next `length` bytes available in the window."""
        if self.place + length <= len(self.window):
            return
        offset = self.offset
        if offset + length > self.source.size_bytes:
            raise truncated(self.source, offset + length)
        block = self.source.read(offset, max(length, self._block_bytes))
        if len(block) < length:
            raise truncated(self.source, offset + length)
        self.window, self.place, self._window_offset = block, 0, offset
        self._block_bytes = min(self._block_bytes * 2, LARGEST_BLOCK_BYTES)

    def take(self, length: int) -> bytes:
        """The next `length` bytes."""
        self.need(length)
        start = self.place
        self.place = start + length
        return self.window[start : self.place]

    def skip(self, length: int) -> None:
        """Pass over `length` bytes without fetching them."""
        self.jump(self.place + length)

    def jump(self, place: int) -> None:
        """Move to `place`, counted from the start of the window; it may lie beyond the window."""
        if self._window_offset + place > self.source.size_bytes:
            raise truncated(self.source, self._window_offset + place)
        self.place = place
        if place > len(self.window):
            self._window_offset, self.window, self.place = self.offset, b"", 0


def truncated(source: Source, needed_bytes: int) -> CarrelError:
    """The error for a file that ends before what its header promises."""
    return CarrelError(
        "gguf_truncated",
        "{file} is cut short: it has {have} bytes and needs at least {need}.",
        "Download or copy it again.",
        file=source.name,
        have=f"{source.size_bytes:,}",
        need=f"{needed_bytes:,}",
    )
