"""The text of an OpenDocument file as Markdown blocks: paragraphs, headings, lists, tables, notes and frames.

Changes read as accepted: what was deleted is kept apart in the file and is not read. A form feed in the result is
a page boundary; XML cannot contain one, so it is never text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element

from app.ingest import markdown
from app.ingest.readers.odf.numbering import Lists
from app.ingest.readers.xml import attribute, child, local, number
from app.ingest.spans import is_page_number

PAGE_BREAK = "\f"
MAX_HEADING = 6
MAX_DEPTH = 20
MAX_REPEAT = 1000
MAX_SPAN = 200
REPEATED_LABEL = 60
_SPACE = re.compile(r"[ \t\r\n]+")
_DROPPED = frozenset({"tracked-changes", "forms", "sequence-decls", "variable-decls", "user-field-decls", "settings",
                      "ruby-text", "event-listeners", "title", "desc", "database-display", "shapes",
                      "alphabetical-index-auto-mark-file", "dde-connection-decls"})  # fmt: skip
_CONTAINERS = frozenset({"section", "index-body", "index-title", "table-of-content", "illustration-index",
                         "table-index", "object-index", "user-index", "alphabetical-index", "bibliography",
                         "text-box", "text", "deletion", "p-list"})  # fmt: skip
Load = Callable[[str], "Element | None"]


class Story:
    """Turns elements into Markdown blocks; keeps the numbers of lists and of notes."""

    def __init__(self, lists: Lists, broken_styles: frozenset[str] = frozenset(), load: Load = lambda _: None) -> None:
        self._lists, self._broken, self._load = lists, broken_styles, load
        self._notes: list[str] = []
        self._counts = {"": 0, "c": 0}
        self._frames: list[str] = []
        self._depth = 0
        self.has_picture = False

    def blocks(self, container: Element) -> list[str]:
        """The blocks of a container, without empty ones."""
        return [block for block in self._blocks(container) if block]

    def take_notes(self) -> list[str]:
        """The notes referred to since the last call."""
        notes, self._notes = self._notes, []
        return notes

    def _blocks(self, container: Element) -> Iterator[str]:
        self._depth += 1
        try:
            for element in container if self._depth <= MAX_DEPTH else ():
                yield from self._block(element)
        finally:
            self._depth -= 1

    def _block(self, element: Element) -> Iterator[str]:
        name = local(element.tag)
        if name in ("p", "h"):
            yield from self._paragraph(element, self._heading(element) if name == "h" else "")
        elif name == "list":
            yield from self._list(element, attribute(element, "style-name") or "", 1)
        elif name == "table":
            yield self.table(element)
        elif name == "soft-page-break":
            yield PAGE_BREAK
        elif name in _CONTAINERS or name == "numbered-paragraph":
            yield from self._blocks(element)
        elif name in ("frame", "g", "custom-shape", "rect", "ellipse", "a"):
            yield from self._framed(element)

    # -- paragraphs ---------------------------------------------------------------------------------------------

    def _heading(self, element: Element) -> str:
        level = max(1, min(number(attribute(element, "outline-level"), 1), 10))
        label = "" if attribute(element, "is-list-header") == "true" else self._lists.label("outline", level)
        return "#" * min(level, MAX_HEADING) + " " + label

    def _paragraph(self, element: Element, lead: str = "") -> Iterator[str]:
        outer, self._frames = self._frames, []
        if attribute(element, "style-name") in self._broken:
            yield PAGE_BREAK
        text = self.words(element).strip(" ")
        breaks = PAGE_BREAK * text.count(PAGE_BREAK)
        text = text.replace(PAGE_BREAK, "")
        if breaks:
            yield breaks
        if text.strip():
            yield lead + (" ".join(text.split("\n")) if lead.startswith("#") else text)
        frames, self._frames = self._frames, outer
        yield from frames

    def words(self, element: Element) -> str:
        """The words of a paragraph; runs of white space are one space, as the format defines."""
        out: list[str] = []
        self._collect(element, out)
        return "".join(out)

    def _collect(self, element: Element, out: list[str]) -> None:
        _add(out, element.text)
        for part in element:
            name = local(part.tag)
            if name == "s":
                out.append(" " * min(number(attribute(part, "c"), 1), 100))
            elif name == "tab":
                out.append("\t")
            elif name == "line-break":
                out.append("\n")
            elif name == "soft-page-break":
                out.append(PAGE_BREAK)
            elif name == "note":
                out.append(self._note(part))
            elif name == "annotation":
                out.append(self._comment(part))
            elif name in ("frame", "custom-shape", "g", "rect", "ellipse"):
                self._frames += [block for block in self._framed(part) if block.strip()]
            elif name not in _DROPPED and not name.startswith("annotation"):
                self._collect(part, out)
            _add(out, part.tail)

    def _note(self, element: Element) -> str:
        self._counts[""] += 1
        label = f"[^{self._counts['']}]"
        body = child(element, "note-body")
        words = " ".join(" ".join(self.blocks(body)).split()) if body is not None else ""
        self._notes.append(f"{label}: {words}")
        return label

    def _comment(self, element: Element) -> str:
        words = " ".join(" ".join(block for block in self.blocks(element)).split())
        if not words:
            return ""
        self._counts["c"] += 1
        label = f"[^c{self._counts['c']}]"
        author = child(element, "creator")
        name = (author.text or "").strip() if author is not None else ""
        self._notes.append(f"{label}: " + (f"{name}: {words}" if name else words))
        return label

    # -- lists --------------------------------------------------------------------------------------------------

    def _list(self, element: Element, style: str, depth: int) -> Iterator[str]:
        goes_on = attribute(element, "continue-numbering") == "true" or attribute(element, "continue-list")
        if depth == 1 and not goes_on:
            self._lists.restart(style)
        for item in element if depth <= MAX_DEPTH else ():
            start = attribute(item, "start-value")
            is_first = local(item.tag) == "list-item"
            for part in item:
                name = local(part.tag)
                if name == "list":
                    yield from self._list(part, attribute(part, "style-name") or style, depth + 1)
                elif name in ("p", "h"):
                    label = self._lists.label(style, depth, number(start) if start else None) if is_first else ""
                    level = max(1, min(number(attribute(part, "outline-level"), 1), MAX_HEADING))
                    lead = "#" * level + " " + label.lstrip() if name == "h" else label or "  " * depth
                    yield from self._paragraph(part, lead)
                    is_first = False
                else:
                    yield from self._block(part)

    # -- tables and frames --------------------------------------------------------------------------------------

    def table(self, table: Element) -> str:
        """A Markdown table; a label that spans rows is repeated in them when it is short."""
        rows: list[list[str]] = []
        spans: dict[int, tuple[int, str]] = {}
        cells = 0
        for row in table_rows(table):
            texts: list[str] = []
            for cell in row:
                if local(cell.tag) not in ("table-cell", "covered-table-cell"):
                    continue
                left, label = spans.get(len(texts), (0, ""))
                text = "\n".join(self.blocks(cell)).replace(PAGE_BREAK, "") if self._depth <= MAX_DEPTH else ""
                if left and local(cell.tag) == "covered-table-cell":
                    text = label
                    spans[len(texts)] = (left - 1, label)
                down = number(attribute(cell, "number-rows-spanned"), 1)
                if down > 1:
                    spans[len(texts)] = (min(down, MAX_REPEAT) - 1, text if len(text) <= REPEATED_LABEL else "")
                texts += [text] * min(number(attribute(cell, "number-columns-repeated"), 1), MAX_SPAN)
            cells += len(texts)
            if cells > markdown.MAX_CELLS:
                break
            rows.append(texts)
        if self._depth > 2 and rows:  # a table in a cell: its rows as lines
            return "\n".join("  ".join(filter(None, texts)) for texts in rows)
        return markdown.table(rows)

    def _framed(self, element: Element) -> Iterator[str]:
        """What a frame or shape holds: the first of its alternatives that has words."""
        for part in element:
            name = local(part.tag)
            if name == "image":
                self.has_picture = True
            if name == "object":
                text = self._object(attribute(part, "href") or "")
            elif name == "text-box":
                text = "\n\n".join(self.blocks(part))
            elif name in ("p", "h", "list", "table", "frame", "g", "custom-shape", "rect", "ellipse"):
                yield from self._block(part)
                continue
            else:
                continue
            if text.strip():
                yield text
                return

    def _object(self, place: str) -> str:
        """A formula as it was typed, or a chart's numbers."""
        root = self._load(place.removeprefix("./").rstrip("/") + "/content.xml")
        if root is None:
            return ""
        if local(root.tag) == "math":
            typed = next((found for found in root.iter() if local(found.tag) == "annotation"), None)
            return typed.text or "" if typed is not None else "".join(root.itertext()).strip()
        table = next((found for found in root.iter() if local(found.tag) == "table"), None)
        return self.table(table) if table is not None else ""


