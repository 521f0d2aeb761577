"""What somebody typed to find something: words, a "phrase", and -words that must not be there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from itertools import islice

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
    def is_letter(self) -> bool:
        """Whether of its last word only one letter is known."""
        return self.is_open and len(self.words[-1]) == 1 and self.words[-1].isascii()

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

    @property
    def settled(self) -> Query:
        """For long texts: a word of one letter that may go on would be half of the library. It is not looked for
        beside others, and alone it is meant as it stands.
        """
        whole = [term for term in self.terms if not term.is_letter]
        parts = [Term(term.words[:-1], is_open=False) for term in self.terms if term.is_letter and term.words[:-1]]
        alone = [Term(term.words, is_open=False) for term in self.terms]
        return Query(tuple(whole + parts or alone), tuple(term for term in self.excluded if not term.is_letter))


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


def hits_in(terms: Iterable[Term], folded: Folded, most: int = MOST_SPANS) -> list[tuple[int, int, int]]:
    """Where the terms stand in a folded text, first to last, as (from, to, number of the term); none overlap."""
    found: list[tuple[int, int, int]] = []
    for number, term in enumerate(terms):
        hits = islice(term.pattern.finditer(folded.text), most)
        found.extend((hit.start(), hit.end(), number) for hit in hits)
    kept: list[tuple[int, int, int]] = []
    for hit in sorted(found)[:most]:
        if not kept or hit[0] >= kept[-1][1]:
            kept.append(hit)
    return kept


def spans_of(terms: Iterable[Term], text: str, most: int = MOST_SPANS) -> list[Span]:
    """Where the terms stand in `text`, first to last."""
    folded = Folded(text)
    return [folded.span(first, last) for first, last, _ in hits_in(terms, folded, most)]
