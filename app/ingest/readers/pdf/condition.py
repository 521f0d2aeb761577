"""Whether a page's text can be trusted: pages that are empty, scanned, or whose letters mean nothing."""

from __future__ import annotations

import ctypes
import re
import unicodedata

import pypdfium2  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]

from app.core.chat import PageFlag

MOST_UNMAPPED = 0.3  # of the characters
FEW_WORDS = 60  # characters a stamp or a page number may put on a scan
SCAN_AREA = 0.5  # of the page
MOST_OBJECTS = 200
ENOUGH_LETTERS = 150
FEWEST_VOWELS = 0.18  # of the letters; in languages written with them they are a third and more
# Private use, replacement and control characters: glyphs whose meaning the file does not give.
_UNMAPPED = re.compile("[\ue000-\uf8ff\ufffd\x00-\x08\x0e-\x1f\x80-\x9f]")
_LATIN = re.compile("[A-Za-z]")
_VOWEL = re.compile("[AEIOUYaeiouy]")


def condition(page: pypdfium2.PdfPage, text: str) -> PageFlag:
    """What is wrong with the page, "" when nothing is."""
    solid = "".join(text.split())
    if not solid:
        return "scanned" if pdfium.FPDFPage_CountObjects(page.raw) > 0 else "empty"
    if len(_UNMAPPED.findall(solid)) > MOST_UNMAPPED * len(solid) or _is_gibberish(solid):
        return "garbled"
    return "scanned" if len(solid) < FEW_WORDS and _picture_share(page) > SCAN_AREA else ""


def _is_gibberish(text: str) -> bool:
    """Latin letters in an order no language has: a font that names its glyphs by their number."""
    text = text if text.isascii() else unicodedata.normalize("NFD", text)  # an accent makes no other letter
    letters = len(_LATIN.findall(text))
    if letters < ENOUGH_LETTERS or letters < 0.6 * len(text):
        return False
    return len(_VOWEL.findall(text)) < FEWEST_VOWELS * letters


def _picture_share(page: pypdfium2.PdfPage) -> float:
    """The largest picture's part of the page."""
    width, height = page.get_size()
    edges = [ctypes.c_float() for _ in range(4)]
    largest = 0.0
    for index in range(min(pdfium.FPDFPage_CountObjects(page.raw), MOST_OBJECTS)):
        thing = pdfium.FPDFPage_GetObject(page.raw, index)
        is_picture = pdfium.FPDFPageObj_GetType(thing) == pdfium.FPDF_PAGEOBJ_IMAGE
        if is_picture and pdfium.FPDFPageObj_GetBounds(thing, *edges):
            left, bottom, right, top = (edge.value for edge in edges)
            largest = max(largest, (right - left) * (top - bottom))
    return largest / (width * height) if width * height > 0 else 0.0
