"""What an answer quotes and which pages it names, each with what the source says about it."""

from __future__ import annotations

from typing import Literal

import msgspec

Verdict = Literal[
    "exact",  # the very characters are on the page
    "normalized",  # the same letters and figures; spaces, case, punctuation or width differ
    "fuzzy",  # nearly the same, see the score
    "missing",  # on no page that was sent
    "said",  # not on a page, but said in the conversation before: nobody is accused
    "elsewhere",  # of a page reference: its quotation is on another page
    "exists",  # of a page reference without a quotation: the page was sent
    "left_out",  # of a page reference: the page exists and was not sent
    "no_page",  # of a page reference: there is no such page, or no such document
]
FOUND: frozenset[Verdict] = frozenset({"exact", "normalized", "fuzzy"})
DOUBTFUL: frozenset[Verdict] = frozenset({"missing", "elsewhere", "left_out", "no_page"})


class PageRef(msgspec.Struct, frozen=True):
    """A page as an answer names it. `document` counts from 1 as in [D1 p.2]; 0 is a page of no named document."""

    document: int
    page: int


class Place(msgspec.Struct, frozen=True):
    """Where a passage lies: characters `start` to `end` of the page's text as the model was given it."""

    document: int
    page: int
    start: int = 0
    end: int = 0


class Citation(msgspec.Struct, frozen=True):
    """One quotation or page reference of an answer, checked.

    `start` to `end` are characters of the answer, marks included; `text` is what is quoted, or the reference as it
    is written. `cited` are the pages named for it. `places` is where it was found: several when a quotation is
    broken by a page or by dots. `score` is the share of letters that agree.
    """

    kind: Literal["quote", "page"]
    start: int
    end: int
    text: str
    verdict: Verdict
    score: float = 1.0
    cited: tuple[PageRef, ...] = ()
    places: tuple[Place, ...] = ()
    numbers_differ: bool = False

    @property
    def is_found(self) -> bool:
        return self.verdict in FOUND

    @property
    def is_misplaced(self) -> bool:
        """Whether a quotation was found, but on none of the pages named for it."""
        if not self.is_found or not self.cited:
            return False
        return not any(_names(ref, place) for ref in self.cited for place in self.places)

    @property
    def is_doubtful(self) -> bool:
        """Whether a reader should look: not found, not where it is said to be, or with other numbers."""
        return (
            self.verdict in ("missing", "elsewhere", "left_out", "no_page") or self.is_misplaced or self.numbers_differ
        )


def _names(ref: PageRef, place: Place) -> bool:
    return ref.page == place.page and ref.document in (0, place.document)
