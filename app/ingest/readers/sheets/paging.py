"""The rows of a sheet cut into pages, each a Markdown table under the sheet's name with its head row repeated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from app.ingest import markdown

PAGE_ROWS = 200
PAGE_CHARACTERS = 16_000
LONGEST_HEAD = 2_000  # repeating a longer one would double the text of a wide sheet


class Row(NamedTuple):
    """A row by the number that the program shows beside it."""

    number: int
    texts: list[str]


class PageText(NamedTuple):
    label: str
    text: str


def sheet_pages(name: str, rows: Iterable[Row], heading: str = "") -> Iterator[PageText]:
    """The pages of one sheet; rows without text are left out, and a sheet without rows has no page.

    Rows above the table that have a single cell are its title. `heading` is what stands for the name in the text.
    """
    filled = (Row(row.number, _trimmed(row.texts)) for row in rows)
    title, head, block = list[Row](), list[str](), list[Row]()
    characters = 0
    for row in filled:
        if not row.texts:
            continue
        if not head and sum(map(bool, row.texts)) < 2:
            title.append(row)
            if len(title) < PAGE_ROWS and sum(len(one.texts[-1]) for one in title) < PAGE_CHARACTERS:
                continue
            yield _page(name, heading, title, [], [])
            title = []
            continue
        size = sum(map(len, row.texts)) + 3 * len(row.texts)
        if block and (len(block) >= PAGE_ROWS or characters + size > PAGE_CHARACTERS):
            yield _page(name, heading, title, head, block)
            title, block, characters = [], [], sum(map(len, head))
        head = head or row.texts
        block.append(row)
        characters += size
    if block or title:
        yield _page(name, heading, title, head, block)


def _page(name: str, heading: str, title: list[Row], head: list[str], block: list[Row]) -> PageText:
    numbers = [row.number for row in (*title, *block)]
    rows = [row.texts for row in block]
    if rows and rows[0] is not head and sum(map(len, head)) <= LONGEST_HEAD:
        rows.insert(0, head)
    parts = [heading, "\n".join(text for row in title for text in row.texts if text), markdown.table(rows)]
    first, last = numbers[0], numbers[-1]
    where = f"r{first}-{last}" if last > first else f"r{first}"
    return PageText(f"{name} {where}".strip(), "\n\n".join(filter(None, parts)))


def _trimmed(texts: list[str]) -> list[str]:
    """Without the empty cells at the end."""
    end = len(texts)
    while end and not texts[end - 1].strip():
        end -= 1
    return texts[:end]
