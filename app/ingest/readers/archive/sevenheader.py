"""What a 7z archive says about itself: its packed streams, how they were packed, and the files in them.

Follows the format's public description (7zFormat.txt of the LZMA SDK, in the public domain).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from app.ingest.readers.archive.cursor import Broken, Cursor

END, HEADER, ARCHIVE_PROPERTIES, MAIN_STREAMS, FILES = 0x00, 0x01, 0x02, 0x04, 0x05
PACK_INFO, UNPACK_INFO, SUBSTREAMS, SIZE, CRC, FOLDER = 0x06, 0x07, 0x08, 0x09, 0x0A, 0x0B
UNPACK_SIZES, SUBSTREAM_COUNT, EMPTY_STREAM, EMPTY_FILE, NAMES, ENCODED_HEADER = 0x0C, 0x0D, 0x0E, 0x0F, 0x11, 0x17


@dataclass(frozen=True, slots=True)
class Coder:
    """One step of packing. A step with several inputs (BCJ2) is none that can be undone here."""

    method: bytes
    properties: bytes
    inputs: int = 1
    outputs: int = 1


@dataclass(slots=True)
class Bundle:
    """Files packed as one stream (7z calls it a folder). `feeds` maps a coder's input to the output it takes."""

    coders: list[Coder]
    feeds: dict[int, int]
    sizes: list[int] = field(default_factory=list)
    packed_place: int = 0
    packed_size: int = 0
    packed_streams: int = 1
    file_sizes: list[int] = field(default_factory=list)
    file_checksums: list[int | None] = field(default_factory=list)
    checksum: int | None = None

    @property
    def size_bytes(self) -> int:
        """Of everything in it, unpacked: the one output that feeds nothing else."""
        return next((size for output, size in enumerate(self.sizes) if output not in self.feeds.values()), 0)


@dataclass(frozen=True, slots=True)
class Listed:
    """A name in the archive. `has_stream` is False for folders and empty files."""

    name: str
    has_stream: bool
    is_folder: bool


def read_streams(cursor: Cursor) -> list[Bundle]:
    """The bundles, with the place of their packed bytes after the signature header."""
    place, packed_sizes = 0, list[int]()
    bundles: list[Bundle] = []
    while (section := cursor.byte()) != END:
        if section == PACK_INFO:
            place, packed_sizes = _read_pack_info(cursor)
        elif section == UNPACK_INFO:
            bundles = _read_unpack_info(cursor)
        elif section == SUBSTREAMS:
            _read_substreams(cursor, bundles)
        else:
            raise Broken("unknown section")
    _place(bundles, place, packed_sizes)
    return bundles


def read_files(cursor: Cursor) -> list[Listed]:
    """The names in the order of their streams."""
    count = cursor.count()
    names, empty, empty_files = [""] * count, [False] * count, list[bool]()
    while (kind := cursor.number()) != END:
        value = Cursor(cursor.take(cursor.number()))
        if kind == EMPTY_STREAM:
            empty = value.bits(count)
        elif kind == EMPTY_FILE:
            empty_files = value.bits(sum(empty))
        elif kind == NAMES and value.byte() == 0:
            names = [_read_name(value) for _ in range(count)]
    files = iter(empty_files)
    return [
        Listed(name, not is_empty, is_folder=is_empty and not next(files, False))
        for name, is_empty in zip(names, empty, strict=True)
    ]


def _read_name(cursor: Cursor) -> str:
    units = bytearray()
    while (unit := cursor.take(2)) != b"\0\0":
        units += unit
    return units.decode("utf-16-le", "replace")


def _read_pack_info(cursor: Cursor) -> tuple[int, list[int]]:
    place, count, sizes = cursor.number(), cursor.count(), list[int]()
    while (section := cursor.byte()) != END:
        if section == SIZE:
            sizes = [cursor.number() for _ in range(count)]
        elif section == CRC:
            cursor.checksums(count)
        else:
            raise Broken("unknown section")
    return place, sizes


