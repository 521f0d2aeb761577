"""A page's characters by their number, and where each of them stands."""

from __future__ import annotations

import ctypes

import pypdfium2  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]

from app.ingest.readers.pdf.ruling import Box, Turn


class Characters:
    """Asking for a box is slow beside all else that is done with a character."""

    def __init__(self, page: pypdfium2.PdfTextPage, turn: Turn) -> None:
        self._raw, self._turn = page.raw, turn
        self._edges = tuple(ctypes.c_double() for _ in range(4))
        self._places = [ctypes.byref(edge) for edge in self._edges]
        count = page.count_chars()
        self.text = page.get_text_range()
        if len(self.text) != count:  # letters beyond the basic plane, or characters without a code
            codes = (pdfium.FPDFText_GetUnicode(self._raw, index) for index in range(count))
            self.text = "".join(chr(code) if code else "\0" for code in codes)

    def box(self, index: int) -> Box | None:
        """None for a character that is not drawn: its box is flat."""
        pdfium.FPDFText_GetCharBox(self._raw, index, *self._places)
        at_left, at_right, at_bottom, at_top = self._edges
        left, right, bottom, top = at_left.value, at_right.value, at_bottom.value, at_top.value
        return None if left == right and bottom == top else self._turn(left, bottom, right, top)
