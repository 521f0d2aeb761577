"""The names in an archive, in whatever encoding they were written."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence

from app.ingest.decoding import decode

UTF8_FLAG = 0x800
UNICODE_PATH = 0x7075  # the extra field in which some programs repeat the name in UTF-8


def zip_names(entries: Sequence[zipfile.ZipInfo]) -> list[str]:
    """Names without the UTF-8 mark are in the writer's own encoding, mostly GBK on a Chinese Windows.

    They are judged all together: one short name alone gives too little evidence.
    """
    raw = [_raw(entry) for entry in entries]
    evidence = b"\n".join(name for name in raw if name and not name.isascii())
    encoding = decode(evidence).encoding if evidence else "utf-8"
    return [
        _in_unicode(entry) or (_decoded(name, encoding) if name is not None else entry.filename)
        for entry, name in zip(entries, raw, strict=True)
    ]


def plain_name(name: bytes) -> str:
    """A name from a tar, which does not say its encoding."""
    return decode(name).text


def _raw(entry: zipfile.ZipInfo) -> bytes | None:
    """The name's own bytes, which the standard library took for code page 437; None when it is marked as UTF-8."""
    if entry.flag_bits & UTF8_FLAG:
        return None
    try:
        return entry.orig_filename.encode("cp437")
    except UnicodeEncodeError:
        return None


def _decoded(name: bytes, encoding: str) -> str:
    try:
        return name.decode(encoding)
    except UnicodeDecodeError:
        return decode(name).text


def _in_unicode(entry: zipfile.ZipInfo) -> str:
    extra = entry.extra
    while len(extra) >= 4:
        kind, size = int.from_bytes(extra[:2], "little"), int.from_bytes(extra[2:4], "little")
        if kind == UNICODE_PATH and size > 5:
            return extra[9 : 4 + size].decode("utf-8", "replace")
        extra = extra[4 + size :]
    return ""
