"""What a slider stands for: places along it, and the values they mean."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """From `low` to `high` in `places` steps, evenly or, with `log`, by factors. `zero` is where 0 stands when it means
    "off" or "all": before the lowest value, or after the highest. Values beyond the ends keep to the end."""

    low: float
    high: float
    places: int
    digits: int = 0
    log: bool = False
    zero: str = ""  # "first", "last"

    @property
    def last(self) -> int:
        """The number of the last place; the first is 0."""
        return self.places + (1 if self.zero else 0)

    def place_of(self, value: float) -> int:
        """Where the handle stands for this value."""
        if self.zero and value <= 0:
            return 0 if self.zero == "first" else self.last
        value = min(max(value, self.low), self.high)
        if self.log:
            share = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return round(share * self.places) + (1 if self.zero == "first" else 0)

    def value_at(self, place: int) -> float:
        """What the place means, rounded as one would say it."""
        if self.zero and place == (0 if self.zero == "first" else self.last):
            return 0.0
        share = (place - (1 if self.zero == "first" else 0)) / self.places
        if self.log:
            return _rounded(self.low * (self.high / self.low) ** share)
        return round(self.low + share * (self.high - self.low), self.digits)


def _rounded(value: float) -> float:
    """A whole number of two digits and zeros; powers of two, which contexts are made of, stay what they are."""
    power = 2.0 ** round(math.log2(value))
    if abs(value / power - 1) < 0.02:
        return power
    step = 10.0 ** max(0, math.floor(math.log10(value)) - 1)
    return round(value / step) * step
