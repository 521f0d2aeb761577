"""Text reduced to what a reader would call the same: letters, figures and the signs that change a figure.

Case, spaces, punctuation, soft hyphens, accents, width, ligatures and look-alike radicals make no difference; the
point inside a number, % and signs of money do. Every letter remembers the character it came from.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from app.core.radicals import fold_radicals

Codes = npt.NDArray[np.uint32]
Offsets = npt.NDArray[np.int32]

_KEPT_SIGNS = "%‰±"
_POINT, _WIDE_POINT = ord("."), ord("．")
_KNOWN, _MANY = 1, 2

# What is known of each code point: filled as characters are met, shared by all threads (writing twice is the same).
_facts = np.zeros(0x110000, np.uint8)
_single = np.zeros(0x110000, np.uint32)
_several: dict[int, Codes] = {}


@dataclass(frozen=True, slots=True, eq=False)
class Folded:
    """`letters[i]` came from character `offsets[i]` of the text."""

    letters: str
    offsets: Offsets

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The characters that letters `start` to `end` came from."""
        return int(self.offsets[start]), int(self.offsets[end - 1]) + 1


def fold(text: str) -> Folded:
    """The letters of a text: about five milliseconds for a million characters."""
    codes = to_codes(text)
    _learn(codes)
    letters = _single[codes]
    _keep_points(codes, letters)
    offsets = np.arange(len(codes), dtype=np.int32)
    if len(codes) and bool((_facts[codes] & _MANY).any()):
        letters, offsets = _spread(codes, letters, offsets)
    kept = letters != 0
    return Folded(to_text(letters[kept]), offsets[kept])


def to_codes(text: str) -> Codes:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")


def to_text(codes: Codes) -> str:
    return codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")


def _learn(codes: Codes) -> None:
    for code in set(codes[_facts[codes] == 0].tolist()):
        folded = _fold_character(chr(code))
        if len(folded) > 1:
            _several[code] = to_codes(folded)
        elif folded:
            _single[code] = ord(folded)
        _facts[code] = _KNOWN | (_MANY if len(folded) > 1 else 0)


def _fold_character(character: str) -> str:
    plain = unicodedata.normalize("NFKD", fold_radicals(character)).lower().replace("ς", "σ")
    return "".join(sign for sign in plain if _is_kept(sign))


def _is_kept(sign: str) -> bool:
    return sign.isalnum() or sign in _KEPT_SIGNS or unicodedata.category(sign) == "Sc"


def _keep_points(codes: Codes, letters: Codes) -> None:
    """3.5 is not 35: a point between two figures stays."""
    found = np.flatnonzero((codes == _POINT) | (codes == _WIDE_POINT))
    inner = found[(found > 0) & (found < len(codes) - 1)]
    between = inner[_is_figure(letters[inner - 1]) & _is_figure(letters[inner + 1])]
    letters[between] = _POINT


def _is_figure(letters: Codes) -> npt.NDArray[np.bool_]:
    return (letters >= ord("0")) & (letters <= ord("9"))


def _spread(codes: Codes, letters: Codes, offsets: Offsets) -> tuple[Codes, Offsets]:
    """Characters that stand for several letters (ﬁ, ½, ㎡) get a place for each."""
    many = np.flatnonzero(_facts[codes] & _MANY)
    parts = [_several[int(code)] for code in codes[many]]
    counts = np.ones(len(codes), np.int64)
    counts[many] = [len(part) for part in parts]
    spread = np.repeat(letters, counts)
    starts = np.cumsum(counts) - counts
    for at, part in zip(starts[many].tolist(), parts, strict=True):
        spread[at : at + len(part)] = part
    return spread, np.repeat(offsets, counts)
