"""Two texts side by side: the same, or where they part."""

from __future__ import annotations

from typing import Literal, NamedTuple

import msgspec

from app.core.words import say, sentences

BEFORE, AFTER = 60, 120  # characters shown around the place where two texts part


class Told(NamedTuple):
    """A thought and an answer."""

    thinking: str
    text: str


class Parting(msgspec.Struct, frozen=True):
    """Where two texts part: `at` characters are the same; what stands before, and how each goes on."""

    where: Literal["answer", "thinking"]
    at: int
    before: str
    then: str
    now: str


class PassCompared(msgspec.Struct, frozen=True):
    """One pass of a reading, made again. `is_asked_alike`: its prompt is what it was, to the letter."""

    number: int
    name: str
    parting: Parting | None
    is_asked_alike: bool = True


class CellCompared(msgspec.Struct, frozen=True):
    """A cell of a table that says something else, or rests on other words."""

    row: str
    column: str
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
    passes: tuple[PassCompared, ...] = ()
    cells: tuple[CellCompared, ...] = ()

    @property
    def is_same(self) -> bool:
        """The answer, and every pass it was put together from."""
        return self.parting is None and not self.passes_apart

    @property
    def passes_apart(self) -> tuple[PassCompared, ...]:
        return tuple(one for one in self.passes if one.parting is not None)


def find_parting(then: Told | tuple[str, str], now: Told | tuple[str, str], *, cut_then: bool) -> Parting | None:
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
    if comparison.passes:
        return _words_of_passes(comparison)
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


def pass_words(one: PassCompared) -> str:
    """What came of one pass, in a sentence."""
    if one.parting is None:
        return say("{name}: the same text.", name=one.name)
    words = say("{name}: parts at character {place}.", name=one.name, place=f"{one.parting.at + 1:,}")
    return words if one.is_asked_alike else sentences(words, say("Its prompt is not what it was."))


def cell_words(one: CellCompared) -> str:
    return say(
        "{row} · {column}: {now} instead of {then}",
        row=one.row,
        column=one.column,
        then=one.then or "–",
        now=one.now or "–",
    )


def _words_of_passes(comparison: Comparison) -> str:
    """Of a reading in passes, or of a table over documents."""
    count, apart = len(comparison.passes), len(comparison.passes_apart)
    if comparison.is_same:
        return say("The same text came out in each of {count} passes, letter for letter.", count=count)
    if comparison.parting is None:
        return say("The same answer came out, though {apart} of {count} passes differ.", apart=apart, count=count)
    if not apart:
        return say("Another answer came out, although all {count} passes are the same.", count=count)
    return say("Another text came out: {apart} of {count} passes differ, and the answer.", apart=apart, count=count)
