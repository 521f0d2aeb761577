"""What somebody typed to find something: words, a "phrase", and -words that must not be there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from itertools import islice

import msgspec

from app.core.folding import Folded, fold, is_whole

_PARTS = re.compile(
    r'(?P<minus>[-－](?=\S))?(?:["“”„«»「『](?P<phrase>[^"“”«»」』]*)(?P<closed>["“”«»」』])?|(?P<word>[^\s"“”]+))'
)
MOST_SPANS = 500
_no_letters = {" "}  # the signs of Chinese that were met; looked at once instead of in every text
BEGINS = "\u2060"  # before a letter: some word begins with it. No folded text has this sign

Span = tuple[int, int]


class Term(msgspec.Struct, frozen=True, dict=True):
    """Words that follow each other; of the last one only the beginning is known when `is_open`."""

    words: tuple[str, ...]
    is_open: bool = True

    @property
    def is_letter(self) -> bool:
        """Whether of its last word only one letter is known."""
        return self.is_open and len(self.words[-1]) == 1 and not is_whole(self.words[-1])

    @property
    def match(self) -> str:
        """As the index of full-text search is asked. One letter is looked for among the beginnings of words."""
        if self.is_letter and len(self.words) == 1:
            return f'"{BEGINS}{self.words[0]}"'
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
        """As it is looked for in long texts: the last word of a phrase may stand elsewhere while only its first letter
        is known, and a letter that is excluded is meant as it stands.
        """
        terms: list[Term] = []
        for term in self.terms:
            cut = term.is_letter and len(term.words) > 1
            terms += [Term(term.words[:-1], is_open=False), Term(term.words[-1:])] if cut else [term]
        excluded = (Term(term.words, is_open=False) if term.is_letter else term for term in self.excluded)
        return Query(tuple(terms), tuple(excluded))


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


def beginnings(folded: str) -> str:
    """The first letters of the words of a folded text, each once, as the index notes them after its words: a letter
    may begin half of all words, and to go through them would take longer than one waits for a keystroke.
    """
    signs = set(folded) - _no_letters
    _no_letters.update(whole := {sign for sign in signs if is_whole(sign)})
    spaced = f" {folded}"
    return " ".join(BEGINS + sign for sign in sorted(signs - whole) if f" {sign}" in spaced)


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
