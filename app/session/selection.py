"""Which pages of which documents go to the model, and in which order: what the preview changes before sending."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TypeVar

import msgspec

from app.core.chat import Document

T = TypeVar("T")


class Pick(msgspec.Struct, frozen=True):
    """One document by its place among those read, from 0, with the numbers of its pages in their order."""

    document: int
    pages: tuple[int, ...]


class Selection(msgspec.Struct, frozen=True):
    """The documents in the order they are sent. One that is ticked off stays in its place, with no pages."""

    picks: tuple[Pick, ...] = ()

    @staticmethod
    def whole(documents: Iterable[Document]) -> Selection:
        """Everything as it was read, or as each document is chosen already."""
        return Selection(
            tuple(Pick(at, tuple(page.number for page in document.sent)) for at, document in enumerate(documents))
        )

    def apply(self, documents: Sequence[Document]) -> tuple[Document, ...]:
        """The documents as they will be sent. A whole document in its own order has nothing chosen."""
        return tuple(_chosen(documents[pick.document], pick.pages) for pick in self.picks)

    def with_pages(self, place: int, numbers: Iterable[int], document: Document, *, ticked: bool) -> Selection:
        """Tick pages of the document at `place` on or off. What is ticked on returns to its place in the document."""
        changed, pick = set(numbers), self.picks[place]
        if not ticked:
            return self._replaced(place, tuple(number for number in pick.pages if number not in changed))
        if is_ascending(pick.pages):
            whole = (page.number for page in document.pages)
            kept = changed.union(pick.pages)
            return self._replaced(place, tuple(number for number in whole if number in kept))
        pages = list(pick.pages)
        for page in document.pages:
            if page.number in changed and page.number not in pages:
                after = [at for at, number in enumerate(pages) if number < page.number]
                pages.insert(after[-1] + 1 if after else 0, page.number)
        return self._replaced(place, tuple(pages))

    def with_document(self, place: int, document: Document, *, ticked: bool) -> Selection:
        """Tick a whole document on, in its own order, or off."""
        return self._replaced(place, tuple(page.number for page in document.pages) if ticked else ())

    def with_document_moved(self, place: int, to: int) -> Selection:
        return Selection(_moved(self.picks, place, to))

    def with_page_moved(self, place: int, at: int, to: int) -> Selection:
        """Move the page sent as number `at` of its document, counted from 0."""
        return self._replaced(place, _moved(self.picks[place].pages, at, to))

    def with_shown_page_moved(self, place: int, at: int, to: int, document: Document) -> Selection:
        """Move a page by the places in the list that shows them; between pages that are not sent there is no order."""
        shown, sent = pages_shown(document), self.picks[place].pages
        if at == to or not 0 <= to < len(shown) or shown[at] not in sent:
            return self
        others = [number for number in shown if number != shown[at]]
        goal = sum(1 for number in others[:to] if number in sent)
        return self.with_page_moved(place, sent.index(shown[at]), goal)

    def without_last(self, over_tokens: int, documents: Sequence[Document]) -> Selection:
        """Tick off pages from the end, until at least `over_tokens` fewer are sent or none is left.

        `documents` are those of `apply`, with their pages in the order they are sent.
        """
        selection = self
        for place in reversed(range(len(documents))):
            dropped, pages = [], list(documents[place].sent)
            while pages and over_tokens > 0:
                page = pages.pop()
                dropped.append(page.number)
                over_tokens -= page.tokens
            selection = selection.with_pages(place, dropped, documents[place], ticked=False)
        return selection

    def _replaced(self, place: int, pages: tuple[int, ...]) -> Selection:
        picks = list(self.picks)
        picks[place] = Pick(picks[place].document, pages)
        return Selection(tuple(picks))


def pages_shown(document: Document) -> tuple[int, ...]:
    """All pages of a document as a list shows them: those sent in their order, the others where they would return."""
    whole = tuple(page.number for page in document.pages)
    if document.chosen is None or is_ascending(document.chosen):
        return whole
    pick = Selection((Pick(0, tuple(page.number for page in document.sent)),))
    return pick.with_pages(0, whole, document, ticked=True).picks[0].pages


def is_ascending(numbers: Sequence[int]) -> bool:
    return all(one < other for one, other in pairwise(numbers))


def _chosen(document: Document, pages: tuple[int, ...]) -> Document:
    whole = tuple(page.number for page in document.pages)
    return msgspec.structs.replace(document, chosen=None if pages == whole else pages)


def _moved(values: tuple[T, ...], at: int, to: int) -> tuple[T, ...]:
    rest = [*values[:at], *values[at + 1 :]]
    rest.insert(to, values[at])
    return tuple(rest)
