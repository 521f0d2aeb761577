"""Two texts side by side: the same, or where they part."""

from __future__ import annotations

from typing import Literal

import msgspec

from app.core.words import say

BEFORE, AFTER = 60, 120  # characters shown around the place where two texts part


class Parting(msgspec.Struct, frozen=True):
    """Where two texts part: `at` characters are the same; what stands before, and how each goes on."""

    where: Literal["answer", "thinking"]
    at: int
    before: str
    then: str
    now: str


class Comparison(msgspec.Struct, frozen=True):
    """What came of making an answer again. `parting` is None when it is the same, as far as it was written then.

    `differences` are sentences about what is not as it was, `doubts` about what could change the text all the same.
    """

    parting: Parting | None
    text: str
    thinking: str
    then_text: str
    then_thinking: str
    differences: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    cut_then: bool = False

    @property
    def is_same(self) -> bool:
        return self.parting is None


def find_parting(then: tuple[str, str], now: tuple[str, str], *, cut_then: bool) -> Parting | None:
    """`(thinking, answer)` of both. Of an answer that was cut only what it had is compared."""
    if then[0]:
        parting = _parting("thinking", then[0], now[0], cut=cut_then and not then[1])
        if parting is not None or (cut_then and not then[1]):
            return parting
    return _parting("answer", then[1], now[1], cut=cut_then)


def _parting(where: Literal["answer", "thinking"], then: str, now: str, *, cut: bool) -> Parting | None:
    if cut:
        now = now[: len(then)]
    if then == now:
        return None
    at = next((place for place, (a, b) in enumerate(zip(then, now, strict=False)) if a != b), min(len(then), len(now)))
    return Parting(where, at, then[max(0, at - BEFORE) : at], then[at : at + AFTER], now[at : at + AFTER])


def comparison_words(comparison: Comparison) -> str:
    """The verdict in a sentence."""
    parting = comparison.parting
    if parting is None:
        if comparison.cut_then:
            return say("The same text came out, as far as the answer was written then.")
        return say("The same text came out, letter for letter.")
    place = f"{parting.at + 1:,}"
    if parting.where == "thinking":
        return say("Another text came out: the thoughts part at character {place}.", place=place)
    if not parting.at:
        return say("Another text came out, from its first character.")
    return say("Another text came out: the answers part at character {place}.", place=place)
