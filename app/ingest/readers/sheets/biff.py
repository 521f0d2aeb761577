"""Number formats and errors of old workbooks (XLS), by walking their records ([MS-XLS] 2.4) beside the values."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import islice

from app.ingest.readers.ole import stream
from app.ingest.readers.sheets.area import Area
from app.ingest.readers.sheets.extras import ERRORS, Extras
from app.ingest.readers.sheets.numbers import BUILT_IN, Format, compiled
from app.ingest.refusal import encrypted

MAX_RECORDS = 5_000_000
_FORMULA, _EOF, _BOUND_SHEET, _MULTIPLE_RK, _XF = 0x06, 0x0A, 0x85, 0xBD, 0xE0
_NUMBER, _RK, _FORMAT = 0x203, 0x27E, 0x41E
_TRUTH_OR_ERROR, _FILE_PASS = 0x205, 0x2F
_MULTIPLE = frozenset({_MULTIPLE_RK, 0xBE})
_BEGIN = {0x09: 2, 0x209: 3, 0x409: 4, 0x809: 8}
# Also blank cells, texts of several kinds, truths and the cells of the oldest version: all make the grid wider.
_CELLS = frozenset({_FORMULA, _NUMBER, _RK, *_MULTIPLE, 0x201, 0x204, 0x205, 0xD6, 0xFD, 0x206, 0x406, *range(1, 6)})


def workbook_stream(data: bytes) -> bytes:
    """The stream that is the workbook; empty when the container is broken."""
    return stream(data, "Workbook", "Book")


def extras(name: str, book: bytes) -> dict[str, Extras]:
    """What the library leaves out, by sheet; what is broken is left out here as well.

    Raises `CarrelError` for a sheet too wide to hold, and for a workbook with a password.
    """
    try:
        codes, styles, sheets = _globals(book)
    except (struct.error, IndexError):
        return {}
    known = {index: form for index, at in enumerate(styles) if (code := codes.get(at)) and (form := compiled(code))}
    if any(kind == _FILE_PASS for kind, _ in islice(_records(book, 0), 20)):
        raise encrypted(name)
    return {sheet: _sheet(name, book, start, known) for sheet, start in sheets}


def _globals(book: bytes) -> tuple[dict[int, str], list[int], list[tuple[str, int]]]:
    """Format codes by number, the format number of every style, and where each sheet begins."""
    codes, styles, sheets = dict(BUILT_IN), list[int](), list[tuple[str, int]]()
    is_new = True
    for kind, body in _records(book, 0):
        if kind in _BEGIN:
            is_new = struct.unpack_from("<H", body)[0] >= 0x600
        elif kind == _FORMAT:
            (number,) = struct.unpack_from("<H", body)
            codes[number] = _text(body[2:], wide_count=is_new, is_new=is_new)
        elif kind == _XF:
            styles.append(struct.unpack_from("<H", body, 2)[0])
        elif kind == _BOUND_SHEET:
            name = _text(body[6:], wide_count=False, is_new=is_new)
            sheets.append((name, struct.unpack_from("<I", body)[0]))
        elif kind == _EOF:
            break
    return codes, styles, sheets


def _sheet(name: str, book: bytes, start: int, known: dict[int, Format]) -> Extras:
    area, found = Area(), Extras()
    for kind, body in _records(book, start):
        if kind == _EOF:
            break
        if kind not in _CELLS or len(body) < 6:
            continue
        row, column, style = struct.unpack_from("<HHH", body)
        styles = [style]
        if kind in _MULTIPLE:
            size = 6 if kind == _MULTIPLE_RK else 2
            styles = [struct.unpack_from("<H", body, 4 + size * index)[0] for index in range((len(body) - 6) // size)]
        area.see(row, column)
        area.see(row, column + max(0, len(styles) - 1))
        for offset, worn in enumerate(styles):
            if worn in known:
                found.formats[row, column + offset] = known[worn]
        if error := _error(kind, body):
            found.texts[row, column] = error
    area.check(name)
    return found


def _error(kind: int, body: bytes) -> str:
    """The error a cell shows, also as the result of its formula; empty for any other cell."""
    if kind == _TRUTH_OR_ERROR and len(body) >= 8 and body[7] == 1:
        return ERRORS.get(body[6], "")
    is_error = kind == _FORMULA and len(body) >= 14 and body[6] == 2 and body[12:14] == b"\xff\xff"
    return ERRORS.get(body[8], "") if is_error else ""


def _records(book: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    for _ in range(MAX_RECORDS):
        if start + 4 > len(book):
            return
        kind, length = struct.unpack_from("<HH", book, start)
        yield kind, book[start + 4 : start + 4 + length]
        start += 4 + length


def _text(body: bytes, *, wide_count: bool, is_new: bool) -> str:
    """A counted string; new files say in a flag whether a letter takes two bytes."""
    count = struct.unpack_from("<H" if wide_count else "<B", body)[0]
    rest = body[2 if wide_count else 1 :]
    if not is_new:
        return rest[:count].decode("cp1252", "replace")
    is_wide = bool(rest[0] & 1)
    return rest[1 : 1 + count * (2 if is_wide else 1)].decode("utf-16-le" if is_wide else "latin-1", "replace")
