"""Office files whose zip or XML is broken, read as far as they go: better a contract without its last page than none.

The parts are found by their own headers, since the directory may be gone; their data is unpacked up to the break,
their XML parsed up to the break, and after it whole paragraphs are picked out of what is left.
"""

from __future__ import annotations

import re
import struct
import zlib
from html import unescape
from xml.etree.ElementTree import Element, SubElement, TreeBuilder
from xml.parsers import expat

from app.core.errors import CarrelError
from app.ingest.readers.xml import child, local
from app.ingest.refusal import damaged
from app.ingest.source import Source

MAGIC = b"PK\x03\x04"
HEADER = struct.Struct("<4s5HIIIHH")
MAX_PARTS = 2_000
MAX_PART_BYTES = 64 << 20
MAX_TOTAL_BYTES = 256 << 20
STORED, DEFLATED = 0, 8
_PARAGRAPH_END = re.compile(rb"</(?:\w{1,9}:)?p>")
_PARAGRAPH_START = re.compile(rb"<(?:\w{1,9}:)?p[ >]")
_TEXT = re.compile(rb"<(?:\w{1,9}:)?(t|tab|br)(?:\s[^<>]{0,300})?(?:/>|>([^<]*))")


class RescuedZip:
    """The parts that can be found, as far as they can be unpacked; stands in for a `SafeZip`."""

    def __init__(self, source: Source) -> None:
        self._name = source.name
        self._parts = _parts(source.data)

    def __contains__(self, part: str) -> bool:
        return part in self._parts

    @property
    def names(self) -> list[str]:
        return list(self._parts)

    def read(self, part: str) -> bytes:
        return self._parts[part]

    def xml(self, part: str) -> Element:
        """The root of a part as far as it can be parsed. Raises `CarrelError` when not even its root is there."""
        root, rest = rescued_xml(self._parts.get(part, b""))
        if root is None:
            raise damaged(self._name)
        body = child(root, "body")
        if body is not None:
            _append_paragraphs(body, rest)
        return root


def rescued_xml(data: bytes) -> tuple[Element | None, bytes]:
    """The tree up to the first error, and the bytes after it. A part that declares entities gives nothing."""
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        return None, b""
    builder, open_tags = TreeBuilder(), list[str]()
    parser = expat.ParserCreate("utf-8", "}")

    def start(name: str, attributes: dict[str, str]) -> None:
        open_tags.append(_tag(name))
        builder.start(open_tags[-1], {_tag(key): value for key, value in attributes.items()})

    def end(_name: str) -> None:
        builder.end(open_tags.pop())

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    rest = b""
    try:
        parser.Parse(data, True)
    except expat.ExpatError:
        rest = data[max(0, parser.ErrorByteIndex) :]
    while open_tags:
        builder.end(open_tags.pop())
    try:
        return builder.close(), rest
    except AssertionError:  # there was not even a root
        return None, rest


def _tag(name: str) -> str:
    return "{" + name if "}" in name else name


def _append_paragraphs(body: Element, rest: bytes) -> None:
    space = body.tag[: -len(local(body.tag))]
    for piece in _PARAGRAPH_END.split(rest)[:-1]:
        start = _PARAGRAPH_START.search(piece)
        run = SubElement(SubElement(body, space + "p"), space + "r")
        for kind, text in _TEXT.findall(piece, start.start() if start else 0):
            SubElement(run, space + kind.decode()).text = unescape(text.decode("utf-8", "replace"))


def _parts(data: bytes) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    at, left = data.find(MAGIC), MAX_TOTAL_BYTES
    while at >= 0 and len(found) < MAX_PARTS and left > 0:
        after = data.find(MAGIC, at + 4)
        name, body = _part(data, at, after if after >= 0 else len(data), left)
        if name and not name.endswith("/"):
            found.setdefault(name, body)
            left -= len(body)
        at = after
    return found


def _part(data: bytes, at: int, end: int, left: int) -> tuple[str, bytes]:
    """One part by its header; its stated length is not believed."""
    if at + HEADER.size > len(data):
        return "", b""
    _, _, flags, method, _, _, _, _, _, name_length, extra_length = HEADER.unpack_from(data, at)
    start = at + HEADER.size + name_length + extra_length
    name = data[at + HEADER.size : at + HEADER.size + name_length].decode("utf-8", "replace").replace("\\", "/")
    if flags & 1 or not name.endswith((".xml", ".rels")):
        return "", b""
    if method == STORED:
        return name, data[start:end][:MAX_PART_BYTES]
    return (name, _inflated(memoryview(data)[start:], min(MAX_PART_BYTES, left))) if method == DEFLATED else ("", b"")


def _inflated(data: memoryview, limit: int) -> bytes:
    """Unpacked up to the first error, a little at a time, so that what came before it is kept."""
    unpacker, out, size = zlib.decompressobj(-15), list[bytes](), 0
    for start in range(0, len(data), 256):
        try:
            piece = unpacker.decompress(data[start : start + 256], limit - size)
        except zlib.error:
            break
        out.append(piece)
        size += len(piece)
        if unpacker.eof or size >= limit:
            break
    return b"".join(out)


def is_rescuable(error: CarrelError) -> bool:
    """Whether a file was refused for being broken, and not for being hostile or locked."""
    return error.code == "damaged"
