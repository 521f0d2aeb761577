"""Finds formulas in Markdown: `$…$`, `$$…$$`, `\\(…\\)`, `\\[…\\]` and bare environments. Prices are none."""

from __future__ import annotations

import re
from dataclasses import dataclass

ENVIRONMENTS = (
    "equation|align|alignat|aligned|gather|gathered|multline|flalign|split|eqnarray|cases|array|matrix|pmatrix|bmatrix|"
    "Bmatrix|vmatrix|Vmatrix|smallmatrix"
)
LONGEST_HELD = 4_000
LONGEST_DOLLAR_HELD = 160

_BEGIN = re.compile(rf"\\begin\{{((?:{ENVIRONMENTS})\*?)\}}")
_BEGIN_STARTED = re.compile(r"(?:^|\n)[ \t>]*(\\[a-z]*(?:\{[A-Za-z]*\*?)?)$")
_TOKEN = re.compile(r"`+|\\.|\$\$?", re.DOTALL)
_MATHEMATICS = re.compile(r"[\\^_=<>+*/|]")
_PROSE = re.compile(r"[^\W\d_]{2,}\s+[^\W\d_]{2,}")
_PRICE = re.compile(r"[\d.,]+(?:[KMBkmb]|\s)[^\\^_={}]*[A-Za-z一-鿿]{2}")
_NO_LINE_START = re.compile(r"[^\s>]")


@dataclass(frozen=True, slots=True)
class Span:
    """A formula from `start` to `end` of the text, its signs included; `mark` is the opening one, or empty."""

    start: int
    end: int
    tex: str
    mark: str


OPEN = "open"


def match_formula(text: str, start: int) -> Span | str | None:
    """The formula that begins at `start`; `OPEN` when its end may still come."""
    if text.startswith("$$", start):
        return _closed_by(text, start, "$$", "$$")
    if text.startswith("$", start):
        return _match_dollar(text, start)
    if text.startswith("\\(", start) or text.startswith("\\[", start):
        mark = text[start : start + 2]
        found = _closed_by(text, start, mark, "\\)" if mark == "\\(" else "\\]")
        return None if isinstance(found, Span) and _is_prose(found) else found
    begin = _BEGIN.match(text, start)
    if begin is None or _NO_LINE_START.search(text, text.rfind("\n", 0, start) + 1, start):
        return None
    closing = f"\\end{{{begin[1]}}}"
    end = text.find(closing, begin.end())
    return Span(start, end + len(closing), text[start : end + len(closing)], "") if end >= 0 else OPEN


def find_formulas(text: str) -> list[Span]:
    """All formulas of one paragraph."""
    return _scan(text)[0]


def unfinished_formula(text: str) -> int:
    """Where in `text` a formula begins whose end may still come, or the length of `text`.

    A formula holds no empty line, so the last paragraph decides.
    """
    begin = text.rfind("\n\n") + 1
    if text.count("```", 0, begin) % 2 or text.count("~~~", 0, begin) % 2 or "```" in text[begin:]:
        return len(text)
    place = _scan(text[begin:])[1]
    if place is None or len(text) - begin - place > LONGEST_HELD:
        return len(text)
    return begin + place


def _scan(text: str) -> tuple[list[Span], int | None]:
    spans: list[Span] = []
    place = 0
    while token := _TOKEN.search(text, place):
        place = token.end()
        if token[0].startswith("`"):
            closing = re.compile(rf"(?<!`){token[0]}(?!`)").search(text, place)
            if closing is None:
                return spans, None
            place = closing.end()
            continue
        found = match_formula(text, token.start())
        if found == OPEN:
            return spans, token.start()
        if isinstance(found, Span):
            spans.append(found)
            place = found.end
    if len(text) - len(text.rstrip("\\")) & 1:
        return spans, len(text) - 1
    started = _BEGIN_STARTED.search(text, max(0, len(text) - 40))
    return spans, started.start(1) if started else None


def _closed_by(text: str, start: int, mark: str, closing: str) -> Span | str | None:
    place = start + 2
    while True:
        end = text.find(closing, place)
        if end < 0:
            return OPEN
        if _is_escaped(text, end):
            place = end + 1
            continue
        tex = text[start + 2 : end]
        return Span(start, end + 2, tex, mark) if tex.strip() and "\n\n" not in tex else None


def _match_dollar(text: str, start: int) -> Span | str | None:
    """As pandoc reads it: no space inside, no digit behind, no letter or digit before."""
    before, after = text[start - 1 : start], text[start + 1 : start + 2]
    if not after:
        return None if before.isascii() and before.isalnum() else OPEN
    if after.isspace() or (before.isascii() and before.isalnum()):
        return None
    end = start
    while True:
        end = text.find("$", end + 1)
        if end < 0:
            held = not after.isdigit() and len(text) - start <= LONGEST_DOLLAR_HELD
            return OPEN if held else None
        if not _is_escaped(text, end):
            break
    tex = text[start + 1 : end]
    if tex[-1:].isspace() or text[end + 1 : end + 2].isdigit() or _PRICE.match(tex) or "\n\n" in tex:
        return None
    return Span(start, end + 1, tex, "$")


def _is_escaped(text: str, place: int) -> bool:
    before = text[max(0, place - 20) : place]
    return bool((len(before) - len(before.rstrip("\\"))) & 1)


def _is_prose(found: Span) -> bool:
    r"""`\[1\]` and `\(as said\)` are brackets that were kept from being a link."""
    if _MATHEMATICS.search(found.tex):
        return False
    return found.mark == "\\[" or _PROSE.search(found.tex) is not None
