"""An answer's Markdown cut into the pieces within which a quotation opens and closes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_FENCE = re.compile(r"^[ ]{0,3}(`{3,}|~{3,})[^\n]*\n.*?(?:^[ ]{0,3}\1[`~]*[ ]*$|\Z)", re.MULTILINE | re.DOTALL)
_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_QUOTED_LINE = re.compile(r"^[ ]{0,3}(?:[-*+][ ]+)?>")
_OPENS_BLOCK = re.compile(r"^\s*(?:[-*+•]\s|\d{1,3}[.)、]\s?|#{1,6}\s|\|)")


@dataclass(frozen=True, slots=True)
class Block:
    """Characters `start` to `end` of the answer. `quoted` marks a Markdown block quote."""

    start: int
    end: int
    quoted: bool


def without_code(answer: str) -> str:
    """The answer with code blanked out, every other character in its place: strings in code quote nobody."""
    return _CODE_SPAN.sub(_blank, _FENCE.sub(_blank, answer))


def blocks(text: str) -> Iterator[Block]:
    """Paragraphs, list items, table rows and block quotes, in order."""
    start, quoted = -1, False
    at = 0
    for line in text.splitlines(keepends=True):
        is_quoted = _QUOTED_LINE.match(line) is not None
        is_empty = not line.strip(" \t\r\n>")
        if start >= 0 and (is_empty or is_quoted != quoted or (not quoted and _OPENS_BLOCK.match(line))):
            yield Block(start, at, quoted)
            start = -1
        if start < 0 and not is_empty:
            start, quoted = at, is_quoted
        at += len(line)
    if start >= 0:
        yield Block(start, at, quoted)


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found.group())
