"""What the XML of a workbook says beyond its values: how far a sheet reaches, which formats its cells wear, formulas
that were never computed, remarks and text boxes. The sheets' XML is searched as bytes, which is fast and bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from html import unescape
from itertools import islice
from xml.etree.ElementTree import Element

from app.core.errors import CarrelError
from app.ingest.readers.package import Parts, main_part, relations
from app.ingest.readers.sheets.extras import Extras, Spot
from app.ingest.readers.sheets.numbers import BUILT_IN, Format, compiled
from app.ingest.readers.xml import attribute, child, children, local, number

MAX_FORMULAS = 100_000
_SHEET_PART = re.compile(r"xl/worksheets/[^/]+\.xml")
MAX_LETTERS = 3
# Every repetition is bounded: a pattern that may look to the end of a file from each of its places takes for ever.
_COLUMNS = re.compile(rb'r="([A-Z]{1,3})')
_ROWS = re.compile(rb'<(?:\w{1,9}:)?row\b[^<>]{0,300}?\sr="(\d{1,7})"')
_CELL_ROWS = re.compile(rb'r="[A-Z]{1,3}(\d{1,7})')
_UNCOMPUTED = re.compile(
    rb'<(?:\w{1,9}:)?c\b[^<>]{0,300}?\sr="([A-Z]{1,3})(\d{1,7})"[^<>]{0,300}><(?:\w{1,9}:)?f\b[^<>]{0,300}>([^<]{1,9000})</(?:\w{1,9}:)?f>'
    rb"(?:<(?:\w{1,9}:)?v\s*/>|<(?:\w{1,9}:)?v>\s*</(?:\w{1,9}:)?v>)?</(?:\w{1,9}:)?c>"
)
_ERRORS = re.compile(
    rb'<(?:\w{1,9}:)?c\b(?=[^<>]{0,300}?\st="e")[^<>]{0,300}?\sr="([A-Z]{1,3})(\d{1,7})"[^<>]{0,300}>(?:<(?:\w{1,9}:)?f\b[^<>]{0,300}(?:/>|>[^<]{0,9000}</(?:\w{1,9}:)?f>))?'
    rb"<(?:\w{1,9}:)?v>([^<]{1,99})</(?:\w{1,9}:)?v>"
)


class Workbook:
    """The parts of an XLSX file; every one that the values come from is unpacked once, so that none is a bomb."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._main = main_part(parts, "xl/workbook.xml")
        for name in parts.names:
            if name.startswith("xl/") and name.endswith((".xml", ".rels", ".bin")) and "/worksheets/" not in name:
                parts.read(name)

    @cached_property
    def sheets(self) -> dict[str, Sheet]:
        """The work sheets by name, in order; by their parts' names when the list of them is lost."""
        if self._main not in self._parts:
            found = sorted(name for name in self._parts.names if _SHEET_PART.fullmatch(name))
            return {name: Sheet(self, self._parts, name, "") for name in found}
        targets = {found.id: found.target for found in relations(self._parts, self._main) if found.kind == "worksheet"}
        listed = child(self._parts.xml(self._main), "sheets")
        return {
            attribute(sheet, "name") or "": Sheet(self, self._parts, targets[relation], attribute(sheet, "state") or "")
            for sheet in (listed if listed is not None else ())
            if (relation := attribute(sheet, "id")) in targets
        }

    @cached_property
    def formats(self) -> dict[int, Format]:
        """The formats that add something to a number, by a cell's style."""
        part = next((found.target for found in relations(self._parts, self._main) if found.kind == "styles"), "")
        if not part:
            return {}
        try:
            return _formats(self._parts.xml(part))
        except CarrelError:
            return {}  # styles can be broken in a sheet that is sound

    @cached_property
    def strings(self) -> list[str]:
        """The shared strings, for sheets that are read here."""
        related = relations(self._parts, self._main)
        part = next((found.target for found in related if found.kind == "sharedStrings"), "")
        return [_string(item) for item in children(self._parts.xml(part), "si")] if part else []


