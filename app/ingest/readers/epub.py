"""E-books (EPUB): the chapters in reading order; each begins a page that is called by its heading."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from urllib.parse import unquote

from app.core.words import mark
from app.ingest.decoding import decode
from app.ingest.readers.web import sections, to_markdown
from app.ingest.readers.xml import attribute, local
from app.ingest.refusal import ZIP_MAGICS, damaged, encrypted
from app.ingest.safezip import SafeZip
from app.ingest.source import Output, Source

CONTAINER = "META-INF/container.xml"
ENCRYPTION = "META-INF/encryption.xml"
TEXT_SUFFIXES = (".xhtml", ".html", ".htm", ".xml")
MISSING = mark("Chapters that {name} names but does not contain: {count}.")


def recognize(source: Source) -> str | None:
    """A zip that begins with the type every e-book has to begin with, or has its table of parts."""
    if not source.head.startswith(ZIP_MAGICS):
        return None
    return "epub" if b"application/epub+zip" in source.head[:200] or CONTAINER.encode() in source.data else None


def read(source: Source, output: Output) -> None:
    parts = SafeZip(source)
    if CONTAINER not in parts:
        raise damaged(source.name)
    if ENCRYPTION in parts and _locks_text(parts):
        raise encrypted(source.name)
    chapters = list(_chapters(parts, source))
    pages, missing = list[tuple[str, str]](), 0
    for number, chapter in enumerate(chapters, 1):
        if chapter in parts:
            pages += _pages(parts.read(chapter), number)
            output.move(len(pages))
        else:
            missing += 1
    output.begin("epub", len(pages))
    if missing:
        output.warn(MISSING, count=missing)
    for label, text in pages:
        output.page(text, label)


def _pages(data: bytes, number: int) -> list[tuple[str, str]]:
    text, _ = to_markdown(decode(data).text)
    if not text:
        return []
    pages = sections(text)
    heading = next((line.lstrip("# ") for line in text.split("\n") if line.startswith("#")), f"chapter {number}")[:80]
    return [(label or (heading if index == 0 else f"{heading} ({index + 1})"), page)
            for index, (label, page) in enumerate(pages)]  # fmt: skip


def _chapters(parts: SafeZip, source: Source) -> Iterator[str]:
    """The parts in the order of the spine. Raises `CarrelError` when there is no list of them."""
    roots = (element for element in parts.xml(CONTAINER).iter() if local(element.tag) == "rootfile")
    package = next((attribute(element, "full-path") for element in roots), None)
    if not package or package not in parts:
        raise damaged(source.name)
    files: dict[str, str] = {}
    folder = posixpath.dirname(package)
    root = parts.xml(package)
    for element in root.iter():
        if local(element.tag) == "item":
            target = unquote((attribute(element, "href") or "").split("#")[0])
            files[attribute(element, "id") or ""] = posixpath.normpath(posixpath.join(folder, target))
    for element in root.iter():
        if local(element.tag) == "itemref" and (chapter := files.get(attribute(element, "idref") or "")):
            yield chapter


def _locks_text(parts: SafeZip) -> bool:
    """Whether the chapters are encrypted; fonts often are, and nobody misses them."""
    targets = (attribute(e, "URI") or "" for e in parts.xml(ENCRYPTION).iter() if local(e.tag) == "CipherReference")
    return any(target.lower().endswith(TEXT_SUFFIXES) for target in targets)
