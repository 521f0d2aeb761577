"""Reads a GGUF header: the metadata and the tensor table, never the weights.

Every count and length is checked against a limit and against the size of the source before anything is
allocated or looped over, so a damaged or hostile file costs a sentence and no time. Little-endian, versions
2 and 3.
"""

from __future__ import annotations

import struct
from math import prod

import msgspec

from app.core.errors import CarrelError
from app.gguf.source import Cursor, Source, truncated
from app.gguf.types import TENSOR_TYPES
from app.gguf.values import U32, MetadataReader, Value, absurd, limit_count, read_name, read_number

MAGIC = b"GGUF"
LARGEST_KEYS = 65_536
LARGEST_TENSORS = 262_144
DIMENSIONS = 4  # GGML_MAX_DIMS
LARGEST_DIMENSION = 1 << 40


class Tensor(msgspec.Struct, frozen=True):
    """One row of the tensor table. `shape` has the fastest dimension first; `offset_bytes` is from the data start."""

    name: str
    shape: tuple[int, ...]
    type: str
    offset_bytes: int
    size_bytes: int


class Header(msgspec.Struct, frozen=True):
    """What stands before the weights. `data_offset` is where they begin, `size_bytes` the whole source."""

    version: int
    metadata: dict[str, Value]
    tensors: tuple[Tensor, ...]
    data_offset: int
    size_bytes: int
    name: str


def read_header(source: Source) -> Header:
    """The header of `source`. Raises CarrelError: not a GGUF, cut short, or absurd."""
    cursor = Cursor(source)
    version = _read_version(cursor)
    tensor_count, key_count = read_number(cursor), read_number(cursor)
    limit_count(cursor, "tensors", tensor_count, min(LARGEST_TENSORS, cursor.left_bytes // 24))
    limit_count(cursor, "keys", key_count, min(LARGEST_KEYS, cursor.left_bytes // 13))
    metadata = MetadataReader(cursor).read(key_count)
    rows = [_read_tensor(cursor) for _ in range(tensor_count)]
    alignment = _alignment(cursor, metadata)
    data_offset = -(-cursor.offset // alignment) * alignment
    _check_tensors(cursor, rows, data_offset, alignment)
    return Header(version, metadata, tuple(rows), data_offset, source.size_bytes, source.name)


def _read_version(cursor: Cursor) -> int:
    if cursor.source.size_bytes < 24 or cursor.take(4) != MAGIC:
        raise CarrelError(
            "gguf_bad_magic",
            "{file} is not a GGUF model.",
            "Choose a file that ends in .gguf.",
            file=cursor.source.name,
        )
    (version,) = U32.unpack(cursor.take(4))
    if version not in (2, 3):
        raise CarrelError(
            "gguf_version",
            "{file} has GGUF version {version}; Carrel reads versions 2 and 3, little-endian.",
            "Download a newer conversion of the model.",
            file=cursor.source.name,
            version=version,
        )
    return int(version)


def _read_tensor(cursor: Cursor) -> Tensor:
    name = read_name(cursor, 255)
    (dimensions,) = U32.unpack(cursor.take(4))
    if not 1 <= dimensions <= DIMENSIONS:
        raise absurd(cursor, f"tensor with {dimensions} dimensions")
    shape = struct.unpack(f"<{dimensions}Q", cursor.take(8 * dimensions))
    (kind,) = U32.unpack(cursor.take(4))
    offset_bytes = read_number(cursor)
    return Tensor(name, shape, *_format_and_size(cursor, name, shape, kind, offset_bytes))


def _format_and_size(
    cursor: Cursor, name: str, shape: tuple[int, ...], kind: int, offset_bytes: int
) -> tuple[str, int, int]:
    if kind not in TENSOR_TYPES:
        raise CarrelError(
            "gguf_unknown_type",
            "{file} uses number format {kind}, which this version of Carrel does not know.",
            "Choose another quantization, or a newer Carrel.",
            file=cursor.source.name,
            kind=kind,
        )
    type_name, per_block, block_bytes = TENSOR_TYPES[kind]
    if any(not 1 <= n <= LARGEST_DIMENSION for n in shape) or shape[0] % per_block:
        raise absurd(cursor, f"tensor {name[:60]!r} of shape {'x'.join(map(str, shape))}")
    return type_name, offset_bytes, prod(shape) // per_block * block_bytes


def _check_tensors(cursor: Cursor, rows: list[Tensor], data_offset: int, alignment: int) -> None:
    if len({row.name for row in rows}) < len(rows):
        raise absurd(cursor, "two tensors of one name")
    if any(row.offset_bytes % alignment for row in rows):
        raise absurd(cursor, "tensor off its alignment")
    end = max((data_offset + row.offset_bytes + row.size_bytes for row in rows), default=0)
    if end > cursor.source.size_bytes:
        raise truncated(cursor.source, end)


def _alignment(cursor: Cursor, metadata: dict[str, Value]) -> int:
    alignment = metadata.get("general.alignment", 32)
    if not isinstance(alignment, int) or not 1 <= alignment <= 65_536 or alignment & (alignment - 1):
        raise absurd(cursor, f"alignment {alignment!s:.20}")
    return int(alignment)
