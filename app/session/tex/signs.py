"""Signs that the typesetter's font lacks, Chinese above all: they keep their room, and are drawn by the text's face.

The typesetter asks its font for each sign by itself, so a stand-in for the missing ones is given out there. Its
picture is an SVG `<text>`, which whoever draws the formula sets in a face that has the sign.
"""

from __future__ import annotations

import unicodedata
import xml.etree.ElementTree as ET
from functools import cache
from typing import Any

FACE = "carrel-text-face"
"""Stands for the name of a face in the picture; who draws it puts in another."""
WIDE_EM = 0.92
"""The formula's face is set larger than the text around it; a sign of the text's face should not be."""
ASCENT_EM, DEPTH_EM = 0.86, 0.12
MARKS = range(0xF0000, 0xF0100)
"""Signs for private use: they take no room, and say where in the picture they stand."""


def is_wide(sign: str) -> bool:
    """Whether it is drawn in a square of its own: Chinese, Japanese, Korean and their punctuation."""
    return unicodedata.east_asian_width(sign) in "WF"


def lacks_glyph(sign: str) -> bool:
    """The typesetter's font has Latin, Greek, Cyrillic and mathematics; others would be empty boxes."""
    code = ord(sign)
    return 0x0530 <= code < 0x1E00 or (code >= 0x2E00 and not 0x1D400 <= code <= 0x1D7FF)


def _is_mark(sign: str) -> bool:
    return 0xF0000 <= ord(sign) <= 0xFFFFD


class Placed:
    """Where the marks of the formula that is being drawn stand: (x, y) in the picture, by their number."""

    def __init__(self) -> None:
        self.places: dict[int, tuple[float, float]] = {}


@cache
def stand_in() -> Placed:
    """From now on the typesetter has a stand-in for every sign its font lacks. Once; it knows where marks were put."""
    from ziafont.fonttypes import BBox
    from ziafont.glyph import SimpleGlyph
    from ziamath.mathfont import MathFont

    placed = Placed()

    class Sign(SimpleGlyph):
        """A square with a sign of another face in it."""

        def __init__(self, sign: str, font: MathFont, *, bold: bool) -> None:
            self._sign, self._bold, self._em = sign, bold, font.info.layout.unitsperem
            top, bottom = (0, 0) if self._mark is not None else (ASCENT_EM * self._em, -DEPTH_EM * self._em)
            super().__init__(0, [], BBox(0, self.advance(), round(bottom), round(top)), font)

        @property
        def _mark(self) -> int | None:
            return ord(self._sign) - MARKS.start if _is_mark(self._sign) else None

        def advance(self, nextchr: SimpleGlyph | None = None) -> int:
            return 0 if self._mark is not None else round(WIDE_EM * self._em)

        def place(self, x: float, y: float, point_size: float) -> ET.Element | None:
            if self._mark is not None:
                placed.places[self._mark] = (x, y)
                return None
            look = {"x": f"{x:.2f}", "y": f"{y:.2f}", "font-size": f"{WIDE_EM * point_size:.2f}", "font-family": FACE}
            if self._bold:
                look["font-weight"] = "bold"
            made = ET.Element("text", look)
            made.text = self._sign
            return made

    known: Any = MathFont.findglyph

    def find(self: MathFont, sign: str, variant: Any) -> SimpleGlyph:
        if _is_mark(sign) or (is_wide(sign) and lacks_glyph(sign)):
            return Sign(sign, self, bold=bool(variant.bold))
        found: SimpleGlyph = known(self, sign, variant)
        return found

    MathFont.findglyph = find  # type: ignore[method-assign, assignment]
    return placed
