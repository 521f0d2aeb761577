"""Sheets read cell by cell from their XML: for those that reach so far that a full grid would not fit in memory."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from app.ingest.readers.sheets.numbers import Format, plain
from app.ingest.readers.sheets.paging import Row
from app.ingest.readers.sheets.xlsx import Sheet, Workbook, column_of, text_of
from app.ingest.readers.xml import attribute, child, local, number

MAX_DIGITS = 7
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def sparse_rows(workbook: Workbook, sheet: Sheet, formats: dict[tuple[int, int], Format]) -> Iterator[Row]:
    """The rows that have cells, empty columns left out. Dates stay the numbers they are stored as."""
    at = 0
    for element in _row_elements(sheet.data):
        stated = attribute(element, "r") or ""
        at = int(stated) if stated.isdecimal() and len(stated) <= MAX_DIGITS else at + 1
        texts: list[str] = []
        column = -1
        for cell in element:
            place = (attribute(cell, "r") or "").encode("ascii", "replace").rstrip(b"0123456789")
            column = column_of(place) if place and not place.strip(_LETTERS) else column + 1
            if text := _text(cell, workbook, formats.get((at - 1, column))):
                texts.append(text)
        if texts:
            yield Row(at, texts)


def _row_elements(data: bytes) -> Iterator[Element]:
    """Each row, forgotten again when the next is asked for."""
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        return
    try:
        for _, element in ET.iterparse(io.BytesIO(data), ("end",), ET.XMLParser(encoding="utf-8")):
            if local(element.tag) == "row":
                yield element
                element.clear()
    except ET.ParseError:
        return  # what stands before the break is kept


def _text(cell: Element, workbook: Workbook, form: Format | None) -> str:
    kind = attribute(cell, "t") or "n"
    if kind == "inlineStr":
        return text_of(cell)
    found = child(cell, "v")
    value = (found.text or "") if found is not None else ""
    if kind == "s":
        index = number(value, -1)
        return workbook.strings[index] if 0 <= index < len(workbook.strings) else ""
    if kind == "b":
        return "TRUE" if value == "1" else "FALSE"
    if kind == "n" and value:
        try:
            return form.show(float(value)) if form else plain(float(value))
        except (ValueError, OverflowError):
            return value
    return value
