"""Word documents (.docx, .docm and templates), read with the standard library.

Pages: where Word noted its page ends when it last saved, or where the author ordered a break. A document with
neither is one page; boundaries are not invented, since a page number that matches no print would mislead.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple
from xml.etree.ElementTree import Element

from app.core.errors import CarrelError
from app.core.words import mark
from app.ingest.readers.package import Parts, Relation, main_part, package_kind, relations
from app.ingest.readers.xml import child
from app.ingest.refusal import damaged
from app.ingest.source import Output, OutputFull, Source
from app.ingest.spans import is_page_number

if TYPE_CHECKING:
    from app.ingest.readers.docx.body import Body

MACROS = mark("{name} contains macros. They were not run.")
CUT = mark("{name} has tables that are too large or too deeply nested; parts of them were left out.")
NO_WORDS = mark("{name} has no text: pictures and drawings are not read.")
SALVAGED = mark("{name} is damaged. What could be saved of its text was read; some of it may be missing.")
NOTE_PARTS = {"footnotes": "footnote", "endnotes": "endnote", "comments": "comment"}
MAX_DEPTH = 2  # documents a document brings with it


class _Text(NamedTuple):
    pages: list[str]
    was_cut: bool


def recognize(source: Source) -> str | None:
    """A zip whose own table of contents says Word, whatever its name."""
    return "docx" if package_kind(source) == "docx" else None


def read(source: Source, output: Output) -> None:
    from app.ingest.rescue import RescuedZip, is_rescuable
    from app.ingest.safezip import SafeZip

    parts: Parts
    salvaged = False
    try:
        parts = SafeZip(source)
        found = _read(source, parts)
    except CarrelError as error:
        if not is_rescuable(error):
            raise
        parts, salvaged = RescuedZip(source), True
        found = _read(source, parts)
        if not any(found.pages):
            raise
    output.begin("docx", len(found.pages))
    for is_so, warning in (
        (salvaged, SALVAGED),
        (any(name.lower().endswith("vbaproject.bin") for name in parts.names), MACROS),
        (found.was_cut, CUT),
        (not any(found.pages), NO_WORDS),
    ):
        if is_so:
            output.warn(warning)
    for page in found.pages:
        output.page(page, flag="" if page.strip() else "empty" if any(found.pages) else "scanned")


def _read(source: Source, parts: Parts) -> _Text:
    from app.ingest.readers.docx.body import PAGE_BREAK, Body
    from app.ingest.readers.docx.notes import Notes
    from app.ingest.readers.docx.numbering import Numbering
    from app.ingest.readers.docx.styles import Styles

    main = main_part(parts, "word/document.xml")
    if main not in parts:
        raise damaged(source.name)
    story = child(parts.xml(main), "body")
    if story is None:
        raise damaged(source.name)
    related = relations(parts, main)
    first = {found.kind: found.target for found in reversed(related)}
    notes = {kind: root for name, kind in NOTE_PARTS.items() if (root := _root(parts, first.get(name))) is not None}
    body = Body(
        Styles(_root(parts, first.get("styles"))),
        Numbering(_root(parts, first.get("numbering"))),
        Notes(notes),
        _inserts(source, parts, related),
    )
    text = "\n\n".join(body.blocks(story))
    pages = [page.strip("\n") for page in text.rstrip(" \n" + PAGE_BREAK).split(PAGE_BREAK)]
    pages = [body.notes.below(page, body.blocks) for page in pages]
    above, below = (_around(parts, related, kind, body) for kind in ("header", "footer"))
    pages[0] = "\n\n".join(filter(None, [*above, pages[0], *below]))
    return _Text(pages, body.was_cut)


def _root(parts: Parts, part: str | None) -> Element | None:
    """A part beside the main one; the text stands without it when it is broken."""
    try:
        return parts.xml(part) if part else None
    except CarrelError as error:
        if error.code != "damaged":
            raise
        print(f"{part}: {error.code}", file=sys.stderr)
        return None


def _around(parts: Parts, related: list[Relation], kind: str, body: Body) -> list[str]:
    """What is printed above or below the pages, each once; a page number alone is left out."""
    words: dict[str, None] = {}
    for found in related:
        if found.kind == kind and (root := _root(parts, found.target)) is not None:
            text = " ".join(" ".join(body.blocks(root)).replace("\f", "").split())
            if text and not is_page_number(text):
                words[f"[{kind.capitalize()}: {text}]"] = None
    return list(words)


def _inserts(source: Source, parts: Parts, related: list[Relation]) -> Callable[[str], str]:
    """By a relationship's id the text of a chart, a diagram, or another document that stands in this one."""
    by_id = {found.id: found for found in related}

    def text_of(relation: str) -> str:
        from app.ingest.readers.pptx.graphics import chart_text, diagram_text

        found = by_id.get(relation)
        if found is None:
            return ""
        if found.kind == "aFChunk":
            return _inner_text(source, parts, found.target)
        write = {"chart": chart_text, "diagramData": diagram_text}.get(found.kind)
        root = _root(parts, found.target) if write else None
        return write(root) if write and root is not None else ""

    return text_of


def _inner_text(source: Source, parts: Parts, part: str) -> str:
    from app.ingest.messages import Message, PageRead
    from app.ingest.readers import find_reader

    if source.depth >= MAX_DEPTH:
        return ""
    said: list[Message] = []
    try:
        inner = source.inside(part, parts.read(part))
        find_reader(inner).read(inner, Output(said.append, source.name, 1 << 20))
    except (CarrelError, OutputFull) as error:
        print(f"{part}: {error}", file=sys.stderr)
    return "\n\n".join(message.text for message in said if isinstance(message, PageRead))
