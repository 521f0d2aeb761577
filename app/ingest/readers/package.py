"""Office files that are zips: which program's they are, and how their parts refer to each other."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple, Protocol
from xml.etree.ElementTree import Element

from app.core.errors import CarrelError
from app.ingest.readers.xml import attribute, local
from app.ingest.refusal import ZIP_MAGICS, encrypted
from app.ingest.safezip import SafeZip
from app.ingest.source import Source

CONTENT_TYPES = "[Content_Types].xml"
MIMETYPE_BYTES = 200
# What a package's own table of contents calls its main part.
_MAIN_TYPES = {
    b"wordprocessingml.document.main+xml": "docx",
    b"wordprocessingml.template.main+xml": "docx",
    b"ms-word.document.macroEnabled.main+xml": "docx",
    b"ms-word.template.macroEnabledTemplate.main+xml": "docx",
    b"spreadsheetml.sheet.main+xml": "xlsx",
    b"spreadsheetml.template.main+xml": "xlsx",
    b"ms-excel.sheet.macroEnabled.main+xml": "xlsx",
    b"ms-excel.template.macroEnabled.main+xml": "xlsx",
    b"ms-excel.addin.macroEnabled.main+xml": "xlsx",
    b"ms-excel.sheet.binary.macroEnabled.main": "xlsb",
    b"presentationml.presentation.main+xml": "pptx",
    b"presentationml.slideshow.main+xml": "pptx",
    b"presentationml.template.main+xml": "pptx",
    b"ms-powerpoint.presentation.macroEnabled.main+xml": "pptx",
    b"ms-powerpoint.slideshow.macroEnabled.main+xml": "pptx",
    b"ms-powerpoint.template.macroEnabled.main+xml": "pptx",
}
_MAIN_PARTS = {
    "word/document.xml": "docx",
    "xl/workbook.xml": "xlsx",
    "xl/workbook.bin": "xlsb",
    "ppt/presentation.xml": "pptx",
}
# A file cut short may have lost its main part's name.
_TELLING = _MAIN_PARTS | {"xl/worksheets/sheet": "xlsx", "ppt/slides/slide": "pptx"}
_OPEN_DOCUMENT = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.presentation": "odp",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.graphics": "odp",
}


class Parts(Protocol):
    """The parts of a package by name."""

    def __contains__(self, part: str) -> bool: ...
    @property
    def names(self) -> list[str]: ...
    def read(self, part: str) -> bytes: ...
    def xml(self, part: str) -> Element: ...


class Relation(NamedTuple):
    """A part that another refers to by `id`; `kind` is the last word of the relationship's type."""

    id: str
    kind: str
    target: str


@lru_cache(maxsize=1)
def package_kind(source: Source) -> str:
    """ "docx", "xlsx", "xlsb", "pptx", "odt", "odp" or "ods" by what the zip says of itself; "" for any other file."""
    if not source.head.startswith(ZIP_MAGICS):
        return ""
    try:
        parts = SafeZip(source)
        return _open_document_kind(parts) or _office_kind(parts)
    except CarrelError:
        # A broken zip that names an Office file's main part is a broken document, not an unknown kind.
        named = next((kind for part, kind in _TELLING.items() if part.encode() in source.data), "")
        head = source.head[:MIMETYPE_BYTES]
        return named or next((kind for name, kind in _OPEN_DOCUMENT.items() if b"mimetype" + name in head), "")


def main_part(parts: Parts, usual: str) -> str:
    """The part that the package begins with."""
    return next((found.target for found in relations(parts, "") if found.kind == "officeDocument"), usual)


def relations(parts: Parts, part: str) -> list[Relation]:
    """The parts that `part` refers to and that exist; what lies outside the package is left alone."""
    folder, name = posixpath.split(part)
    listed = posixpath.join(folder, "_rels", name + ".rels")
    return [found for found in _listed(parts, listed, folder) if found.target in parts] if listed in parts else []


def refuse_locked(source: Source, parts: Parts) -> None:
    """Raise when an OpenDocument package says that its parts are encrypted."""
    manifest = "META-INF/manifest.xml"
    if manifest in parts and b"encryption-data" in parts.read(manifest):
        raise encrypted(source.name)


def _listed(parts: Parts, listed: str, folder: str) -> Iterator[Relation]:
    for element in parts.xml(listed):
        if local(element.tag) == "Relationship" and attribute(element, "TargetMode") != "External":
            target = attribute(element, "Target") or ""
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            kind = (attribute(element, "Type") or "").rpartition("/")[2]
            yield Relation(attribute(element, "Id") or "", kind, path)


def _office_kind(parts: Parts) -> str:
    types = parts.read(CONTENT_TYPES) if CONTENT_TYPES in parts else b""
    named = next((kind for name, kind in _MAIN_TYPES.items() if name in types), "")
    return named or next((kind for part, kind in _MAIN_PARTS.items() if part in parts), "")


def _open_document_kind(parts: Parts) -> str:
    """Templates and master documents add a word to the type they belong to."""
    if "mimetype" not in parts or "content.xml" not in parts:
        return ""
    written = parts.read("mimetype")[:MIMETYPE_BYTES].strip()
    return next((kind for name, kind in _OPEN_DOCUMENT.items() if written.startswith(name)), "")
