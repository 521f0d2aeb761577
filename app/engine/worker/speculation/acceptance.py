"""How likely a guessed token comes true, learned from how guesses of its kind have fared in this answer."""

from __future__ import annotations

from bisect import bisect_right

_LEVELS = (4, 8, 16, 32, 64)  # from so many agreeing tokens on the next kind begins
_FRESH = (0.12, 0.30, 0.50, 0.65, 0.80, 0.90)  # before a place has foretold anything
_COPYING = (0.35, 0.60, 0.80, 0.92, 0.97, 0.985)  # once it has
_PRIOR = 4.0  # what is assumed weighs as much as so many guesses
_MEMORY = 64.0  # guesses remembered of a kind: texts change


class Odds:
    """One kind of guess: how many were made and came true, the older the less."""

    def __init__(self, prior: float, weight: float = _PRIOR) -> None:
        self._prior, self._weight = prior, weight
        self._hits, self._tries = prior * weight, weight

    @property
    def value(self) -> float:
        """The chance that the next guess of this kind comes true."""
        return self._hits / self._tries

    def learn(self, hits: int, misses: int) -> None:
        self._hits, self._tries = self._hits + hits, self._tries + hits + misses
        if self._tries > _MEMORY:
            self._fade(_MEMORY / self._tries)

    def forget(self, share: float) -> None:
        """Move this share of the way back to what was assumed at first."""
        self._hits += share * (self._prior * self._weight - self._hits)
        self._tries += share * (self._weight - self._tries)

    def _fade(self, factor: float) -> None:
        self._hits, self._tries = self._hits * factor, self._tries * factor


class Acceptance:
    """The odds of copying from earlier in the text, by how much agrees and whether the place has proved itself."""

    def __init__(self) -> None:
        self._fresh = [Odds(prior) for prior in _FRESH]
        self._copying = [Odds(prior) for prior in _COPYING]

    def odds(self, match: int, *, copying: bool) -> Odds:
        return (self._copying if copying else self._fresh)[bisect_right(_LEVELS, match)]

    def learn(self, match: int, *, copying: bool, hits: int, missed: bool) -> None:
        """A place that agreed on `match` tokens foretold `hits` more, then failed if `missed`."""
        for _ in range(hits):
            self.odds(match, copying=copying).learn(1, 0)
            match, copying = match + 1, True
        if missed:
            self.odds(match, copying=copying).learn(0, 1)

    def expected(self, match: int, count: int, *, copying: bool) -> list[float]:
        """The mean number of accepted tokens of drafts of 0, 1 … `count` tokens."""
        chance, sums = 1.0, [0.0]
        for _ in range(count):
            chance *= self.odds(match, copying=copying).value
            sums.append(sums[-1] + chance)
            match, copying = match + 1, True
        return sums


def constant(chance: float, count: int) -> list[float]:
    """The mean number of accepted tokens of drafts of 0, 1 … `count` tokens that are each as likely."""
    power, sums = 1.0, [0.0]
    for _ in range(count):
        power *= chance
        sums.append(sums[-1] + power)
    return sums
