"""Files packed one by one with gzip, bzip2 or xz."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable
from pathlib import PurePath
from typing import IO

from app.ingest.readers.archive.bounds import Readable, read_all
from app.ingest.refusal import damaged
from app.ingest.source import Output, Source

BLOCK = 512
BROKEN = (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError)
MAX_DICTIONARY_BYTES = 512 << 20
Opener = Callable[[IO[bytes]], Readable]


def opener(head: bytes) -> Opener | None:
    """What unpacks bytes that begin so."""
    if head.startswith(b"\x1f\x8b\x08"):
        return lambda stream: gzip.GzipFile(fileobj=stream)
    if head.startswith(b"BZh") and head[4:10] in (b"1AY&SY", b"\x17\x72\x45\x38\x50\x90"):
        return bz2.BZ2File
    if head.startswith(b"\xfd7zXZ\0"):
        return lzma.LZMAFile
    return None


def opened(source: Source) -> Readable:
    """The unpacked stream of a packed file; the bytes themselves when they are not packed."""
    stream = io.BytesIO(source.data)
    unpack = opener(source.head)
    return unpack(stream) if unpack else stream


def is_tar(head: bytes) -> bool:
    """Whether a tar begins here: its first header carries the sum of its own bytes."""
    block = head[:BLOCK]
    try:
        said = int(block[148:156].strip(b" \0") or b"-", 8)
    except ValueError:
        return False
    return len(block) == BLOCK and said == sum(block) - sum(block[148:156]) + 8 * 32


def holds_tar(source: Source) -> bool:
    try:
        return is_tar(opened(source).read(BLOCK))
    except BROKEN as error:
        raise damaged(source.name) from error


def read_single(source: Source, output: Output) -> None:
    """Read the one file that is packed here, as its own kind."""
    from app.ingest.readers import find_reader

    try:
        data = read_all(opened(source), source, source.name)
    except BROKEN as error:
        raise damaged(source.name) from error
    inner = source.inside(PurePath(source.name).stem, data)
    find_reader(inner).read(inner, output)
