"""Reads the numbers of a 7z header from bytes that may end or lie anywhere."""

from __future__ import annotations

MOST = 20_000  # entries, folders and streams: the same bound as for a zip


class Broken(Exception):
    """The bytes do not hold together as what they say they are."""


class Cursor:
    """A place in `data` that moves on as things are read. Raises `Broken` at the end of the data."""

    def __init__(self, data: bytes) -> None:
        self._data, self._place = data, 0

    def take(self, count: int) -> bytes:
        piece = self._data[self._place : self._place + count]
        if count < 0 or len(piece) < count:
            raise Broken("the data ends early")
        self._place += count
        return piece

    def byte(self) -> int:
        return self.take(1)[0]

    def whole(self, size_bytes: int) -> int:
        """A little-endian number of a fixed size."""
        return int.from_bytes(self.take(size_bytes), "little")

    def number(self) -> int:
        """A number of one to nine bytes: the leading ones of the first byte count the bytes that follow."""
        first = self.byte()
        extra = 0
        while extra < 8 and first & (0x80 >> extra):
            extra += 1
        low = self.whole(extra)
        return low if extra >= 7 else low | (first & (0x7F >> extra)) << (8 * extra)

    def count(self) -> int:
        """A number of things that each take memory."""
        number = self.number()
        if number > MOST:
            raise Broken("too many entries")
        return number

    def bits(self, count: int) -> list[bool]:
        packed = self.take((count + 7) // 8)
        return [bool(packed[index >> 3] & (0x80 >> (index & 7))) for index in range(count)]

    def marked(self, count: int) -> list[bool]:
        """Which of `count` things have a value: all, or those whose bit is set."""
        return [True] * count if self.byte() else self.bits(count)

    def checksums(self, count: int) -> list[int | None]:
        return [self.whole(4) if has else None for has in self.marked(count)]
