"""The pages an answer may quote, indexed once per document."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from app.cite.grams import Grams
from app.cite.letters import Folded, fold
from app.core.chat import Document, Page
from app.core.citation import Place


class Volume:
    """The pages of one document that were sent, as one run of letters, so that a passage may cross a page's end."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self.pages = tuple(pages)
        self._folded: list[Folded] = [fold(page.text) for page in self.pages]
        self.letters = "".join(folded.letters for folded in self._folded)
        self.starts = [0]
        for folded in self._folded:
            self.starts.append(self.starts[-1] + len(folded.letters))
        self._grams: dict[int, Grams] = {}

    def places(self, start: int, end: int) -> tuple[tuple[Page, int, int], ...]:
        """Where letters `start` to `end` stand: a page with the characters of its text, one for each page touched."""
        found = []
        at = bisect_right(self.starts, start) - 1
        while at < len(self.pages) and self.starts[at] < end:
            first, last = max(start, self.starts[at]), min(end, self.starts[at + 1])
            if first < last:
                begin = self.starts[at]
                found.append((self.pages[at], *self._folded[at].span(first - begin, last - begin)))
            at += 1
        return tuple(found)

    def grams(self, size: int) -> Grams:
        """All runs of `size` letters; made when the first quotation is not found as it stands."""
        if size not in self._grams:
            self._grams[size] = Grams(self.letters, size)
        return self._grams[size]


@lru_cache(maxsize=16)
def _volume(pages: tuple[Page, ...]) -> Volume:
    return Volume(pages)


@dataclass(frozen=True)
class Sources:
    """The documents of a conversation in the order of their numbers, D1 first."""

    documents: tuple[Document, ...]

    @cached_property
    def volumes(self) -> tuple[Volume, ...]:
        return tuple(_volume(document.sent) for document in self.documents)

    def places(self, document: int, start: int, end: int) -> tuple[Place, ...]:
        """The same as `Volume.places`, with the document's number."""
        found = self.volumes[document - 1].places(start, end)
        return tuple(Place(document, page.number, first, last) for page, first, last in found)

    def has_page(self, document: int, page: int) -> bool:
        """Whether this page was sent. Document 0 is any."""
        return any(page == sent.number for one in self._named(document) for sent in one.sent)

    def left_out(self, document: int, page: int) -> bool:
        """Whether the page exists, and was not sent."""
        there = any(page == known.number for one in self._named(document) for known in one.pages)
        return there and not self.has_page(document, page)

    def labelled(self, document: int, label: str) -> tuple[tuple[int, int], ...]:
        """Document and number of the pages that call themselves so."""
        numbered = enumerate(self.documents, 1)
        return tuple(
            (number, page.number)
            for number, one in numbered
            if document in (0, number)
            for page in one.sent
            if page.label == label
        )

    def _named(self, document: int) -> tuple[Document, ...]:
        return self.documents if document == 0 else self.documents[document - 1 : document]
