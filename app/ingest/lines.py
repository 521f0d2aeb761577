"""Long text cut into pages at line ends, so that a quote can name the lines it stands in."""

from __future__ import annotations

from collections.abc import Iterator

PAGE_LINES = 400
PAGE_CHARACTERS = 24_000


def cut(text: str) -> list[tuple[str, str]]:
    """Pages as (label, text): "L1-400" and so on; one page without a label when the text is short.

    A line is never cut, so a page of a single line may be longer than the rest.
    """
    if len(text) <= PAGE_CHARACTERS and text.count("\n") <= PAGE_LINES:
        return [("", text)]
    return [(f"L{first}-{last}" if last > first else f"L{first}", page) for first, last, page in _pages(text)]


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
