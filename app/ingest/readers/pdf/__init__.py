"""PDF, page by page, through PDFium. PDFium is not thread-safe: one document a process."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from app.core.words import mark
from app.ingest.refusal import damaged, encrypted, locked
from app.ingest.source import Output, Source
from app.ingest.spans import page_list

if TYPE_CHECKING:
    import pypdfium2  # type: ignore[import-untyped]

MAX_PAGES = 50_000
GARBLED = 0.3
PDF_HEADER_WITHIN = 1024
NO_TEXT = mark("Pages without text in {name}: {pages}. They are pictures or scans, which the model cannot see.")
NO_TEXT_AT_ALL = mark("No page of {name} has text: it seems to be scanned, and the model cannot see pictures.")
UNREADABLE = mark("Damaged pages in {name}, which could not be read: {pages}.")
UNMAPPED = mark("Pages in {name} whose fonts hide which characters they show: {pages}. The text there is not reliable.")
TOO_MANY_PAGES = mark("{name} has {count} pages; only the first {pages} were read.")
# Private use and replacement characters: glyphs whose meaning the file does not give.
_UNMAPPED = re.compile("[\ue000-\uf8ff\ufffd\x00-\x08\x0e-\x1f]")


def recognize(source: Source) -> str | None:
    """The header may stand after some bytes of a mail or web server's making."""
    return "pdf" if b"%PDF-" in source.data[:PDF_HEADER_WITHIN] else None


def read(source: Source, output: Output) -> None:
    document = _open(source)
    count = len(document)
    if count < 1:
        raise damaged(source.name)
    pages = min(count, MAX_PAGES)
    output.begin("pdf", pages)
    faults = _Faults()
    try:
        for index in range(pages):
            output.page(_read_page(document, index, faults, plain=source.plain))
    finally:
        faults.tell(output, pages)
    if pages < count:
        output.warn(TOO_MANY_PAGES, count=count, pages=pages)


def _open(source: Source) -> pypdfium2.PdfDocument:
    import pypdfium2
    from pypdfium2 import raw

    try:
        return pypdfium2.PdfDocument(source.data, password=source.password or None)
    except pypdfium2.PdfiumError as error:
        code = getattr(error, "err_code", None)
        if code == raw.FPDF_ERR_PASSWORD:
            raise locked(source.name, source.password) from error
        if code == raw.FPDF_ERR_SECURITY:  # a lock that is no password: a certificate
            raise encrypted(source.name) from error
        raise damaged(source.name) from error


class _Faults:
    """The pages (from 1) that have something wrong with them."""

    def __init__(self) -> None:
        self.damaged: list[int] = []
        self.without_text: list[int] = []
        self.unmapped: list[int] = []

    def tell(self, output: Output, pages: int) -> None:
        if len(self.without_text) == pages:
            output.warn(NO_TEXT_AT_ALL)
        elif self.without_text:
            output.warn(NO_TEXT, pages=page_list(self.without_text))
        if self.damaged:
            output.warn(UNREADABLE, pages=page_list(self.damaged))
        if self.unmapped:
            output.warn(UNMAPPED, pages=page_list(self.unmapped))


def _read_page(document: pypdfium2.PdfDocument, index: int, faults: _Faults, *, plain: bool) -> str:
    import pypdfium2

    try:
        page = document[index]
    except pypdfium2.PdfiumError:
        faults.damaged.append(index + 1)
        return ""
    try:
        text = page_text(page, plain=plain)
        if not text.strip() and page_has_marks(page):
            faults.without_text.append(index + 1)
        elif len(_UNMAPPED.findall(text)) > GARBLED * len(text):
            faults.unmapped.append(index + 1)
        return text
    except pypdfium2.PdfiumError:
        faults.damaged.append(index + 1)
        return ""
    finally:
        page.close()


def page_text(page: pypdfium2.PdfPage, *, plain: bool) -> str:
    """The page in reading order, ruled tables as Markdown unless `plain`."""
    from app.ingest.readers.pdf.grid import find_grids
    from app.ingest.readers.pdf.prose import running_text
    from app.ingest.readers.pdf.ruling import Ruling, page_turn
    from app.ingest.readers.pdf.table import text_with_tables

    text_page = page.get_textpage()
    try:
        if text_page.count_chars() <= 0:
            return ""
        ruling = None if plain else Ruling(page)
        grids = find_grids(ruling.horizontal, ruling.vertical) if ruling else []
        if grids:
            return text_with_tables(text_page, grids, page_turn(page))
        return running_text(text_page.get_text_range())
    finally:
        text_page.close()


def page_has_marks(page: pypdfium2.PdfPage) -> bool:
    """Whether anything is drawn; a blank page lacks nothing."""
    from pypdfium2 import raw

    return bool(raw.FPDFPage_CountObjects(page.raw) > 0)
