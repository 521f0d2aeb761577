"""The bit-parallel distance is the distance of the textbook."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.cite.alike import best_match

WORDS = st.text("abc", max_size=12)


def slow(quote: str, text: str) -> int:
    """The least edits to any part of the text, cell by cell."""
    row = [0] * (len(text) + 1)
    for i, letter in enumerate(quote, 1):
        last, row = row, [i]
        for j, other in enumerate(text, 1):
            row.append(min(last[j] + 1, row[-1] + 1, last[j - 1] + (letter != other)))
    return min(row)


def whole(one: str, other: str) -> int:
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        last, row = row, [i]
        for j, sign in enumerate(other, 1):
            row.append(min(last[j] + 1, row[-1] + 1, last[j - 1] + (letter != sign)))
    return row[-1]


@given(st.text("abc", min_size=1, max_size=12), WORDS)
def test_the_least_edits(quote: str, text: str) -> None:
    edits, start, end = best_match(quote, text)
    assert edits == slow(quote, text)
    assert whole(quote, text[start:end]) == edits
