"""The page references of an answer: [D1 p.2], p. 5, pages 3-4, 第5页, and lists of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.cite.sources import Sources
from app.core.citation import PageRef

MOST_PAGES = 500  # of one reference, so that "pages 1-99999" stays small

_OPEN = "[【(（"
_DASH = "[-–—~～至到]"
_NUM = r"\d{1,5}"
_RANGE = rf"{_NUM}(?:\s*{_DASH}\s*(?:p\.?\s*)?{_NUM})?"
_COMMA = r"\s*(?:,|，|、|;|；|&|\band\b|和|及|与)\s*"
_WORD = r"(?:pp?\.?|pages?|pg\.?|slides?|sheets?)"
_ITEM = rf"(?:D\s?\d{{1,3}}\s*[:：,，·.]?\s*)?(?:{_WORD}\s*|第\s*)?{_RANGE}(?:\s*[页頁])?"
_BRACKET = re.compile(
    rf"[\[【(（]\s*(D\s?\d{{1,3}}\s*[:：,，·.]?\s*(?:{_WORD}\s*|第\s*){_RANGE}(?:\s*[页頁])?(?:{_COMMA}{_ITEM})*)"
    r"(?=\s*[\]】)）]|\s*[:：,，]?\s*[\"“「'‘])",
    re.IGNORECASE,
)
_NAMED = re.compile(
    rf"(?<![A-Za-z0-9])D\s?(\d{{1,3}})\s*[:：,，·的]?\s*(?:on\s+)?(?:{_WORD}\s*|第\s*)({_RANGE})(?:\s*[页頁])?",
    re.IGNORECASE,
)
_PLAIN = re.compile(
    rf"(?<![A-Za-z0-9])(?:(?:pp\.?|pages)\s*({_RANGE}(?:{_COMMA}{_RANGE}(?![\d%.]*[\d%]))*)|(?:p\.|page)\s*({_RANGE}))"
    r"(?![\d%])(?:\s+(?:of|in)\s+D\s?(\d{1,3}))?",
    re.IGNORECASE,
)
_CN_NUM = r"(?:\d{1,5}|[一二三四五六七八九十百千〇零两]{1,7})"
_CN_LIST = rf"{_CN_NUM}(?:(?:\s*{_DASH}\s*|\s*[、和及,，]\s*)第?\s*{_CN_NUM})*"
_CHINESE = re.compile(rf"(?:(?<![A-Za-z])D\s?(\d{{1,3}})\s*的?\s*)?第\s*({_CN_LIST})\s*[页頁]")
_LABEL = re.compile(r"(?<![A-Za-z])(?:p\.|page)\s*([ivxlc]{1,7})(?![A-Za-z])", re.IGNORECASE)
_DOCUMENT = re.compile(r"(?<![A-Za-z])D\s?(\d{1,3})(?!\d)", re.IGNORECASE)
_PART = re.compile(
    rf"(?<![A-Za-z])D\s?(\d{{1,3}})|({_CN_NUM})(?:\s*{_DASH}\s*(?:p\.?\s*|第\s*)?({_CN_NUM}))?", re.IGNORECASE
)
_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference as it is written, `start` to `end` of the answer, and the pages it names."""

    start: int
    end: int
    text: str
    pages: tuple[PageRef, ...]
    labels: tuple[PageRef, ...] = ()  # pages that call themselves by this number

    @property
    def named(self) -> tuple[PageRef, ...]:
        return self.pages + self.labels


def is_bracketed(text: str, ref: Reference) -> bool:
    """Whether the reference stands in brackets, as a model writes its own into a quotation."""
    return ref.text[0] in _OPEN or (text[ref.start - 1 : ref.start] or " ") in _OPEN


def references(text: str, sources: Sources) -> list[Reference]:
    """All references of a text in order, none inside another."""
    found: list[Reference] = []
    for start, end, written, default in _written(text):
        if any(start < one.end and one.start < end for one in found):
            continue
        pages = tuple(_pages(written, default))
        if pages:
            found.append(_resolve(start, end, text, pages, sources))
    found += [one for one in _roman(text, sources) if not any(one.start < o.end and o.start < one.end for o in found)]
    return [_in_one(one, found, text, sources) for one in sorted(found, key=lambda one: one.start)]


def _written(text: str) -> Iterator[tuple[int, int, str, int]]:
    """Span, the part that says pages, and the document named beside it; the clearest forms first."""
    for match in _BRACKET.finditer(text):
        closed = re.match(r"\s*[\]】)）]", text[match.end() :])
        yield match.start(), match.end() + (closed.end() if closed else 0), match.group(1), 0
    for match in _NAMED.finditer(text):
        yield match.start(), match.end(), match.group(2), int(match.group(1))
    for match in _CHINESE.finditer(text):
        yield match.start(), match.end(), match.group(2), int(match.group(1) or 0)
    for match in _PLAIN.finditer(text):
        yield match.start(), match.end(), match.group(1) or match.group(2), int(match.group(3) or 0)


def _pages(written: str, document: int) -> Iterator[PageRef]:
    for part in _PART.finditer(written):
        if part.group(1):
            document = int(part.group(1))
            continue
        first = number_of(part.group(2))
        last = number_of(part.group(3)) if part.group(3) else first
        for page in range(first, min(max(first, last), first + MOST_PAGES) + 1):
            yield PageRef(document, page)


def number_of(written: str) -> int:
    """A whole number in figures or in Chinese characters up to the thousands."""
    if written.isdecimal():
        return int(written)
    total, digit = 0, 0
    for sign in written:
        if sign in _UNITS:
            total += (digit or 1) * _UNITS[sign]
            digit = 0
        else:
            digit = digit * 10 + _DIGITS.get(sign, 0)
    return total + digit


def _resolve(start: int, end: int, text: str, pages: tuple[PageRef, ...], sources: Sources) -> Reference:
    labels = [PageRef(*found) for ref in pages for found in sources.labelled(ref.document, str(ref.page))]
    known = any(sources.has_page(ref.document, ref.page) or sources.left_out(ref.document, ref.page) for ref in pages)
    if labels and not known:
        return Reference(start, end, text[start:end], tuple(dict.fromkeys(labels)))
    return Reference(start, end, text[start:end], pages, tuple(dict.fromkeys(labels)))


def _roman(text: str, sources: Sources) -> Iterator[Reference]:
    """Page iv: only where a document calls a page so."""
    for match in _LABEL.finditer(text):
        pages = tuple(PageRef(*found) for found in sources.labelled(0, match.group(1)))
        if pages:
            yield Reference(match.start(), match.end(), match.group(), pages)


def _in_one(one: Reference, found: list[Reference], text: str, sources: Sources) -> Reference:
    """A page without a document is the only document's, or of the one named last before it in the same paragraph."""
    if all(ref.document for ref in one.pages):
        return one
    document = 1 if len(sources.documents) == 1 else _named_before(one.start, text)
    pages = tuple(PageRef(ref.document or document, ref.page) for ref in one.pages)
    return Reference(one.start, one.end, one.text, pages, one.labels)


def _named_before(end: int, text: str) -> int:
    start = text.rfind("\n\n", 0, end) + 1
    numbers = [int(match.group(1)) for match in _DOCUMENT.finditer(text, start, end)]
    return numbers[-1] if numbers else 0
