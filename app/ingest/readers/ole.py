"""The old container of Office files: which program's file it holds. Its directory is read, nothing in it is run."""

from __future__ import annotations

import io
import sys
from functools import lru_cache

from app.ingest.source import Source

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# By a stream that only this kind has; names are compared in small letters, as the format demands.
_STREAMS = (
    ("EncryptedPackage", "encrypted"),
    ("__properties_version1.0", "msg"),
    ("Workbook", "xls"),
    ("Book", "xls"),
    ("WordDocument", "doc"),
    ("PowerPoint Document", "ppt"),
)


@lru_cache(maxsize=1)
def ole_kind(source: Source) -> str:
    """ "xls", "doc", "ppt", "msg", "encrypted" (a new Office file with a password), "other", or "" for no container."""
    if not source.head.startswith(OLE_MAGIC):
        return ""
    names = top_streams(source.data)
    found = next((kind for name, kind in _STREAMS if name.lower() in names), "")
    return found or next((kind for name, kind in _STREAMS if name.encode("utf-16-le") in source.data), "other")


def top_streams(data: bytes) -> frozenset[str]:
    """The names at the container's top in small letters; none when it is too broken to list them."""
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:
            return frozenset(path[0].lower() for path in container.listdir(streams=True, storages=True))
    except Exception as error:  # olefile raises what its bytes make it raise
        print(f"container: {type(error).__name__}: {error}", file=sys.stderr)
        return frozenset()


def stream(data: bytes, *names: str) -> bytes:
    """The bytes of the first stream of these names that is there; empty when none is, or it is broken."""
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:
            for name in names:
                if container.exists(name):
                    return bytes(container.openstream(name).read())
    except Exception as error:  # olefile raises what its bytes make it raise
        print(f"container: {type(error).__name__}: {error}", file=sys.stderr)
    return b""
