"""A line of the text around what was found in it, with the places to light."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from app.core.folding import Folded
from app.store.query import Query, Span, hits_in

WIDTH = 140
BEFORE = 32
_BOUND = 12  # how far a cut may move to fall between two words
_MOST = 300  # hits that are looked at
_MARKUP, _RULES = frozenset("*`"), frozenset("#|~")  # of Markdown: they say nothing in one line

Hit = tuple[int, int, int]


class Snippet(msgspec.Struct, frozen=True):
    """One line; `spans` are characters of it from, to. `first` is where its first hit stands in the whole text."""

    text: str = ""
    spans: tuple[Span, ...] = ()
    first: Span = (0, 0)


def snippet_of(text: str, query: Query, width: int = WIDTH) -> Snippet:
    """The stretch in which most of the words stand together, else the beginning."""
    folded = Folded(text)
    hits = hits_in(query.terms, folded, _MOST)
    if not hits:
        line, _ = _one_line(text, 0, _right(text, width), ())
        return Snippet(line)
    best = _best(hits, width)
    first = folded.span(*hits[best][:2])
    width = _room(text[first[0] : first[0] + width], width)
    start = _left(text, first[0] - min(BEFORE, width // 4))
    end = _right(text, max(start + width, first[1]))
    spans = [
        folded.span(*hit[:2]) for hit in hits[max(0, best - BEFORE) : best + width] if _near(hit, hits[best], width)
    ]
    line, moved = _one_line(text, start, end, [span for span in spans if start <= span[0] and span[1] <= end])
    return Snippet(line, tuple(moved), first)


def _best(hits: Sequence[Hit], width: int) -> int:
    """The hit at which the richest stretch begins: the most different words, then the earliest."""
    best, most = 0, 0
    for place, hit in enumerate(hits):
        near = {other[2] for other in hits[place : place + 40] if other[1] <= hit[0] + width - BEFORE}
        if len(near) > most:
            best, most = place, len(near)
    return best


def _near(hit: Hit, best: Hit, width: int) -> bool:
    """Whether a hit may be seen with the best one: folding makes a text at most thrice as long, or a little shorter."""
    return best[0] - 3 * BEFORE <= hit[0] <= best[0] + 3 * width


def _room(text: str, width: int) -> int:
    """Signs of Chinese are twice as wide as letters: fewer of them fill the line."""
    wide = sum(sign > "\u2e80" for sign in text)
    return width if 3 * wide < len(text) else width * 5 // 8


def _left(text: str, at: int) -> int:
    if at <= 0:
        return 0
    for place in range(at, max(0, at - _BOUND), -1):
        if not (text[place].isalnum() and text[place - 1].isalnum() and text[place].isascii()):
            return place
    return at


def _right(text: str, at: int) -> int:
    if at >= len(text):
        return len(text)
    for place in range(at, min(len(text), at + _BOUND)):
        if not (text[place].isalnum() and text[place - 1].isalnum() and text[place].isascii()):
            return place
    return at


def _one_line(text: str, start: int, end: int, spans: Sequence[Span]) -> tuple[str, list[Span]]:
    """Line breaks become spaces and signs of markup go; the spans move with their words."""
    edges = {edge for span in spans for edge in span}
    at: dict[int, int] = {}
    line = "…" if start else ""
    for place in range(start, end):
        sign = text[place]
        if place in edges:
            at[place] = len(line)
        if sign in _MARKUP:
            continue
        if sign.isspace() or sign in _RULES:
            if line and not line.endswith((" ", "…")):
                line += " "
        elif sign.isprintable():
            line += sign
    at[end] = len(line)
    moved = [(at[first], at[last]) for first, last in spans]
    line = line.rstrip() + ("…" if end < len(text) else "")
    return line, [(first, min(last, len(line))) for first, last in moved]
