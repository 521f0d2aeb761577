"""The metadata of a GGUF header: keys and typed values, every count limited before it is believed.

Long arrays (a vocabulary) are walked and counted, not kept.
"""

from __future__ import annotations

import struct

import msgspec

from app.core.errors import CarrelError
from app.gguf.source import Cursor

LARGEST_KEY_BYTES = 65_535  # by the format
LARGEST_STRING_BYTES = 4 << 20  # of a value or an array element; chat templates are some KB
LARGEST_TEXT_BYTES = 64 << 20  # of all kept strings together
LARGEST_ELEMENTS = 8_000_000  # in all arrays together; vocabularies are some 100,000
LARGEST_DEPTH = 3  # arrays in arrays; no known file has any
LONGEST_KEPT_ARRAY = 4_096

# value type id: struct format
SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
STRING, ARRAY = 8, 9

U32 = struct.Struct("<I")
U64 = struct.Struct("<Q")


class LongArray(msgspec.Struct, frozen=True):
    """An array too long to keep: only how many elements it has."""

    count: int


Value = int | float | bool | str | tuple["Value", ...] | LongArray


class MetadataReader:
    """Reads the keys and values; holds what the whole header may still bring of array elements and text."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self._elements_left, self._text_left_bytes = LARGEST_ELEMENTS, LARGEST_TEXT_BYTES

    def read(self, count: int) -> dict[str, Value]:
        values: dict[str, Value] = {}
        for _ in range(count):
            key = read_name(self._cursor, LARGEST_KEY_BYTES)
            if key in values:
                raise absurd(self._cursor, f"key {key[:60]!r} twice")
            values[key] = self._value(self._u32(), 0)
        return values

    def _u32(self) -> int:
        return int(U32.unpack(self._cursor.take(4))[0])

    def _value(self, kind: int, depth: int) -> Value:
        if kind == STRING:
            return self._text()
        if kind == ARRAY:
            return self._array(depth + 1)
        return _scalar(self._cursor, self._format(kind))

    def _text(self) -> str:
        length = read_number(self._cursor)
        limit_count(self._cursor, "text bytes", length, min(LARGEST_STRING_BYTES, self._text_left_bytes))
        self._text_left_bytes -= length
        return self._cursor.take(length).decode("utf-8", "replace")

    def _format(self, kind: int) -> str:
        if kind not in SCALARS:
            raise absurd(self._cursor, f"value type {kind}")
        return SCALARS[kind]

    def _array(self, depth: int) -> Value:
        kind, count = self._u32(), read_number(self._cursor)
        if depth > LARGEST_DEPTH:
            raise absurd(self._cursor, f"arrays {depth} deep")
        limit_count(self._cursor, "array elements", count, self._elements_left)
        self._elements_left -= count
        if kind == STRING:
            return self._strings(count)
        if kind == ARRAY:
            return self._arrays(count, depth)
        return self._numbers(count, self._format(kind))

    def _strings(self, count: int) -> Value:
        if count <= LONGEST_KEPT_ARRAY:
            return tuple(self._text() for _ in range(count))
        limit_count(self._cursor, "array elements", count, self._cursor.left_bytes // 8)
        _skip_strings(self._cursor, count)
        return LongArray(count)

    def _arrays(self, count: int, depth: int) -> Value:
        limit_count(self._cursor, "array elements", count, min(LONGEST_KEPT_ARRAY, self._cursor.left_bytes // 12))
        return tuple(self._array(depth + 1) for _ in range(count))

    def _numbers(self, count: int, form: str) -> Value:
        size_bytes = struct.calcsize(f"<{form}") * count
        if count > LONGEST_KEPT_ARRAY:
            self._cursor.skip(size_bytes)
            return LongArray(count)
        return struct.unpack(f"<{count}{form}", self._cursor.take(size_bytes))


def _skip_strings(cursor: Cursor, count: int) -> None:
    """Walk `count` strings. One loop over local names: a vocabulary with its merges has 300,000 of them."""
    unpack, limit = U64.unpack_from, LARGEST_STRING_BYTES
    window, place, last = cursor.window, cursor.place, len(cursor.window) - 8
    for _ in range(count):
        if place > last:
            cursor.jump(place)
            cursor.need(8)
            window, place, last = cursor.window, cursor.place, len(cursor.window) - 8
        length = unpack(window, place)[0]
        if length > limit:
            raise absurd(cursor, f"{length} text bytes")
        place += 8 + length
    cursor.jump(place)


def read_number(cursor: Cursor) -> int:
    return int(U64.unpack(cursor.take(8))[0])


def _scalar(cursor: Cursor, form: str) -> Value:
    value: Value = struct.unpack(f"<{form}", cursor.take(struct.calcsize(f"<{form}")))[0]
    return value


def read_name(cursor: Cursor, limit: int) -> str:
    length = read_number(cursor)
    limit_count(cursor, "name bytes", length, limit)
    try:
        return cursor.take(length).decode("utf-8")
    except UnicodeDecodeError as error:
        raise absurd(cursor, "name that is no text") from error


def limit_count(cursor: Cursor, what: str, count: int, limit: int) -> None:
    if count > limit:
        raise absurd(cursor, f"{count} {what}")


def absurd(cursor: Cursor, what: str) -> CarrelError:
    return CarrelError(
        "gguf_absurd",
        "{file} is damaged: its header claims something impossible ({what}).",
        "Download or copy it again.",
        file=cursor.source.name,
        what=what,
    )
