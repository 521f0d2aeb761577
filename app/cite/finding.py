"""Finds one passage in the sources: as it stands, with the same letters, broken by a page, or nearly."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from app.cite.alike import best_match
from app.cite.letters import fold
from app.cite.sources import Sources, Volume
from app.core.citation import PageRef, Place, Verdict

LEAST_SCORE = 0.75
LEAST_LETTERS = 6  # a shorter passage is found as it stands or not at all
MOST_OCCURRENCES = 64
LONGEST_APPROXIMATE = 4000  # letters
_ACROSS_LETTERS = 8  # of a passage broken by a page, at least so many stand on each side
_ACROSS_REACH = 400  # letters of running heads and feet that may lie between its halves
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_NUMBER = re.compile(r"\d+(?:\.\d+)*|[〇零一二三四五六七八九十百千万亿两]+")


@dataclass(frozen=True, slots=True)
class Found:
    """Where a passage was found and how well."""

    verdict: Verdict
    places: tuple[Place, ...] = ()
    score: float = 1.0
    numbers_differ: bool = False


NOT_FOUND = Found("missing", score=0.0)
_ORDER: tuple[Verdict, ...] = ("exact", "normalized", "fuzzy", "missing")


def find(quote: str, sources: Sources, cited: Collection[PageRef] = (), *, whole_words: bool = False) -> Found:
    """The best place of a quotation; among equals one on a cited page, else the first."""
    folded = fold(quote)
    if not folded.letters:
        return NOT_FOUND
    core = quote[slice(*folded.span(0, len(folded.letters)))]
    found = list(_same_letters(core, folded.letters, sources, whole_words=whole_words))
    if not found and len(folded.letters) >= 2 * _ACROSS_LETTERS:
        found = list(_across_pages(folded.letters, sources))
    if not found and len(folded.letters) >= LEAST_LETTERS and not whole_words:
        found = list(_nearly(folded.letters, sources))
    return min(found, key=lambda one: _rank(one, cited), default=NOT_FOUND)


def numbers_in(letters: str) -> list[str]:
    """The numbers of a folded text, in figures or in Chinese characters."""
    return _NUMBER.findall(letters)


def is_chinese(letters: str) -> bool:
    """Whether a run of three letters says as much as five Latin ones."""
    return len(_CJK.findall(letters)) * 3 >= len(letters)


def _rank(found: Found, cited: Collection[PageRef]) -> tuple[bool, int, float]:
    """A place as it stands beats a similar one on the cited page, but a cited page beats spaces and case."""
    on_cited = any(is_named(place, cited) for place in found.places)
    return found.verdict == "fuzzy", 0 if on_cited else 1 + _ORDER.index(found.verdict), -found.score


def is_named(place: Place, cited: Collection[PageRef]) -> bool:
    return any(ref.page == place.page and ref.document in (0, place.document) for ref in cited)


def _same_letters(core: str, letters: str, sources: Sources, *, whole_words: bool) -> Iterator[Found]:
    for number, volume in enumerate(sources.volumes, 1):
        for start in _occurrences(letters, volume.letters):
            places = sources.places(number, start, start + len(letters))
            if whole_words and not _is_whole(places, sources):
                continue
            yield Found("exact" if _text_of(places, sources) == core else "normalized", places)


def _occurrences(letters: str, text: str) -> Iterator[int]:
    at = text.find(letters)
    for _ in range(MOST_OCCURRENCES):
        if at < 0:
            return
        yield at
        at = text.find(letters, at + 1)


def _text_of(places: Sequence[Place], sources: Sources) -> str:
    """The passage as it is printed; "" when a page breaks it."""
    if len(places) != 1:
        return ""
    return _page_text(places[0], sources)[places[0].start : places[0].end]


def _page_text(place: Place, sources: Sources) -> str:
    pages = sources.volumes[place.document - 1].pages
    return next(page.text for page in pages if page.number == place.page)


def _is_whole(places: Sequence[Place], sources: Sources) -> bool:
    """Whether the passage neither begins nor ends inside a Latin word or a number."""
    first, last = places[0], places[-1]
    before = _page_text(first, sources)[max(0, first.start - 1) : first.start + 1]
    after = _page_text(last, sources)[last.end - 1 : last.end + 1]
    return not (_joins(before) or _joins(after))


def _joins(pair: str) -> bool:
    return len(pair) == 2 and all(sign.isascii() and sign.isalnum() for sign in pair)


def _across_pages(letters: str, sources: Sources) -> Iterator[Found]:
    """A passage that a running head or foot cuts in two: its beginning ends one page, the rest begins the next."""
    for number, volume in enumerate(sources.volumes, 1):
        for page_end in volume.starts[1:-1]:
            tail = volume.letters[max(0, page_end - _ACROSS_REACH - len(letters)) : page_end]
            head = volume.letters[page_end : page_end + _ACROSS_REACH + len(letters)]
            halves = _halves(letters, tail, head)
            if halves is not None:
                size, before, after = halves
                start = page_end - len(tail) + before
                rest = page_end + after
                first = sources.places(number, start, start + size)
                yield Found("normalized", first + sources.places(number, rest, rest + len(letters) - size))


def _halves(letters: str, tail: str, head: str) -> tuple[int, int, int] | None:
    """How many letters stand in `tail`, where, and where the others stand in `head`."""
    if letters[:_ACROSS_LETTERS] not in tail or letters[-_ACROSS_LETTERS:] not in head:
        return None
    low, high = _ACROSS_LETTERS, len(letters)
    while low < high:  # the longest beginning that is there: every shorter one is there too
        middle = (low + high + 1) // 2
        low, high = (middle, high) if letters[:middle] in tail else (low, middle - 1)
    size = min(low, len(letters) - _ACROSS_LETTERS)
    after = head.find(letters[size:])
    return (size, tail.rfind(letters[:size]), after) if after >= 0 else None


def _nearly(letters: str, sources: Sources) -> Iterator[Found]:
    quote = letters[:LONGEST_APPROXIMATE]
    size = 3 if is_chinese(quote) else 5
    for number, volume in enumerate(sources.volumes, 1):
        for start in volume.grams(size).windows(quote):
            found = _measure(quote, volume, start)
            if found is not None:
                score, first, last = found
                differ = numbers_in(quote) != numbers_in(volume.letters[first:last])
                yield Found("fuzzy", sources.places(number, first, last), score, differ)


def _measure(quote: str, volume: Volume, start: int) -> tuple[float, int, int] | None:
    """Score, start and end of the passage most like the quotation around a likely start."""
    slack = len(quote) // 4 + 8
    low, high = max(0, start - slack), start + len(quote) + 3 * slack
    edits, first, last = best_match(quote, volume.letters[low:high])
    score = 1 - edits / len(quote)
    return (round(score, 4), low + first, low + last) if score >= LEAST_SCORE and last > first else None
