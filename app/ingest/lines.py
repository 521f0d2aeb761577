"""Long text cut into pages at line ends, so that a quote can name the lines it stands in."""

from __future__ import annotations

import re
from collections.abc import Iterator

PAGE_LINES = 400
PAGE_CHARACTERS = 24_000
_PIECE = re.compile(rf"(?s).{{1,{PAGE_CHARACTERS}}}(?<=[\s。！？；.!?;,，])|.{{1,{PAGE_CHARACTERS}}}")


def cut(text: str) -> list[tuple[str, str]]:
    """Pages as (label, text): "L1-400" and so on; one page without a label when the text is short.

    A line longer than a page is cut after a sentence or a word where it can be: "L7 (1)", "L7 (2)".
    """
    if len(text) <= PAGE_CHARACTERS and text.count("\n") <= PAGE_LINES:
        return [("", text)]
    return [page for first, last, text in _pages(text) for page in _named(first, last, text)]


def line_count(text: str) -> int:
    """Lines as an editor counts them: the last need not end."""
    return text.count("\n") + (not text.endswith("\n")) if text else 0


def _pages(text: str) -> Iterator[tuple[int, int, str]]:
    first, held, characters = 1, list[str](), 0
    for number, line in enumerate(text.split("\n"), 1):
        if held and (len(held) == PAGE_LINES or characters + len(line) > PAGE_CHARACTERS):
            yield first, number - 1, "\n".join(held)
            first, held, characters = number, [], 0
        held.append(line)
        characters += len(line) + 1
    if any(held) or first == 1:
        yield first, first + len(held) - 1, "\n".join(held)


def _named(first: int, last: int, text: str) -> Iterator[tuple[str, str]]:
    if last > first or len(text) <= PAGE_CHARACTERS:
        yield f"L{first}-{last}" if last > first else f"L{first}", text
        return
    for number, piece in enumerate(_PIECE.findall(text), 1):
        yield f"L{first} ({number})", piece