def table_rows(table: Element) -> Iterator[Element]:
    """The rows, also inside groups and heads."""
    for part in table:
        name = local(part.tag)
        if name == "table-row":
            yield part
        elif name in ("table-header-rows", "table-row-group", "table-rows"):
            yield from table_rows(part)


def breaking_styles(*roots: Element | None) -> frozenset[str]:
    """The styles whose paragraphs begin a page."""
    found = set()
    for root in roots:
        for style in root.iter() if root is not None else ():
            if local(style.tag) == "style":
                properties = child(style, "paragraph-properties")
                if properties is not None and attribute(properties, "break-before") == "page":
                    found.add(attribute(style, "name") or "")
    return frozenset(found)


def headers_and_footers(story: Story, styles: Element | None) -> tuple[list[str], list[str]]:
    """What is printed above and below every page, each once; page numbers alone are left out."""
    found: dict[str, list[str]] = {"header": [], "footer": []}
    for element in styles.iter() if styles is not None else ():
        kind = local(element.tag).partition("-")[0]
        if local(element.tag) in ("header", "header-first", "header-left", "footer", "footer-first", "footer-left"):
            words = " ".join(" ".join(story.blocks(element)).split())
            if words and not is_page_number(words) and words not in found[kind]:
                found[kind].append(words)
    return found["header"], found["footer"]


def _add(out: list[str], text: str | None) -> None:
    if text:
        text = _SPACE.sub(" ", text)
        out.append(text[1:] if text.startswith(" ") and out and out[-1].endswith((" ", "\n")) else text)
