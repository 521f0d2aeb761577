"""Binary workbooks (XLSB): number formats, and how far a sheet reaches, by walking their records ([MS-XLSB] 2.1)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from app.ingest.readers.package import main_part, relations
from app.ingest.readers.sheets.area import Area
from app.ingest.readers.sheets.extras import ERRORS, Extras
from app.ingest.readers.sheets.numbers import BUILT_IN, Format, compiled
from app.ingest.safezip import SafeZip

_ROW, _FIRST_CELL, _LAST_CELL = 0, 1, 11
_ERROR_CELLS = (3, 11)
_FORMAT, _XF, _SHEET, _BEGIN_CELL_STYLES, _END_CELL_STYLES = 44, 47, 156, 617, 618


def extras(name: str, parts: SafeZip) -> dict[str, Extras]:
    """What the library leaves out, by sheet. Raises `CarrelError` for a sheet too wide to hold."""
    main = main_part(parts, "xl/workbook.bin")
    related = {found.id: found for found in relations(parts, main)}
    for part in parts.names:  # the library unpacks these: none may be a bomb
        if part.startswith("xl/") and part.endswith((".bin", ".xml")) and "/worksheets/" not in part:
            parts.read(part)
    styles = next((found.target for found in related.values() if found.kind == "styles"), "")
    known = _styles(parts.read(styles)) if styles else {}
    found: dict[str, Extras] = {}
    for kind, body in _records(parts.read(main)):
        if kind == _SHEET:
            relation, sheet = _strings(body[8:])[:2]
            if relation in related:
                found[sheet] = _sheet(name, parts.read(related[relation].target), known)
    return found


def _sheet(name: str, data: bytes, known: dict[int, Format]) -> Extras:
    area, found, row = Area(), Extras(), 0
    for kind, body in _records(data):
        if kind == _ROW and len(body) >= 4:
            (row,) = struct.unpack_from("<I", body)
        elif _FIRST_CELL <= kind <= _LAST_CELL and len(body) >= 8:
            column, style = struct.unpack_from("<II", body)
            area.see(row, column)
            if style & 0xFFFFFF in known:
                found.formats[row, column] = known[style & 0xFFFFFF]
            if kind in _ERROR_CELLS and len(body) >= 9:
                found.texts[row, column] = ERRORS.get(body[8], "")
    area.check(name)
    return found


def _styles(data: bytes) -> dict[int, Format]:
    codes, numbers, is_cells = dict(BUILT_IN), list[int](), False
    for kind, body in _records(data):
        if kind == _FORMAT and len(body) >= 6:
            codes[struct.unpack_from("<H", body)[0]] = _strings(body[2:])[0]
        elif kind in (_BEGIN_CELL_STYLES, _END_CELL_STYLES):
            is_cells = kind == _BEGIN_CELL_STYLES
        elif kind == _XF and is_cells and len(body) >= 4:
            numbers.append(struct.unpack_from("<H", body, 2)[0])
    found = ((style, codes.get(number, "")) for style, number in enumerate(numbers))
    return {style: form for style, code in found if code and (form := compiled(code))}


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Kind and length are numbers of seven bits a byte, the last of them without its high bit."""
    at, end = 0, len(data)
    while at < end:
        kind = data[at]
        at += 1
        if kind & 0x80 and at < end:
            kind = (kind & 0x7F) | data[at] << 7
            at += 1
        length = shift = 0
        while at < end and shift < 28:
            byte = data[at]
            at += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        yield kind, data[at : at + length]
        at += length


def _strings(body: bytes) -> list[str]:
    """The counted strings that `body` begins with; always at least two, empty when they are not there."""
    out: list[str] = []
    at = 0
    while at + 4 <= len(body):
        (count,) = struct.unpack_from("<I", body, at)
        if count > len(body):
            break
        out.append(body[at + 4 : at + 4 + 2 * count].decode("utf-16-le", "replace"))
        at += 4 + 2 * count
    return [*out, "", ""]
