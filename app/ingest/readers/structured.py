"""JSON, XML and YAML: as written, never interpreted, so that nothing in them can be expanded, fetched or run.

Files written without line breaks are broken at their brackets or tags; no other character changes. Long ones are cut
into pages whose labels name the lines.
"""

from __future__ import annotations

import re

from app.core.words import mark
from app.ingest import lines
from app.ingest.decoding import decode
from app.ingest.readers.text import MAX_BYTES, UNDECODED
from app.ingest.refusal import is_known_binary, refuse
from app.ingest.source import Output, Source

KINDS = {
    ".json": "json", ".jsonl": "json", ".ndjson": "json", ".geojson": "json", ".webmanifest": "json", ".har": "json",
    ".yaml": "yaml", ".yml": "yaml",
    ".xml": "xml", ".xsd": "xml", ".xsl": "xml", ".xslt": "xml", ".rss": "xml", ".atom": "xml", ".svg": "xml",
    ".plist": "xml", ".kml": "xml", ".gpx": "xml", ".opml": "xml", ".wsdl": "xml", ".xlf": "xml", ".tmx": "xml",
}  # fmt: skip
LONG_LINE = 2_000
MAX_DEPTH = 16  # what is nested deeper stays on its line
INLINE = 100
ENTITIES = mark("{name} declares XML entities; they are shown as written and not expanded.")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|[{}\[\],]|[^"{}\[\],]+|"', re.DOTALL)
_FLAT = re.compile(r'[{\[](?:[^{}\[\]"]|"(?:[^"\\]|\\.)*+")*+[}\]]', re.DOTALL)


def recognize(source: Source) -> str | None:
    """By the name, and XML also by its declaration."""
    if is_known_binary(source.head):
        return None
    kind = KINDS.get(source.suffix)
    if kind is None and decode(source.head[:2048]).text.lstrip().startswith("<?xml"):
        kind = "xml"
    return kind if kind and decode(source.head).is_text else None


def read(source: Source, output: Output) -> None:
    decoded = decode(source.data[:MAX_BYTES])
    if not decoded.is_text:
        raise refuse(source)
    kind = recognize(source) or "xml"
    text = decoded.text.replace("\r\n", "\n").replace("\r", "\n")
    if kind == "json" and _is_dense(text):
        text = json_lines(text)
    elif kind == "xml" and _is_dense(text):
        text = re.sub(r">\s*<(?!/)", ">\n<", text)
    pages = lines.cut(text)
    output.begin(kind, len(pages))
    if decoded.undecoded:
        output.warn(UNDECODED, count=decoded.undecoded)
    if kind == "xml" and "<!ENTITY" in text:
        output.warn(ENTITIES)
    for label, page in pages:
        output.page(page, label)
    if len(source.data) > MAX_BYTES:
        output.end_early()


def json_lines(text: str) -> str:
    """A line for each member, indented by depth; small lists and objects stay on theirs."""
    out, depth, place = list[str](), 0, 0
    while place < len(text):
        if text[place] in "{[" and (flat := _FLAT.match(text, place, place + INLINE)):
            out.append(flat.group())
            place = flat.end()
            continue
        found = _TOKEN.match(text, place)
        token = found.group() if found else text[place]
        place += len(token)
        if token in "{[":
            depth += 1
            out.append(token + _break(depth))
        elif token in "}]":
            depth = max(0, depth - 1)
            out.append(_break(depth + 1 if depth == MAX_DEPTH else depth) + token)
        elif token == ",":
            out.append(token + _break(depth))
        else:
            out.append(token.lstrip() if out and out[-1][-1:] in "\n " else token)
    return "".join(out)


def _break(depth: int) -> str:
    return "\n" + " " * depth if depth <= MAX_DEPTH else ""


def _is_dense(text: str) -> bool:
    """Whether lines are so long that no page could be cut at them."""
    return max(map(len, text.split("\n"))) > LONG_LINE
