"""Spreadsheets (XLSX, XLSM, XLSB, XLS) sheet by sheet as Markdown tables; values as they were last computed."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from app.core.errors import CarrelError
from app.core.words import mark
from app.ingest.readers.ole import ole_kind
from app.ingest.readers.package import package_kind
from app.ingest.readers.sheets.area import MAX_CELLS
from app.ingest.readers.sheets.container import MAX_BYTES, wrapped
from app.ingest.readers.sheets.extras import Extras
from app.ingest.readers.sheets.numbers import shown
from app.ingest.readers.sheets.paging import PageText, Row, sheet_pages
from app.ingest.refusal import damaged, encrypted
from app.ingest.source import Output, Source

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

    from app.ingest.readers.sheets.xlsx import Sheet, Workbook

MACROS = mark("{name} contains macros. They were not run.")
SALVAGED = mark("{name} is damaged. What could be saved of its text was read; some of it may be missing.")
FAR = mark("Cells of {name} lie far apart in {sheets}; there the columns are not lined up.")
UNCOMPUTED = mark("{name} has formulas without results; they are shown as formulas.")
REPEATED_LABEL = 60
MOST_REPEATS = 200_000
KINDS = ("xlsx", "xlsb", "xls")


def recognize(source: Source) -> str | None:
    kind = package_kind(source) or ole_kind(source)
    return kind if kind in KINDS else None


def read(source: Source, output: Output) -> None:
    kind = recognize(source) or "xlsx"
    reader = _Reader(source, kind)
    if not reader.names:
        raise damaged(source.name)
    output.begin(kind)
    for page in reader.pages():
        output.page(page.text, page.label)
    reader.tell(output)


class _Reader:
    """One workbook: values by the library, and what the library does not say by looking ourselves."""

    def __init__(self, source: Source, kind: str) -> None:
        from app.ingest.readers.sheets import biff

        self._source, self._kind = source, kind
        self._far: list[str] = []
        self._has_uncomputed = self._has_macros = self._is_salvaged = False
        self._workbook: Workbook | None = None
        self._extras: dict[str, Extras] = {}
        data = source.data
        if kind == "xls":
            book = biff.workbook_stream(data)
            if not 0 < len(book) <= MAX_BYTES:
                raise damaged(source.name)
            self._extras = biff.extras(source.name, book)
            data = wrapped("Workbook", book)
        else:
            self._open_package(kind)
        self._values = None if self._is_salvaged else _open(source.name, data)
        self.names = self._sheet_names()

    def _open_package(self, kind: str) -> None:
        from app.ingest.readers.sheets import xlsb
        from app.ingest.readers.sheets.xlsx import Workbook
        from app.ingest.rescue import RescuedZip, is_rescuable
        from app.ingest.safezip import SafeZip

        try:
            parts = SafeZip(self._source)
            self._has_macros = any(name.lower().endswith("vbaproject.bin") for name in parts.names)
            if kind == "xlsb":
                self._extras = xlsb.extras(self._source.name, parts)
            else:
                self._workbook = Workbook(parts)
                self._is_salvaged = not self._workbook.sheets
        except CarrelError as error:
            if kind == "xlsb" or not is_rescuable(error):
                raise
            self._workbook, self._is_salvaged = Workbook(RescuedZip(self._source)), True

    def pages(self) -> Iterator[PageText]:
        for name in self.names:
            sheet = self._workbook.sheets.get(name) if self._workbook else None
            heading = f"## {name}" + (" (hidden)" if self._is_hidden(name, sheet) else "")
            pages = sheet_pages(name, self._rows(name, sheet), heading)
            yield from _with_remarks(pages, name, heading, list(sheet.remarks()) if sheet else [])

    def tell(self, output: Output) -> None:
        if self._is_salvaged:
            output.warn(SALVAGED)
        if self._has_macros:
            output.warn(MACROS)
        if self._far:
            output.warn(FAR, sheets=", ".join(self._far[:5]))
        if self._has_uncomputed:
            output.warn(UNCOMPUTED)

    def _sheet_names(self) -> list[str]:
        if self._values:
            return [meta.name for meta in self._values.sheets_metadata if str(meta.typ).endswith("WorkSheet")]
        return list(self._workbook.sheets) if self._workbook else []

    def _is_hidden(self, name: str, sheet: Sheet | None) -> bool:
        if sheet or not self._values:
            return bool(sheet and sheet.is_hidden)
        shown_ones = (meta.name for meta in self._values.sheets_metadata if str(meta.visible).endswith(".Visible"))
        return name not in shown_ones

    def _rows(self, name: str, sheet: Sheet | None) -> Iterator[Row]:
        from app.ingest.readers.sheets.sparse import sparse_rows

        extras = sheet.extras() if sheet else self._extras.get(name, Extras())
        table = None if sheet and sheet.area > MAX_CELLS else _sheet(self._values, name)
        if table:
            self._has_uncomputed |= bool(sheet and sheet.uncomputed)
            return _library_rows(table, extras)
        if sheet and self._workbook:
            self._far += [name] if sheet.area > MAX_CELLS else []
            return sparse_rows(self._workbook, sheet, extras.formats)
        return iter(())


def _open(name: str, data: bytes) -> CalamineWorkbook | None:
    """None when the library cannot; an XLSX may still be read without it."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(data))
    except PasswordError as error:
        raise encrypted(name) from error
    except (CalamineError, OSError, ValueError) as error:
        print(f"spreadsheet: {type(error).__name__}: {error}", file=sys.stderr)
        return None
    except BaseException as error:
        _only_a_panic(error)
        return None


