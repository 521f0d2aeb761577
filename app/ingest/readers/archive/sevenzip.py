"""7z archives with the standard library's decompressors: stored, LZMA, LZMA2, BZip2, Deflate, and their filters.

What stays closed is said: encryption, and the rare PPMd, BCJ2, Deflate64 and Zstandard.
"""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Iterator
from typing import Any

from app.ingest.readers.archive.cursor import Broken, Cursor
from app.ingest.readers.archive.sevenheader import (
    ARCHIVE_PROPERTIES,
    ENCODED_HEADER,
    END,
    FILES,
    HEADER,
    MAIN_STREAMS,
    Bundle,
    Coder,
    Listed,
    read_files,
    read_streams,
)

MAGIC = b"7z\xbc\xaf\x27\x1c"
SIGNATURE_BYTES = 32
MAX_HEADER_BYTES = 64 << 20
AES = b"\x06\xf1\x07\x01"
COPY, LZMA1, LZMA2, DEFLATE, BZIP2 = b"\x00", b"\x03\x01\x01", b"\x21", b"\x04\x01\x08", b"\x04\x02\x02"
FILTERS = {
    b"\x03\x03\x01\x03": lzma.FILTER_X86, b"\x04": lzma.FILTER_X86, b"\x03\x03\x02\x05": lzma.FILTER_POWERPC,
    b"\x05": lzma.FILTER_POWERPC, b"\x03\x03\x04\x01": lzma.FILTER_IA64, b"\x06": lzma.FILTER_IA64,
    b"\x03\x03\x05\x01": lzma.FILTER_ARM, b"\x07": lzma.FILTER_ARM, b"\x03\x03\x07\x01": lzma.FILTER_ARMTHUMB,
    b"\x08": lzma.FILTER_ARMTHUMB, b"\x03\x03\x08\x05": lzma.FILTER_SPARC, b"\x09": lzma.FILTER_SPARC,
}  # fmt: skip


class Locked(Exception):
    """The bytes are encrypted."""


class Foreign(Exception):
    """The bytes were packed in a way that the standard library cannot undo."""


class SevenZip:
    """The files of an archive. Raises `Broken`, `Locked` or `Foreign` here and while unpacking.

    `unpack(bundle)` gives all files of a bundle at once, because they were packed as one stream.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.bundles: list[Bundle] = []
        self.files: list[Listed] = []
        header = self._header()
        while (section := header.byte()) != END:
            if section == MAIN_STREAMS:
                self.bundles = read_streams(header)
            elif section == FILES:
                self.files = read_files(header)
            elif section == ARCHIVE_PROPERTIES:
                while header.number() != END:
                    header.take(header.number())
            else:
                raise Broken("unknown section")

    def members(self) -> Iterator[tuple[Listed, Bundle | None, int]]:
        """Each file with its bundle and its index there; without a bundle when it has no bytes."""
        places = ((bundle, index) for bundle in self.bundles for index in range(len(bundle.file_sizes)))
        for file in self.files:
            if not file.has_stream:
                yield file, None, 0
                continue
            bundle, index = next(places, (None, 0))
            if bundle is None:
                raise Broken("a file without a stream")
            yield file, bundle, index

    def unpack(self, bundle: Bundle) -> list[bytes]:
        """The files of one bundle. Raises MemoryError or the decompressors' own errors as `Broken`."""
        whole, files = self._unpack(bundle), list[bytes]()
        place = 0
        for size, checksum in zip(bundle.file_sizes, bundle.file_checksums, strict=True):
            files.append(whole[place : place + size])
            place += size
            if checksum is not None and zlib.crc32(files[-1]) != checksum:
                raise Broken("wrong checksum")
        return files

    def _header(self) -> Cursor:
        start = Cursor(self._data[12:SIGNATURE_BYTES])
        place, size, _ = start.whole(8), start.whole(8), start.whole(4)
        if size > MAX_HEADER_BYTES:
            raise Broken("the header is too long")
        header = Cursor(self._data[SIGNATURE_BYTES + place : SIGNATURE_BYTES + place + size])
        if size == 0:  # an archive of nothing
            return Cursor(bytes([END]))
        kind = header.byte()
        while kind == ENCODED_HEADER:
            (bundle, *_) = read_streams(header) or (None,)
            if bundle is None or bundle.size_bytes > MAX_HEADER_BYTES:
                raise Broken("no header")
            header = Cursor(self._unpack(bundle))
            kind = header.byte()
        if kind != HEADER:
            raise Broken("no header")
        return header

    def _unpack(self, bundle: Bundle) -> bytes:
        if any(coder.method == AES for coder in bundle.coders):
            raise Locked
        if any((coder.inputs, coder.outputs) != (1, 1) for coder in bundle.coders):
            raise Foreign
        place = SIGNATURE_BYTES + bundle.packed_place
        packed = self._data[place : place + bundle.packed_size]
        if len(packed) < bundle.packed_size:
            raise Broken("the data ends early")
        try:
            for step, size in _steps(bundle):
                packed = _decoded(step, packed, size)
        except (lzma.LZMAError, zlib.error, OSError, EOFError, ValueError) as error:
            raise Broken(str(error)) from error
        if len(packed) < bundle.size_bytes:
            raise Broken("the data ends early")
        return packed


