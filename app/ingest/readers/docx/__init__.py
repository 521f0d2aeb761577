"""Word documents (.docx, .docm and templates), read with the standard library.

Pages: where Word noted its page ends when it last saved, or where the author ordered a break. A document with
neither is one page; boundaries are not invented, since a page number that matches no print would mislead.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from app.core.words import mark
from app.ingest.readers.xml import attribute, child, local
from app.ingest.refusal import ZIP_MAGICS, damaged
from app.ingest.source import Output, Source

if TYPE_CHECKING:
    from app.ingest.safezip import SafeZip

MACROS = mark("{name} contains macros. They were not run.")
CUT = mark("{name} has tables that are too large or too deeply nested; parts of them were left out.")
NO_WORDS = mark("{name} has no text: pictures and drawings are not read.")
MAIN_TYPES = (
    b"wordprocessingml.document.main+xml",
    b"wordprocessingml.template.main+xml",
    b"ms-word.document.macroEnabled.main+xml",
    b"ms-word.template.macroEnabledTemplate.main+xml",
)
NOTE_PARTS = {"footnotes": "footnote", "endnotes": "endnote", "comments": "comment"}


def recognize(source: Source) -> str | None:
    """A zip whose own table of contents says Word, whatever its name."""
    if not source.head.startswith(ZIP_MAGICS):
        return None
    from app.core.errors import CarrelError
    from app.ingest.safezip import SafeZip

    try:
        parts = SafeZip(source)
        types = parts.read("[Content_Types].xml") if "[Content_Types].xml" in parts else b""
    except CarrelError:
        # A broken zip that names Word's main part is a broken document, not an unknown kind.
        return "docx" if b"word/document.xml" in source.data else None
    return "docx" if any(name in types for name in MAIN_TYPES) or "word/document.xml" in parts else None


def read(source: Source, output: Output) -> None:
    from app.ingest.safezip import SafeZip

    parts = SafeZip(source)
    pages, was_cut = _pages(source, parts)
    output.begin("docx", len(pages))
    if any(name.lower().endswith("vbaproject.bin") for name in parts.names):
        output.warn(MACROS)
    if was_cut:
        output.warn(CUT)
    if not any(pages):
        output.warn(NO_WORDS)
    for page in pages:
        output.page(page)


def _pages(source: Source, parts: SafeZip) -> tuple[list[str], bool]:
    """The pages, and whether a table was cut."""
    from app.ingest.readers.docx.body import PAGE_BREAK, Body
    from app.ingest.readers.docx.notes import Notes
    from app.ingest.readers.docx.numbering import Numbering
    from app.ingest.readers.docx.styles import Styles

    main = _main_part(parts)
    if main not in parts:
        raise damaged(source.name)
    root = parts.xml(main)
    related = _related(parts, main)
    notes = Notes({kind: parts.xml(related[name]) for name, kind in NOTE_PARTS.items() if name in related})
    body = Body(
        Styles(parts.xml(related["styles"]) if "styles" in related else None),
        Numbering(parts.xml(related["numbering"]) if "numbering" in related else None),
        notes,
    )
    story = child(root, "body")
    if story is None:
        raise damaged(source.name)
    text = "\n\n".join(body.blocks(story))
    pages = text.rstrip(" \n" + PAGE_BREAK).split(PAGE_BREAK)
    return [notes.below(page.strip("\n"), body.blocks) for page in pages], body.was_cut


def _main_part(parts: SafeZip) -> str:
    return _related(parts, "").get("officeDocument", "word/document.xml")


def _related(parts: SafeZip, part: str) -> dict[str, str]:
    """The parts that `part` refers to, by the last word of the relationship's type; external ones are left alone."""
    folder, name = posixpath.split(part)
    relations = posixpath.join(folder, "_rels", name + ".rels")
    found: dict[str, str] = {}
    root: list[Element] = list(parts.xml(relations)) if relations in parts else []
    for element in root:
        if local(element.tag) == "Relationship" and attribute(element, "TargetMode") != "External":
            target = attribute(element, "Target") or ""
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            if path in parts:
                found.setdefault((attribute(element, "Type") or "").rpartition("/")[2], path)
    return found
