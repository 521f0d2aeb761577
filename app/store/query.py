"""What somebody typed to find something: words, a "phrase", and -words that must not be there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property

import msgspec

from app.core.folding import Folded, fold

_PARTS = re.compile(
    r'(?P<minus>[-－](?=\S))?(?:["“”„«»「『](?P<phrase>[^"“”«»」』]*)(?P<closed>["“”«»」』])?|(?P<word>[^\s"“”]+))'
)
MOST_SPANS = 500

Span = tuple[int, int]


class Term(msgspec.Struct, frozen=True, dict=True):
    """Words that follow each other; of the last one only the beginning is known when `is_open`."""

    words: tuple[str, ...]
    is_open: bool = True

    @property
    def match(self) -> str:
        """As the index of full-text search is asked."""
        return '"' + " ".join(self.words) + '"' + (" *" if self.is_open else "")

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """As a folded text is searched."""
        end = "" if self.is_open else "(?![^ ])"
        return re.compile("(?<![^ ])" + " +".join(map(re.escape, self.words)) + end)


class Query(msgspec.Struct, frozen=True):
    """All `terms` must be found and none of the `excluded`."""

    terms: tuple[Term, ...] = ()
    excluded: tuple[Term, ...] = ()

    @property
    def match(self) -> str:
        """As the index of full-text search is asked; "" when there is nothing to find."""
        if not self.terms:
            return ""
        wanted = " AND ".join(term.match for term in self.terms)
        return " NOT ".join([f"({wanted})", *(term.match for term in self.excluded)])


def read_query(text: str) -> Query:
    """Every word may go on at its end, as one types it; words in quotation marks are meant as they stand."""
    terms: list[Term] = []
    excluded: list[Term] = []
    for part in _PARTS.finditer(text):
        words = tuple(fold(part["word"] or part["phrase"] or "").split())
        if words:
            term = Term(words, is_open=not part["closed"])
            (excluded if part["minus"] else terms).append(term)
    return Query(tuple(terms), tuple(excluded))


def fits(query: Query, text: str) -> bool:
    """Whether a text is found, by reading all of it: what the index must agree with."""
    folded = fold(text)
    wanted = all(term.pattern.search(folded) for term in query.terms)
    return bool(query.terms) and wanted and not any(term.pattern.search(folded) for term in query.excluded)


def spans_of(terms: Iterable[Term], text: str, most: int = MOST_SPANS) -> list[tuple[Span, int]]:
    """Where the terms stand in `text`, first to last, each with the number of its term; overlaps are left out."""
    folded = Folded(text)
    found: list[tuple[int, int, int]] = []
    for number, term in enumerate(terms):
        for count, hit in enumerate(term.pattern.finditer(folded.text)):
            if count >= most:
                break
            found.append((hit.start(), hit.end(), number))
    spans: list[tuple[Span, int]] = []
    end = 0
    for first, last, number in sorted(found)[:most]:
        if first >= end:
            spans.append(((folded.source(first), folded.source(last - 1) + 1), number))
            end = last
    return spans
