"""The files in a tar, taken as they come: a stream cannot be gone back in."""

from __future__ import annotations

import tarfile
from typing import Any

from app.core.errors import CarrelError
from app.ingest.container import Container
from app.ingest.readers.archive.bounds import MAX_ENTRIES, Counted, bomb, read_all
from app.ingest.readers.archive.names import plain_name
from app.ingest.readers.archive.packed import BLOCK, BROKEN, opened
from app.ingest.refusal import damaged
from app.ingest.source import Source

MAX_HEADER_RECURSION = RecursionError  # tar headers that describe the next header may go on without end


def fill(parts: Container, source: Source) -> None:
    """Add every file. What follows a damaged place is named as damaged. Raises `CarrelError` before the first."""
    counted = Counted(opened(source), source.name)
    stream: Any = counted
    count = 0
    try:
        with tarfile.open(fileobj=stream, mode="r|", encoding="utf-8", errors="surrogateescape") as archive:
            for member in archive:
                archive.members.clear()  # type: ignore[attr-defined]  # a stream keeps them all for nothing
                count += 1
                if count > MAX_ENTRIES:
                    raise bomb(source.name)
                _add(parts, archive, member, source)
        if counted.taken % BLOCK:  # the library takes half a header for the end
            parts.skip("…", 0, "damaged from here on")
    except (tarfile.TarError, MAX_HEADER_RECURSION, *BROKEN) as error:
        if not parts.parts:
            raise damaged(source.name) from error
        parts.skip("…", 0, "damaged from here on")
    except CarrelError as error:
        if not parts.parts or error.code != "zip_bomb":
            raise
        parts.skip("…", 0, "refused, unpacks too far")


def _add(parts: Container, archive: tarfile.TarFile, member: tarfile.TarInfo, source: Source) -> None:
    name = plain_name(member.name.encode("utf-8", "surrogateescape"))
    if member.isdir():
        return
    if not member.isreg():
        parts.leave_out(name, 0, "a link, not followed" if member.issym() or member.islnk() else "not a file")
        return
    parts.add(name, member.size, lambda: _load(archive, member, name, source))


def _load(archive: tarfile.TarFile, member: tarfile.TarInfo, name: str, source: Source) -> bytes:
    stream = archive.extractfile(member)
    if stream is None:
        raise damaged(name)
    return read_all(stream, source, name)
