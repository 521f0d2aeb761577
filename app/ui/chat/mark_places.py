"""Where passages of an answer's Markdown stand in the page made of it: by their letters, which markup leaves alone."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

_LETTER = re.compile(r"[^\W_]")
Span = tuple[int, int]


class _Letters:
    """The letters and figures of a text, each with its place."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.places = [found.start() for found in _LETTER.finditer(text)]
        self.letters = "".join(text[place] for place in self.places)
        self._known: dict[str, list[int]] = {}

    def find_all(self, key: str) -> list[int]:
        """Every occurrence of `key`, as numbers of its first letter."""
        if key not in self._known:
            found, at = [], self.letters.find(key)
            while at >= 0:
                found.append(at)
                at = self.letters.find(key, at + 1)
            self._known[key] = found
        return self._known[key]


def place_spans(source: str, shown: str, spans: Sequence[Span]) -> list[Span | None]:
    """Each span of `source` in `shown` (a QTextDocument's raw text), in UTF-16 units; None where it is not shown.

    The same letters come in the same order in both, so the third "D1 p.2" here is the third there.
    """
    written, drawn = _Letters(source), _Letters(shown)
    units = _Units(shown)
    found = [_place(written, drawn, span) for span in spans]
    return [(units.of(span[0]), units.of(span[1])) if span else None for span in found]


def _place(written: _Letters, drawn: _Letters, span: Span) -> Span | None:
    first, last = bisect_left(written.places, span[0]), bisect_left(written.places, span[1])
    key = written.letters[first:last]
    if not key:
        return None
    here, there = written.find_all(key), drawn.find_all(key)
    if not there:
        return None
    at = there[min(bisect_left(here, first), len(there) - 1)]
    start, end = drawn.places[at], drawn.places[at + len(key) - 1] + 1
    before = written.text[span[0] : written.places[first]]
    behind = written.text[written.places[last - 1] + 1 : span[1]]
    return _with_signs(drawn.text, start, end, before, behind)


def _with_signs(text: str, start: int, end: int, before: str, behind: str) -> Span:
    """Take in the quotation marks and brackets around the letters; markup among them is not shown."""
    for sign in reversed(before):
        if start and text[start - 1] == sign:
            start -= 1
    for sign in behind:
        if end < len(text) and text[end] == sign:
            end += 1
    return start, end


class _Units:
    """Characters counted as Qt does: two for those beyond the first 65,536."""

    def __init__(self, text: str) -> None:
        self._wide = [at for at, sign in enumerate(text) if ord(sign) > 0xFFFF] if not text.isascii() else []

    def of(self, place: int) -> int:
        return place + bisect_left(self._wide, place)
