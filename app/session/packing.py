"""Cuts documents into passes that each fit a context: every page in its order, none left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from app.core.chat import Document, Page
from app.core.run import Pass, Piece

PAGE_TOKENS = 12  # the marker of a page and the lines around it
HEAD_TOKENS = 48  # the name of a document, what is given of it, and its end
FULL = 0.9  # of a pass that a part of a page may take: characters are not all equally many tokens
MAP_SHARE = 0.25  # of a pass that the map of a folder may take to stand first in every pass


def pack(documents: Sequence[Document], budget_tokens: int, *, apart: bool = False) -> tuple[Pass, ...]:
    """Passes of at most `budget_tokens`; with `apart` no pass holds pages of two documents."""
    passes: list[Pass] = []
    packer = _Packer(budget_tokens)
    for number, document in enumerate(documents, 1):
        if apart:
            passes += packer.flush()
        for piece, tokens in _pieces(number, document, budget_tokens):
            passes += packer.add(piece, tokens, maps=maps_of(document, budget_tokens))
    return tuple(passes + packer.flush())


def maps_of(document: Document, budget_tokens: int) -> tuple[Page, ...]:
    """The pages that say what lies in a folder, when they are small enough to stand before every pass."""
    pages = tuple(page for page in document.sent if page.label == "map" or page.label.startswith("map "))
    return pages if sum(map(_cost, pages)) <= budget_tokens * MAP_SHARE else ()


def halves(one: Pass) -> tuple[Pass, Pass] | None:
    """The same pages in two passes; None for a single page."""
    flat = [msgspec.structs.replace(piece, pages=(page,)) for piece in one.pieces for page in piece.pages]
    if len(flat) < 2:
        return None
    middle = len(flat) // 2
    return Pass(_joined(flat[:middle]), again=True), Pass(_joined(flat[middle:]), again=True)


def excerpts(one: Pass, documents: Sequence[Document], budget_tokens: int) -> dict[int, Document]:
    """What a pass reads of each document by its number: the pages chosen, the map of a folder first."""
    found: dict[int, Document] = {}
    for piece in one.pieces:
        whole = documents[piece.document - 1]
        maps = tuple(page.number for page in maps_of(whole, budget_tokens) if page.number not in piece.pages)
        before = found.get(piece.document)
        chosen = before.chosen if before is not None and before.chosen is not None else maps
        pages = (before or whole).pages
        if piece.end:
            pages = tuple(_cut(page, piece) if page.number in piece.pages else page for page in pages)
        found[piece.document] = msgspec.structs.replace(whole, pages=pages, chosen=(*chosen, *piece.pages))
    return found


def pages_in(passes: Sequence[Pass]) -> set[tuple[int, int]]:
    """Document and number of every page that is in these passes."""
    return {(piece.document, page) for one in passes for piece in one.pieces for page in piece.pages}


class _Packer:
    def __init__(self, budget_tokens: int) -> None:
        self._budget_tokens = budget_tokens
        self._pieces: list[Piece] = []
        self._tokens = 0

    def add(self, piece: Piece, tokens: int, maps: Sequence[Page]) -> list[Pass]:
        """The pass that became full, if one did."""
        is_map = any(page.number in piece.pages for page in maps)
        before = HEAD_TOKENS + (0 if is_map else sum(map(_cost, maps)))
        begins = not any(one.document == piece.document for one in self._pieces)
        if self._pieces and self._tokens + tokens + (before if begins else 0) > self._budget_tokens:
            full, begins = self.flush(), True
        else:
            full = []
        self._tokens += tokens + (before if begins else 0)
        self._pieces.append(piece)
        return full

    def flush(self) -> list[Pass]:
        pieces, self._pieces, self._tokens = self._pieces, [], 0
        return [Pass(_joined(pieces))] if pieces else []


def _pieces(number: int, document: Document, budget_tokens: int) -> Iterator[tuple[Piece, int]]:
    """A page each with its tokens; of a page that is too long for a pass, parts that end at a line where they can."""
    maps = sum(map(_cost, maps_of(document, budget_tokens)))
    room = max(1, budget_tokens - HEAD_TOKENS - maps - PAGE_TOKENS)
    for page in document.sent:
        if page.tokens <= room or len(page.text) < 2:
            yield Piece(number, (page.number,)), _cost(page)
            continue
        size = max(1, int(len(page.text) / page.tokens * room * FULL))
        for start, end in _lines(page.text, size):
            tokens = -(-page.tokens * (end - start) // len(page.text)) + PAGE_TOKENS
            yield Piece(number, (page.number,), start, end), tokens


def _lines(text: str, size: int) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(text):
        end = min(len(text), start + size)
        if end < len(text):
            line = text.rfind("\n", start + size // 2, end)
            end = line + 1 if line >= 0 else end
        yield start, end
        start = end


def _joined(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Whole pages of one document that follow each other become one piece, and so do parts of one page."""
    joined: list[Piece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if last is None or last.document != piece.document or bool(last.end) != bool(piece.end):
            joined.append(piece)
        elif not piece.end:
            joined[-1] = msgspec.structs.replace(last, pages=last.pages + piece.pages)
        elif last.pages == piece.pages and last.end == piece.start:
            joined[-1] = msgspec.structs.replace(last, end=piece.end)
        else:
            joined.append(piece)
    return tuple(joined)


def _cut(page: Page, piece: Piece) -> Page:
    return msgspec.structs.replace(page, text=page.text[piece.start : piece.end])


def _cost(page: Page) -> int:
    return page.tokens + PAGE_TOKENS
