"""Text folded for searching: width, case and accents do not count, and scripts without spaces fall into single signs.

Traditional signs of Chinese go to the simplified ones, and letters that are two in one fall apart (ß, œ).
`fold` gives words separated by spaces. A word of a script that is written with spaces stays whole; every sign of
Chinese, Japanese, Korean or Thai is a word of its own, so that any piece of such a text is a run of whole words.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from functools import lru_cache
from itertools import accumulate

from app.core.radicals import RADICALS
from app.core.variants import VARIANTS

_STEP = 40
_MARKS = (
    *((0x0300, 0x036F), (0x0591, 0x05BD), (0x05BF, 0x05BF), (0x05C1, 0x05C2), (0x0610, 0x061A), (0x064B, 0x065F)),
    *((0x0670, 0x0670), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE00, 0xFE0F)),
)
_SINGLE = (
    *((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x2E80, 0x2FDF), (0x3005, 0x3007), (0x3021, 0x302F)),
    *((0x3040, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA000, 0xA4CF), (0xAC00, 0xD7AF), (0xF900, 0xFAFF)),
    (0x1AFF0, 0x3FFFF),
)
_ZERO_WIDTH_SPACE = "\u200b"
# Letters with an accent or of two letters that Unicode does not take apart.
_LETTERS = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ŧ": "t", "ı": "i"})


class _Table(dict[int, str]):
    """What each character folds to, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = "".join(map(_word_part, _plain(chr(code))))
        return folded


def fold(text: str) -> str:
    """The words of `text`, in small letters without accents, separated by one or more spaces."""
    return text.translate(_TABLE)


def folded_line(text: str) -> str:
    """The words of `fold` with one space between them, for names that are compared."""
    return " ".join(fold(text).split())


@lru_cache(maxsize=1 << 16)
def is_whole(sign: str) -> bool:
    """Whether this sign of a folded text is a word of its own, as all of Chinese are."""
    return _within(ord(sign), _SINGLE)


class Folded:
    """A folded text that remembers where each of its characters came from."""

    def __init__(self, text: str) -> None:
        self._source = text
        parts = [text[at : at + _STEP].translate(_TABLE) for at in range(0, len(text), _STEP)]
        self._ends = list(accumulate(map(len, parts)))
        self.text = "".join(parts)

    def source(self, place: int) -> int:
        """The place in the original text of the character at `place` of the folded one."""
        chunk = bisect_right(self._ends, place)
        before = self._ends[chunk - 1] if chunk else 0
        for at in range(chunk * _STEP, min(len(self._source), (chunk + 1) * _STEP)):
            before += len(_TABLE[ord(self._source[at])])
            if before > place:
                return at
        return len(self._source)

    def span(self, first: int, last: int) -> tuple[int, int]:
        """The stretch of the original text that the folded one from `first` to before `last` came from."""
        return self.source(first), self.source(last - 1) + 1


def _plain(sign: str) -> str:
    """One character without width, case and accents, in its simplified form."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", RADICALS.get(ord(sign), sign)).casefold())
    bare = "".join(one for one in plain if not _within(ord(one), _MARKS))
    if 0x1100 <= ord(bare[:1] or " ") <= 0x11FF:
        return unicodedata.normalize("NFC", bare)
    return bare.translate(VARIANTS).translate(_LETTERS)


def _word_part(sign: str) -> str:
    """A character as it stands among the words: in one, as one, between two, or not at all."""
    kind = unicodedata.category(sign)
    if kind == "Cf" and sign != _ZERO_WIDTH_SPACE:
        return ""
    if (_within(ord(sign), _SINGLE) and kind[0] in "LMN") or kind in ("So", "Sc"):
        return f" {sign} "
    return sign if kind[0] in "LMN" or kind == "Co" else " "


def _within(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= code <= last for first, last in ranges)


_TABLE = _Table()
