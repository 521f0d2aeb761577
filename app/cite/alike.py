"""How nearly a quotation stands in a text: the least edits, wherever in the text it begins and ends.

Myers' bit-parallel algorithm (G. Myers, "A fast bit-vector algorithm for approximate string matching", JACM 1999),
with Python's integers as bit vectors of any length.
"""

from __future__ import annotations


def best_match(quote: str, text: str) -> tuple[int, int, int]:
    """Edits, and the start and end in `text` of the passage with the least of them."""
    edits, end = _least(quote, text, anchored=False)
    _, length = _least(quote[::-1], text[:end][::-1], anchored=True)
    return edits, end - length, end


def _least(quote: str, text: str, *, anchored: bool) -> tuple[int, int]:
    """The least edits and where the passage ends; unless it is anchored, the text before it costs nothing."""
    size = len(quote)
    where: dict[str, int] = {}
    for at, letter in enumerate(quote):
        where[letter] = where.get(letter, 0) | 1 << at
    full, last = (1 << size) - 1, 1 << (size - 1)
    plus, minus, edits = full, 0, size
    best, best_end = size, 0
    for end, letter in enumerate(text, 1):
        same = where.get(letter, 0)
        vertical = same | minus
        horizontal = (((same & plus) + plus) ^ plus) | same
        up, down = minus | (full & ~(horizontal | plus)), plus & horizontal
        edits += bool(up & last) - bool(down & last)
        up, down = (up << 1 | anchored) & full, down << 1 & full
        plus, minus = down | (full & ~(vertical | up)), up & vertical
        if edits < best:
            best, best_end = edits, end
    return best, best_end