def _read_unpack_info(cursor: Cursor) -> list[Bundle]:
    bundles: list[Bundle] = []
    while (section := cursor.byte()) != END:
        if section == FOLDER:
            count = cursor.count()
            if cursor.byte() != 0:
                raise Broken("external streams")
            bundles = [_read_bundle(cursor) for _ in range(count)]
        elif section == UNPACK_SIZES:
            for bundle in bundles:
                bundle.sizes = [cursor.number() for coder in bundle.coders for _ in range(coder.outputs)]
        elif section == CRC:
            for bundle, checksum in zip(bundles, cursor.checksums(len(bundles)), strict=True):
                bundle.checksum = checksum
        else:
            raise Broken("unknown section")
    for bundle in bundles:
        bundle.file_sizes, bundle.file_checksums = [bundle.size_bytes], [bundle.checksum]
    return bundles


def _read_bundle(cursor: Cursor) -> Bundle:
    coders = [_read_coder(cursor) for _ in range(min(cursor.count(), 32))]
    inputs, outputs = sum(coder.inputs for coder in coders), sum(coder.outputs for coder in coders)
    feeds = {cursor.count(): cursor.count() for _ in range(outputs - 1)}
    packed_streams = inputs - len(feeds)
    if packed_streams > 1:
        for _ in range(packed_streams):
            cursor.count()
    return Bundle(coders, feeds, packed_streams=packed_streams)


def _read_coder(cursor: Cursor) -> Coder:
    flags = cursor.byte()
    method = cursor.take(flags & 0x0F)
    inputs, outputs = (min(cursor.count(), 32), min(cursor.count(), 32)) if flags & 0x10 else (1, 1)
    properties = cursor.take(cursor.count()) if flags & 0x20 else b""
    return Coder(method, properties, inputs, outputs)


def _read_substreams(cursor: Cursor, bundles: list[Bundle]) -> None:
    counts = [1] * len(bundles)
    section = cursor.byte()
    if section == SUBSTREAM_COUNT:
        counts = [cursor.count() for _ in bundles]
        section = cursor.byte()
    for bundle, count in zip(bundles, counts, strict=True):
        sizes = [cursor.number() for _ in range(count - 1)] if section == SIZE else []
        bundle.file_sizes = [*sizes, bundle.size_bytes - sum(sizes)] if count else []
        if any(size < 0 for size in bundle.file_sizes) or len(bundle.file_sizes) != count:
            raise Broken("sizes that do not add up")
    if section == SIZE:
        section = cursor.byte()
    while section != END:
        if section != CRC:
            raise Broken("unknown section")
        _read_substream_checksums(cursor, bundles)
        section = cursor.byte()
    for bundle in bundles:
        bundle.file_checksums += [None] * (len(bundle.file_sizes) - len(bundle.file_checksums))


def _read_substream_checksums(cursor: Cursor, bundles: list[Bundle]) -> None:
    """A bundle of one file whose own checksum is known needs no second one."""
    known = [bundle.checksum is not None and len(bundle.file_sizes) == 1 for bundle in bundles]
    wanted = sum(len(bundle.file_sizes) for bundle, is_known in zip(bundles, known, strict=True) if not is_known)
    if wanted > 1 << 20:
        raise Broken("too many entries")
    checksums = iter(cursor.checksums(wanted))
    for bundle, is_known in zip(bundles, known, strict=True):
        bundle.file_checksums = [bundle.checksum] if is_known else [next(checksums) for _ in bundle.file_sizes]


def _place(bundles: list[Bundle], place: int, packed_sizes: list[int]) -> None:
    """Packed streams follow each other in the order of the bundles."""
    sizes = iter(packed_sizes)
    for bundle in bundles:
        own = [next(sizes, -1) for _ in range(bundle.packed_streams)]
        if -1 in own:
            raise Broken("a packed stream is missing")
        bundle.packed_place, bundle.packed_size = place, own[0] if own else 0
        place += sum(own)
