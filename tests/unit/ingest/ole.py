"""OLE files (MS-CFB) and Outlook mail in them, written by hand."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Union

SECTOR, SMALL, CUTOFF = 512, 64, 4096
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
Tree = Mapping[str, Union[bytes, "Tree"]]
Row = tuple[str, int, int, bytes, int]  # name, type, child, stream, next sibling


def ole(tree: Tree) -> bytes:
    """Streams and storages by name; siblings are linked one after the other."""
    rows: list[Row] = [("Root Entry", 5, FREE, b"", FREE)]
    _list(tree, rows, 0)
    small, small_table, starts = bytearray(), list[int](), dict[int, int]()
    sectors: list[bytes] = []
    table: list[int] = []

    def chain(data: bytes) -> int:
        if not data:
            return END
        first = len(sectors)
        pieces = [data[place : place + SECTOR].ljust(SECTOR, b"\0") for place in range(0, len(data), SECTOR)]
        sectors.extend(pieces)
        table.extend([first + index + 1 for index in range(len(pieces) - 1)] + [END])
        return first

    for index, (_, kind, _, data, _) in enumerate(rows):
        if kind == 2 and len(data) >= CUTOFF:
            starts[index] = chain(data)
        elif kind == 2 and data:
            first, count = len(small) // SMALL, -(-len(data) // SMALL)
            starts[index] = first
            small += data.ljust(count * SMALL, b"\0")
            small_table += [first + step + 1 for step in range(count - 1)] + [END]
    starts[0] = chain(bytes(small))
    small_start = chain(b"".join(struct.pack("<I", entry) for entry in small_table))
    entries = b"".join(_entry(row, starts.get(index, END), len(small)) for index, row in enumerate(rows))
    directory = chain(entries + b"\0" * (-len(entries) % SECTOR))
    count = -(-(len(sectors) + 1) // (SECTOR // 4 - 1))
    table += [FAT] * count
    fat = b"".join(struct.pack("<I", entry) for entry in table).ljust(count * SECTOR, b"\xff")
    places = [len(sectors) + index for index in range(count)]
    small_count = -(-len(small_table) * 4 // SECTOR)
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIII", 0, count, directory, 0, CUTOFF)
    header += struct.pack("<IIII", small_start, small_count, END, 0)
    header += b"".join(struct.pack("<I", place) for place in places).ljust(109 * 4, b"\xff")
    return header + b"".join(sectors) + fat


def _list(tree: Tree, rows: list[Row], parent: int) -> None:
    before = -1
    for name, value in tree.items():
        index = len(rows)
        rows.append(
            (name, 2 if isinstance(value, bytes) else 1, FREE, value if isinstance(value, bytes) else b"", FREE)
        )
        if before < 0:
            rows[parent] = (*rows[parent][:2], index, *rows[parent][3:])
        else:
            rows[before] = (*rows[before][:4], index)
        before = index
        if not isinstance(value, bytes):
            _list(value, rows, index)


def _entry(row: Row, start: int, small_size: int) -> bytes:
    name, kind, child, data, sibling = row
    encoded = name.encode("utf-16-le") + b"\0\0"
    size = small_size if kind == 5 else len(data)
    return (
        encoded.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(encoded), kind, 1, FREE, sibling, child)
        + bytes(36)
        + struct.pack("<IQ", start if kind != 1 else 0, size)
    )


def fixed(values: Mapping[int, int], head: int) -> bytes:
    """A stream of properties of a fixed size after a head of `head` bytes."""
    return bytes(head) + b"".join(struct.pack("<IIQ", tag, 6, value) for tag, value in values.items())


def msg(
    texts: Mapping[int, str],
    *,
    numbers: Mapping[int, int] | None = None,
    codec: str = "",
    more: Mapping[str, bytes | Tree] | None = None,
    head: int = 32,
) -> Tree:
    """A letter: texts by property, as Unicode or in a code page."""
    tree: dict[str, bytes | Tree] = {"__properties_version1.0": fixed(numbers or {}, head)}
    for tag, text in texts.items():
        kind = "001E" if codec else "001F"
        tree[f"__substg1.0_{tag:04X}{kind}"] = text.encode(codec or "utf-16-le")
    return tree | dict(more or {})


def attached(name: str, data: bytes) -> Tree:
    return {
        "__properties_version1.0": fixed({}, 8),
        "__substg1.0_3707001F": name.encode("utf-16-le"),
        "__substg1.0_37010102": data,
    }
