"""What became of each quotation and page reference of an answer: a look that needs no colour, and a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from app.core.citation import Citation, Place
from app.core.words import say
from app.session.verdicts import cited_words, pages_words, verdict_words, worth_listing

__all__ = [
    "Look",
    "checks_line",
    "cited_words",
    "is_doubtful",
    "look_of",
    "pages_words",
    "target_of",
    "verdict_words",
    "worth_listing",
]

Line = Literal["solid", "dots", "wave", "dashes", "crosses"]
Sign = Literal["", "tick", "wave", "arrow", "cross"]


@dataclass(frozen=True, slots=True)
class Look:
    """How a citation is marked: the line under a quotation, the sign in a chip, the theme's role for both."""

    line: Line
    sign: Sign
    role: str


_EXACT = Look("solid", "tick", "good")
_NORMALIZED = Look("dots", "tick", "good")
_NEARLY = Look("wave", "wave", "care")
_ELSEWHERE = Look("dashes", "arrow", "care")
_MISSING = Look("crosses", "cross", "bad")
_NAMED = Look("solid", "", "quiet")


def look_of(one: Citation) -> Look:
    """Found as it stands, with other spaces or signs, nearly, on another page, not at all; or a page only named."""
    if one.verdict in ("missing", "left_out", "no_page"):
        return _MISSING
    if one.verdict == "elsewhere" or one.is_misplaced:
        return _ELSEWHERE
    if one.verdict == "fuzzy" or one.numbers_differ:
        return _NEARLY
    if one.verdict == "normalized":
        return _NORMALIZED
    return _EXACT if one.verdict == "exact" else _NAMED


def checks_line(citations: Sequence[Citation]) -> str:
    """ "4 quotes checked: 3 found, 1 not found"; empty when there is nothing to say."""
    quotes = [one for one in citations if one.kind == "quote" and one.verdict != "said"]
    parts = [_quotes_words(quotes)] if quotes else []
    named = {one.cited or one.text: one for one in citations if one.kind == "page"}.values()
    bad = sum(one.verdict in ("no_page", "left_out") for one in named)
    if bad:
        parts.append(say("1 page named that was not read") if bad == 1 else say("{n} pages named, not read", n=bad))
    elif named and not quotes:
        parts.append(
            say("1 page named, and read") if len(named) == 1 else say("{n} pages named, all read", n=len(named))
        )
    return " · ".join(parts)


def is_doubtful(citations: Sequence[Citation]) -> bool:
    """Whether a reader should look at one of them."""
    return any(one.is_doubtful for one in citations)


def target_of(one: Citation) -> Place | None:
    """The page a click opens: where it was found, else where it should be; None when there is no such page."""
    if one.places:
        return one.places[0]
    if one.verdict == "no_page" or not one.cited:
        return None
    return Place(one.cited[0].document or 1, one.cited[0].page)


def _quotes_words(quotes: Sequence[Citation]) -> str:
    misplaced = sum(one.is_misplaced for one in quotes)
    nearly = sum(look_of(one) is _NEARLY for one in quotes)
    found = sum(one.is_found for one in quotes) - misplaced - nearly
    missing = len(quotes) - found - misplaced - nearly
    counts = [say("{n} found", n=found)] if found else []
    if nearly:
        counts.append(say("{n} found nearly so", n=nearly))
    if misplaced:
        counts.append(say("{n} on another page", n=misplaced))
    if missing:
        counts.append(say("{n} not found", n=missing))
    what = say("1 quote checked") if len(quotes) == 1 else say("{n} quotes checked", n=len(quotes))
    return say("{what}: {counts}", what=what, counts=say(", ").join(counts))
