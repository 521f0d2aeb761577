"""PDF, page by page, through PDFium. PDFium is not thread-safe: one document a process."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from app.core.chat import PageFlag
from app.core.words import mark
from app.ingest.readers.archive.packed import is_tar
from app.ingest.readers.pdf.furniture import Furniture
from app.ingest.refusal import damaged, encrypted, is_known_binary, locked
from app.ingest.source import Output, Source
from app.ingest.spans import page_list

if TYPE_CHECKING:
    import pypdfium2  # type: ignore[import-untyped]

MAX_PAGES = 50_000
PDF_HEADER_WITHIN = 1024
NO_TEXT = mark("Pages without text in {name}: {pages}. They are pictures or scans, which the model cannot see.")
NO_TEXT_AT_ALL = mark("No page of {name} has text: it seems to be scanned, and the model cannot see pictures.")
UNREADABLE = mark("Damaged pages in {name}, which could not be read: {pages}.")
UNMAPPED = mark("Pages in {name} whose fonts hide which characters they show: {pages}. The text there is not reliable.")
DYNAMIC_FORM = mark("{name} is a form that only Adobe's own reader shows in full; what is filled in may be missing.")
ATTACHED = mark("Files attached inside {name} were not read: {count}.")
TOO_MANY_PAGES = mark("{name} has {count} pages; only the first {pages} were read.")


def recognize(source: Source) -> str | None:
    """The header may stand after some bytes of a mail or web server's making; an archive may hold one as it is."""
    if is_known_binary(source.head) or is_tar(source.head):
        return None
    return "pdf" if b"%PDF-" in source.data[:PDF_HEADER_WITHIN] else None


def read(source: Source, output: Output) -> None:
    document = _open(source)
    count = len(document)
    if count < 1:
        raise damaged(source.name)
    pages = min(count, MAX_PAGES)
    output.begin("pdf", pages)
    faults: dict[PageFlag, list[int]] = {"damaged": [], "scanned": [], "garbled": []}
    furniture = Furniture()
    try:
        for index in range(pages):
            text, flag = _read_page(document, index, plain=source.plain)
            if flag in faults:
                faults[flag].append(index + 1)
            output.page(furniture.set_apart(text), _label(document, index), flag)
    finally:
        _tell(output, faults, pages)
    if pages < count:
        output.warn(TOO_MANY_PAGES, count=count, pages=pages)
    _tell_of_the_rest(document, output)


def _open(source: Source) -> pypdfium2.PdfDocument:
    import pypdfium2
    from pypdfium2 import raw

    try:
        document = pypdfium2.PdfDocument(source.data, password=source.password or None)
    except pypdfium2.PdfiumError as error:
        code = getattr(error, "err_code", None)
        if code == raw.FPDF_ERR_PASSWORD:
            raise locked(source.name, source.password) from error
        if code == raw.FPDF_ERR_SECURITY:  # a lock that is no password: a certificate
            raise encrypted(source.name) from error
        raise damaged(source.name) from error
    if not source.plain:
        with contextlib.suppress(pypdfium2.PdfiumError):  # the text stands without its form
            document.init_forms()
    return document


def _tell(output: Output, faults: dict[PageFlag, list[int]], pages: int) -> None:
    if len(faults["scanned"]) == pages:
        output.warn(NO_TEXT_AT_ALL)
    elif faults["scanned"]:
        output.warn(NO_TEXT, pages=page_list(faults["scanned"]))
    if faults["damaged"]:
        output.warn(UNREADABLE, pages=page_list(faults["damaged"]))
    if faults["garbled"]:
        output.warn(UNMAPPED, pages=page_list(faults["garbled"]))


def _tell_of_the_rest(document: pypdfium2.PdfDocument, output: Output) -> None:
    from pypdfium2 import raw

    if document.get_formtype() == raw.FORMTYPE_XFA_FULL:
        output.warn(DYNAMIC_FORM)
    if attached := raw.FPDFDoc_GetAttachmentCount(document.raw):
        output.warn(ATTACHED, count=attached)


def _label(document: pypdfium2.PdfDocument, index: int) -> str:
    """The number printed on the page, as far as the file says."""
    import pypdfium2

    try:
        return str(document.get_page_label(index) or "").strip()
    except (pypdfium2.PdfiumError, UnicodeError):
        return ""


def _read_page(document: pypdfium2.PdfDocument, index: int, *, plain: bool) -> tuple[str, PageFlag]:
    import pypdfium2

    from app.ingest.readers.pdf.condition import condition
    from app.ingest.readers.pdf.remarks import remarks

    try:
        page = document[index]
    except pypdfium2.PdfiumError:
        return "", "damaged"
    try:
        text = page_text(page, plain=plain)
        flag = condition(page, text)
        noted = "" if plain else remarks(page, document.formenv)
        return "\n\n".join(filter(None, [text, noted])), "" if flag == "empty" and noted else flag
    except pypdfium2.PdfiumError:
        return "", "damaged"
    finally:
        page.close()


def page_text(page: pypdfium2.PdfPage, *, plain: bool) -> str:
    """The page in reading order, ruled tables as Markdown unless `plain`."""
    from app.ingest.readers.pdf.columns import find_columns
    from app.ingest.readers.pdf.grid import find_grids
    from app.ingest.readers.pdf.prose import running_text
    from app.ingest.readers.pdf.ruling import Ruling, page_turn
    from app.ingest.readers.pdf.table import text_with_tables

    text_page = page.get_textpage()
    try:
        if text_page.count_chars() <= 0:
            return ""
        ruling = None if plain else Ruling(page)
        if ruling:
            turn = page_turn(page)
            grids = find_grids(ruling.horizontal, ruling.vertical)
            grids += find_columns(text_page, turn, grids)
            if grids:
                return text_with_tables(text_page, grids, turn)
        return running_text(text_page.get_text_range())
    finally:
        text_page.close()