class Sheet:
    """One sheet's part; rows and columns count from 0."""

    def __init__(self, workbook: Workbook, parts: Parts, part: str, state: str) -> None:
        self._workbook, self._parts, self.part = workbook, parts, part
        self.is_hidden = state in ("hidden", "veryHidden")
        self.data = parts.read(part)

    @cached_property
    def area(self) -> int:
        """Cells in the rectangle from the first to the last one written, at most."""
        rows = {int(row) for row in _ROWS.findall(self.data)} | set(map(int, _CELL_ROWS.findall(self.data)))
        columns = {column_of(letters) for letters in set(_COLUMNS.findall(self.data))}
        return (max(rows) - min(rows) + 1) * (max(columns) - min(columns) + 1) if rows and columns else 0

    def extras(self) -> Extras:
        """What the library leaves out of this sheet."""
        errors = {
            (int(row) - 1, column_of(letters)): unescape(text.decode("utf-8", "replace"))
            for letters, row, text in islice(_ERRORS.findall(self.data) if b't="e"' in self.data else (), MAX_FORMULAS)
        }
        return Extras(self._formats(), errors | self.uncomputed)

    def _formats(self) -> dict[Spot, Format]:
        """The cells whose format adds something."""
        known = self._workbook.formats
        if not known:
            return {}
        styles = b"|".join(str(style).encode() for style in known)
        search = re.compile(
            rb'<(?:\w{1,9}:)?c\b(?=[^<>]{0,300}?\ss="(%s)")[^<>]{0,300}?\sr="([A-Z]{1,3})(\d{1,7})"' % styles
        )  # attributes in any order
        return {
            (int(row) - 1, column_of(letters)): known[int(style)] for style, letters, row in search.findall(self.data)
        }

    @cached_property
    def uncomputed(self) -> dict[Spot, str]:
        """Formulas without a result, as programs other than spreadsheets write them."""
        found: dict[Spot, str] = {}
        has_formulas = any(sign in self.data for sign in (b"<f>", b"<f ", b":f>", b":f "))
        for letters, row, formula in _UNCOMPUTED.findall(self.data) if has_formulas else ():
            found[int(row) - 1, column_of(letters)] = "=" + unescape(formula.decode("utf-8", "replace"))
            if len(found) >= MAX_FORMULAS:
                break
        return found

    def remarks(self) -> Iterator[str]:
        """Notes on cells, threads of comments, and the words of text boxes."""
        for found in relations(self._parts, self.part):
            if found.kind == "comments":
                yield from _comments(self._parts.xml(found.target))
            elif found.kind == "drawing":
                yield from _boxes(self._parts.xml(found.target))


def column_of(letters: bytes) -> int:
    """`A` → 0, `AA` → 26."""
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    return column - 1


def text_of(element: Element) -> str:
    """The words of a rich text, without phonetic readings."""
    return "".join(
        text_of(part) if local(part.tag) != "t" else part.text or ""
        for part in element
        if local(part.tag) not in ("rPh", "phoneticPr")
    )


_string = text_of


def _formats(root: Element) -> dict[int, Format]:
    codes = dict(BUILT_IN)
    for element in children(child(root, "numFmts"), "numFmt"):
        codes[number(attribute(element, "numFmtId"))] = attribute(element, "formatCode") or ""
    cells = children(child(root, "cellXfs"), "xf")
    found = ((style, codes.get(number(attribute(xf, "numFmtId")), "")) for style, xf in enumerate(cells))
    return {style: form for style, code in found if code and (form := compiled(code))}


def _comments(root: Element) -> Iterator[str]:
    names = [author.text or "" for author in children(child(root, "authors"), "author")]
    for comment in children(child(root, "commentList"), "comment"):
        words = " ".join(text_of(text).strip() for text in children(comment, "text")).strip()
        author = number(attribute(comment, "authorId"), -1)
        name = names[author] if 0 <= author < len(names) else ""
        if words:
            known = name and not name.startswith("tc=") and not words.startswith(name)
            yield f"{attribute(comment, 'ref')}: " + (f"{name}: {words}" if known else words)


def _boxes(root: Element) -> Iterator[str]:
    for element in root.iter():
        if local(element.tag) == "txBody":
            lines = ("".join(run.text or "" for run in line.iter() if local(run.tag) == "t") for line in element)
            if words := "\n".join(line for line in lines if line.strip()):
                yield words