def _sheet(workbook: CalamineWorkbook | None, name: str) -> CalamineSheet | None:
    from python_calamine import CalamineError

    if workbook is None:
        return None
    try:
        return workbook.get_sheet_by_name(name)
    except (CalamineError, OSError, ValueError) as error:
        print(f"sheet: {type(error).__name__}: {error}", file=sys.stderr)
        return None
    except BaseException as error:
        _only_a_panic(error)
        return None


def _only_a_panic(error: BaseException) -> None:
    """The library's panics derive from BaseException; anything else goes on."""
    if type(error).__name__ != "PanicException":
        raise error
    print(f"spreadsheet: panic: {error}", file=sys.stderr)


def _library_rows(table: CalamineSheet, extras: Extras) -> Iterator[Row]:
    """The grid's rows from row 1, merged labels repeated downwards."""
    repeats = _repeats(table)
    labels: dict[tuple[int, int], str] = {}
    formats, added = extras.formats, dict[int, dict[int, str]]()
    for (row, column), text in extras.texts.items():
        added.setdefault(row, {})[column] = text
    last = table.end[0] if table.end else -1
    beyond = range(last + 1, max(added, default=-1) + 1)  # the library ends where the values end
    for row, values in enumerate(chain(table.iter_rows(), ([] for _ in beyond))):
        texts = [
            value if type(value) is str else shown(value, formats.get((row, column)))
            for column, value in enumerate(values)
        ]
        for column, text in added.get(row, {}).items():
            texts += [""] * (column + 1 - len(texts))
            texts[column] = texts[column] or text
        for column, home in repeats.get(row, {}).items() if any(texts) else ():
            if row == home:
                labels[home, column] = texts[column] if column < len(texts) else ""
            elif column < len(texts) and not texts[column] and len(labels.get((home, column), "")) <= REPEATED_LABEL:
                texts[column] = labels.get((home, column), "")
        yield Row(row + 1, [_clean(text) if "\0" in text else text for text in texts])


def _repeats(table: CalamineSheet) -> dict[int, dict[int, int]]:
    """For the rows of cells merged downwards: column → the row where the label stands."""
    found: dict[int, dict[int, int]] = {}
    left_rows = MOST_REPEATS
    for (top, left), (bottom, _) in table.merged_cell_ranges or []:
        left_rows -= max(0, bottom - top)
        if left_rows < 0:
            break
        if top < bottom:
            for row in range(top, bottom + 1):
                found.setdefault(row, {})[left] = top
    return found


def _clean(text: str) -> str:
    """Old files store UTF-16 where the library expects one byte a letter."""
    try:
        return text.encode("latin-1").decode("utf-16-le")
    except UnicodeError:
        return text.replace("\0", "")


def _with_remarks(pages: Iterator[PageText], name: str, heading: str, remarks: list[str]) -> Iterator[PageText]:
    """The pages, and below the last one the remarks on the sheet."""
    below = "\n".join(f"[{remark}]" for remark in remarks)
    held: PageText | None = None
    for page in pages:
        if held:
            yield held
        held = page
    if below:
        yield PageText(held.label, f"{held.text}\n\n{below}") if held else PageText(name, f"{heading}\n\n{below}")
    elif held:
        yield held
