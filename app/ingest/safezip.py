"""A zip file opened with suspicion: bounded in entries, size and ratio, read into memory, never unpacked to disk.

The sizes in a zip's headers lie, so bytes are counted while they are read.
"""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
import zipfile
import zlib
from typing import IO

from app.core.errors import CarrelError
from app.ingest.refusal import damaged, encrypted
from app.ingest.source import Source

MAX_ENTRIES = 20_000
MAX_PART_BYTES = 256 << 20
MAX_TOTAL_BYTES = 512 << 20
MAX_RATIO = 200
RATIO_FREE_BYTES = 10 << 20
CHUNK_BYTES = 1 << 20


class SafeZip:
    """The parts of a zip by name, with forward slashes and no leading one. Raises `CarrelError` for hostile ones."""

    def __init__(self, source: Source) -> None:
        self._name = source.name
        self._left_bytes = MAX_TOTAL_BYTES
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(source.data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
            raise damaged(self._name) from error
        entries = self._zip.infolist()
        if len(entries) > MAX_ENTRIES:
            raise self._bomb()
        self._entries = {entry.filename.replace("\\", "/").lstrip("/"): entry for entry in entries}

    def __contains__(self, part: str) -> bool:
        return part in self._entries

    @property
    def names(self) -> list[str]:
        return list(self._entries)

    def read(self, part: str) -> bytes:
        """The bytes of one part. Raises KeyError when there is none of that name."""
        entry = self._entries[part]
        if entry.flag_bits & 1:
            raise encrypted(self._name)
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # all that Office writes
            raise damaged(self._name)
        limit = min(MAX_PART_BYTES, self._left_bytes, max(RATIO_FREE_BYTES, MAX_RATIO * entry.compress_size))
        try:
            with self._zip.open(entry) as stream:
                data = self._read_up_to(stream, limit)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
            RuntimeError,
            ValueError,
            OSError,
        ) as error:
            raise damaged(self._name) from error
        self._left_bytes -= len(data)
        return data

    def xml(self, part: str) -> ET.Element:
        """The root of an XML part. A part that declares a document type or entities is refused unread."""
        data = self.read(part)
        if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:4]:
            data = _as_utf8(data)
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
            raise CarrelError(
                "hostile_xml",
                "{name} contains XML entities, which documents do not need, so it was not read.",
                "Open it in the program it came from, save it again, then add that.",
                name=self._name,
            )
        try:
            # The encoding is forced: a declared one could hide a document type from the search above.
            return ET.fromstring(data, ET.XMLParser(encoding="utf-8"))
        except (ET.ParseError, ValueError) as error:
            raise damaged(self._name) from error

    def _read_up_to(self, stream: IO[bytes], limit: int) -> bytes:
        chunks: list[bytes] = []
        while chunk := stream.read(CHUNK_BYTES):
            chunks.append(chunk)
            limit -= len(chunk)
            if limit < 0:
                raise self._bomb()
        return b"".join(chunks)

    def _bomb(self) -> CarrelError:
        return CarrelError(
            "zip_bomb",
            "{name} would unpack to far more data than a document holds, so it was not read.",
            "Open it in the program it came from, save it again, then add that.",
            name=self._name,
        )


def _as_utf8(data: bytes) -> bytes:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-16-be" if data[0] == 0 else "utf-16-le"
    return data.decode(encoding, "replace").encode("utf-8", "replace")
