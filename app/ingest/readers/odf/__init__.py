"""OpenDocument files: texts, presentations (a page a slide) and spreadsheets (values as they are shown)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from app.core.chat import PageFlag
from app.core.errors import CarrelError
from app.core.words import mark
from app.ingest.readers.package import Parts, package_kind, refuse_locked
from app.ingest.readers.sheets.paging import Row, sheet_pages
from app.ingest.readers.xml import attribute, child, children, local, number
from app.ingest.refusal import damaged
from app.ingest.source import Output, Source
from app.ingest.spans import page_list

if TYPE_CHECKING:
    from app.ingest.readers.odf.story import Story

KINDS = ("odt", "odp", "ods")
PICTURES = mark("Slides without text in {name}: {pages}. They are pictures, which the model cannot see.")
MACROS = mark("{name} contains macros. They were not run.")
SALVAGED = mark("{name} is damaged. What could be saved of its text was read; some of it may be missing.")
MAX_COLUMNS = 1024
MAX_REPEATED_ROWS = 1000


def recognize(source: Source) -> str | None:
    kind = package_kind(source)
    return kind if kind in KINDS else None


def read(source: Source, output: Output) -> None:
    from app.ingest.rescue import RescuedZip, is_rescuable
    from app.ingest.safezip import SafeZip

    kind = recognize(source) or "odt"
    parts: Parts
    salvaged = False
    try:
        parts = SafeZip(source)
        refuse_locked(source, parts)
        content = parts.xml("content.xml")
    except CarrelError as error:
        if not is_rescuable(error):
            raise
        parts, salvaged = RescuedZip(source), True
        content = parts.xml("content.xml")
    body = child(content, "body")
    main = next(iter(body), None) if body is not None else None
    if main is None:
        raise damaged(source.name)
    story, styles = _story(parts, content)
    if kind == "odp":
        _send_slides(main, story, output)
    elif kind == "ods":
        _send_sheets(main, story, output)
    else:
        _send_text(main, story, styles, output)
    if any(name.startswith("Basic/") and name.endswith(".xml") and "/script-" not in name for name in parts.names):
        output.warn(MACROS)
    if salvaged:
        output.warn(SALVAGED)


def _story(parts: Parts, content: Element) -> tuple[Story, Element | None]:
    from app.ingest.readers.odf.numbering import Lists
    from app.ingest.readers.odf.story import Story, breaking_styles

    def load(part: str) -> Element | None:
        try:
            return parts.xml(part) if part in parts else None
        except CarrelError:
            return None  # the document stands without its styles and objects

    styles = load("styles.xml")
    return Story(Lists(styles, content), breaking_styles(styles, content), load), styles


def _send_text(main: Element, story: Story, styles: Element | None, output: Output) -> None:
    from app.ingest.readers.odf.story import PAGE_BREAK, headers_and_footers

    pages: list[list[str]] = [[]]
    for block in story.blocks(main):
        if block.strip(PAGE_BREAK):
            pages[-1].append(block)
        elif pages[-1] or len(block) > 1:
            pages += [[] for _ in block]
        if notes := story.take_notes():
            pages[-1].append("\n".join(notes))
    above, below = headers_and_footers(story, styles)
    pages[0][:0] = [f"[Header: {words}]" for words in above]
    pages[0] += [f"[Footer: {words}]" for words in below]
    output.begin("odt", len(pages))
    for blocks in pages:
        output.page("\n\n".join(blocks))


def _send_slides(main: Element, story: Story, output: Output) -> None:
    from app.ingest.readers.odf.slides import slide_text

    slides = list(children(main, "page"))
    output.begin("odp", len(slides))
    pictures: list[int] = []
    for place, slide in enumerate(slides, 1):
        story.has_picture = False
        text = slide_text(slide, story)
        flag: PageFlag = "" if text.strip() else "scanned" if story.has_picture else "empty"
        if flag == "scanned":
            pictures.append(place)
        output.page(text, f"slide {place}", flag)
    if pictures:
        output.warn(PICTURES, pages=page_list(pictures))


def _send_sheets(main: Element, story: Story, output: Output) -> None:
    output.begin("ods")
    for table in children(main, "table"):
        name = attribute(table, "name") or ""
        for page in sheet_pages(name, _rows(table, story), f"## {name}"):
            output.page(page.text, page.label)
        if notes := story.take_notes():
            output.page(f"## {name}\n\n" + "\n".join(notes), f"{name} notes")


def _rows(table: Element, story: Story) -> Iterator[Row]:
    from app.ingest.readers.odf.story import table_rows

    at = 1
    for row in table_rows(table):
        texts: list[str] = []
        column = 0
        for cell in row:
            if local(cell.tag) in ("table-cell", "covered-table-cell") and column < MAX_COLUMNS:
                times = max(1, min(number(attribute(cell, "number-columns-repeated"), 1), MAX_COLUMNS - column))
                if text := _cell(cell, story):
                    texts += [""] * (column - len(texts)) + [text] * times
                column += times
        repeated = max(1, number(attribute(row, "number-rows-repeated"), 1))
        if any(texts):
            for offset in range(min(repeated, MAX_REPEATED_ROWS)):
                yield Row(at + offset, texts)
        at += repeated


def _cell(cell: Element, story: Story) -> str:
    """What the cell shows; some programs write the value alone."""
    if len(cell) == 1 and local(cell[0].tag) == "p" and not len(cell[0]):  # nearly all cells: one plain paragraph
        return " ".join((cell[0].text or "").split())
    shown = "\n".join(story.blocks(cell)) if len(cell) else ""
    if shown:
        return shown
    kind = attribute(cell, "value-type")
    if kind in ("float", "currency", "percentage", "date", "time", "boolean", "string"):
        value = {"date": "date-value", "time": "time-value", "boolean": "boolean-value", "string": "string-value"}
        return attribute(cell, value.get(kind, "value")) or ""
    return ""
