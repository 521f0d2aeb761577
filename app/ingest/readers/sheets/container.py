"""A fresh container around the one stream of an old workbook ([MS-CFB]).

The library follows the chains of the container it is given, and a damaged one that loops takes all memory.
"""

from __future__ import annotations

import struct

SECTOR = 4096
ENTRIES = SECTOR // 4
FREE, END, FAT_SECTOR, NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
HEADER_FATS = 109
MAX_BYTES = HEADER_FATS * ENTRIES * SECTOR // 2
ROOT, STREAM, BLACK = 5, 2, 1


def wrapped(name: str, data: bytes) -> bytes:
    """A container of the fourth version that holds `data` as the stream `name` and nothing else.

    Raises ValueError for more than its one list of sectors can name.
    """
    if len(data) > MAX_BYTES:
        raise ValueError("too long for one list of sectors")
    data += bytes(max(0, SECTOR - len(data)))  # shorter streams would have to stand elsewhere
    length = -(-len(data) // SECTOR)
    fats = 1
    while fats * ENTRIES < fats + 2 + length:
        fats += 1
    # The table of sectors, the directory, a sector for short streams (which some readers insist on), the stream.
    first = fats + 2
    table = [FAT_SECTOR] * fats + [END, END] + [*range(first + 1, first + length), END]
    table += [FREE] * (fats * ENTRIES - len(table))
    listed = [*range(fats), *[FREE] * (HEADER_FATS - fats)]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6x", 0x3E, 4, 0xFFFE, 12, 6)
    header += struct.pack("<IIIIIIIII", 1, fats, fats, 0, SECTOR, END, 0, END, 0)
    header += struct.pack(f"<{HEADER_FATS}I", *listed)
    directory = _entry("Root Entry", ROOT, 1, fats + 1, 0) + _entry(name, STREAM, NONE, first, len(data))
    body = struct.pack(f"<{len(table)}I", *table) + directory.ljust(2 * SECTOR, b"\0") + data
    return header.ljust(SECTOR, b"\0") + body.ljust(-(-len(body) // SECTOR) * SECTOR, b"\0")


def _entry(name: str, kind: int, below: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    out = text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), kind, BLACK, NONE, NONE, below)
    return out + bytes(36) + struct.pack("<IQ", start, size)
