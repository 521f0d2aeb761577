"""What was filled into a page's form fields and noted on it: PDFium keeps both apart from the page's text."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pypdfium2  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]

MOST = 2_000
LONGEST_BYTES = 64 << 10
BUTTONS = (pdfium.FPDF_FORMFIELD_CHECKBOX, pdfium.FPDF_FORMFIELD_RADIOBUTTON)
SILENT_FIELDS = (pdfium.FPDF_FORMFIELD_PUSHBUTTON, pdfium.FPDF_FORMFIELD_SIGNATURE)
NOTES = (
    pdfium.FPDF_ANNOT_TEXT, pdfium.FPDF_ANNOT_FREETEXT, pdfium.FPDF_ANNOT_HIGHLIGHT, pdfium.FPDF_ANNOT_UNDERLINE,
    pdfium.FPDF_ANNOT_STRIKEOUT, pdfium.FPDF_ANNOT_SQUIGGLY, pdfium.FPDF_ANNOT_SQUARE, pdfium.FPDF_ANNOT_CIRCLE,
    pdfium.FPDF_ANNOT_STAMP, pdfium.FPDF_ANNOT_CARET, pdfium.FPDF_ANNOT_INK, pdfium.FPDF_ANNOT_LINE,
)  # fmt: skip


def remarks(page: pypdfium2.PdfPage, forms: Any) -> str:
    """Lines such as `[Field] Name: Wang` and `[Note] Li: see clause 4`; `forms` is None for a document without any."""
    out: list[str] = []
    for index in range(min(pdfium.FPDFPage_GetAnnotCount(page.raw), MOST)):
        with _annotation(page, index) as annotation:
            kind = pdfium.FPDFAnnot_GetSubtype(annotation) if annotation else None
            if kind == pdfium.FPDF_ANNOT_WIDGET and forms:
                out += _field(forms, annotation)
            elif kind in NOTES:
                out += _note(annotation)
    return "\n".join(dict.fromkeys(out))


@contextmanager
def _annotation(page: pypdfium2.PdfPage, index: int) -> Iterator[Any]:
    annotation = pdfium.FPDFPage_GetAnnot(page.raw, index)
    try:
        yield annotation
    finally:
        if annotation:
            pdfium.FPDFPage_CloseAnnot(annotation)


def _field(forms: Any, annotation: Any) -> Iterator[str]:
    kind = pdfium.FPDFAnnot_GetFormFieldType(forms, annotation)
    if kind in SILENT_FIELDS or kind < 0:
        return
    name = _text(lambda into, size: pdfium.FPDFAnnot_GetFormFieldAlternateName(forms, annotation, into, size))
    name = name or _text(lambda into, size: pdfium.FPDFAnnot_GetFormFieldName(forms, annotation, into, size))
    if kind in BUTTONS:
        if pdfium.FPDFAnnot_IsChecked(forms, annotation) > 0:
            value = _text(lambda into, size: pdfium.FPDFAnnot_GetFormFieldExportValue(forms, annotation, into, size))
            yield f"[Field] {name}: ☑" + (f" {value}" if value.lower() not in ("", "yes", "on", "1") else "")
        return
    value = _text(lambda into, size: pdfium.FPDFAnnot_GetFormFieldValue(forms, annotation, into, size))
    if value:
        yield f"[Field] {name}: {value}"


def _note(annotation: Any) -> Iterator[str]:
    words = _text(lambda into, size: pdfium.FPDFAnnot_GetStringValue(annotation, b"Contents", into, size))
    author = _text(lambda into, size: pdfium.FPDFAnnot_GetStringValue(annotation, b"T", into, size))
    if words:
        yield "[Note] " + (f"{author}: {words}" if author else words)


def _text(ask: Callable[[Any, int], int]) -> str:
    """A UTF-16 string on one line; asked for once for its length in bytes and once for itself."""
    size = min(ask(None, 0), LONGEST_BYTES)
    if size <= 2:
        return ""
    buffer = (ctypes.c_ushort * (size // 2))()
    ask(buffer, size)
    return " ".join(bytes(buffer).decode("utf-16-le", "replace").rstrip("\0").split())