def _steps(bundle: Bundle) -> list[tuple[list[Coder], int]]:
    """How to unpack, in order; filters join the decompressor before them, with the size that comes out."""
    order = [next((output for output in range(len(bundle.coders)) if output not in bundle.feeds.values()), 0)]
    while (feeding := bundle.feeds.get(order[-1])) is not None and len(order) <= len(bundle.coders):
        order.append(feeding)
    if len(order) != len(bundle.coders) or max(order) >= len(bundle.sizes):
        raise Broken("coders that do not form a chain")
    steps: list[tuple[list[Coder], int]] = []
    for index in reversed(order):
        coder, size = bundle.coders[index], bundle.sizes[index]
        if steps and (coder.method in FILTERS or coder.method == b"\x03") and steps[-1][0][-1].method == LZMA2:
            steps[-1] = ([coder, *steps[-1][0]], size)
        else:
            steps.append(([coder], size))
    return steps


def _decoded(coders: list[Coder], packed: bytes, size: int) -> bytes:
    method = coders[-1].method
    if method == COPY:
        return packed[:size]
    if method == DEFLATE:
        return zlib.decompressobj(-15).decompress(packed, size) if size else b""
    if method == BZIP2:
        return _pull(bz2.BZ2Decompressor(), packed, size)
    if method in (LZMA1, LZMA2):
        filters = [_filter(coder, size) for coder in coders]
        return _pull(lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters), packed, size)
    raise Foreign


def _pull(decompressor: Any, packed: bytes, size: int) -> bytes:
    """Exactly what the archive promised and no byte more; BZip2 may stand in several streams."""
    pieces, left = list[bytes](), size
    while left > 0:
        piece = decompressor.decompress(packed, left)
        pieces.append(piece)
        left -= len(piece)
        if decompressor.eof and left > 0 and isinstance(decompressor, bz2.BZ2Decompressor):
            packed, decompressor = decompressor.unused_data, bz2.BZ2Decompressor()
        elif decompressor.eof or (not piece and decompressor.needs_input):
            break
        else:
            packed = b""
    return b"".join(pieces)


def _filter(coder: Coder, size: int) -> dict[str, Any]:
    """The filter for `lzma`. No dictionary needs to be larger than what comes out, whatever the archive asks."""
    properties = coder.properties
    if coder.method == LZMA1 and len(properties) == 5 and properties[0] < 225:
        lc_lp_pb = properties[0]
        return {
            "id": lzma.FILTER_LZMA1, "lc": lc_lp_pb % 9, "lp": lc_lp_pb // 9 % 5, "pb": lc_lp_pb // 45,
            "dict_size": _dictionary(int.from_bytes(properties[1:], "little"), size),
        }  # fmt: skip
    if coder.method == LZMA2 and len(properties) == 1 and properties[0] <= 40:
        bits = properties[0]
        asked = 0xFFFFFFFF if bits == 40 else (2 | bits & 1) << (bits // 2 + 11)
        return {"id": lzma.FILTER_LZMA2, "dict_size": _dictionary(asked, size)}
    if coder.method == b"\x03" and len(properties) == 1:
        return {"id": lzma.FILTER_DELTA, "dist": properties[0] + 1}
    if coder.method in FILTERS:
        return {"id": FILTERS[coder.method]}
    raise Broken("properties of no known coder")


def _dictionary(asked: int, size: int) -> int:
    return max(4096, min(asked, size))
