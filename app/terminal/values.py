"""Types for argparse: what a number, a list of numbers or an adapter may be. One that is not is a ValueError."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_STRONGEST_ADAPTER = 100.0


def _between(low: float, high: float, name: str, number: Callable[[str], Any] = int) -> Callable[[str], Any]:
    """A type for argparse: a number from `low` to `high`, called `name` where it is refused."""

    def parse(text: str) -> Any:
        value = number(text)
        if not low <= value <= high:  # also refuses what is not a number at all
            raise ValueError
        return value

    parse.__name__ = name
    return parse


_MOST = 2**31 - 1  # what the engine and the database count with
positive = _between(1, _MOST, "positive number")
layers = _between(-1, _MOST, "number of layers")
seed = _between(0, 2**32 - 1, "seed")
temperature = _between(0, 100, "temperature", float)
count = _between(0, _MOST, "count")
share = _between(0, 1, "share from 0 to 1", float)
penalty = _between(-2, 2, "penalty from -2 to 2", float)
repeat_penalty = _between(0.01, 10, "repeat penalty", float)
row_number = _between(1, 2**53 - 1, "number")  # of a chat or a message


def depths(text: str) -> tuple[int, ...]:
    """Empty for all."""
    return () if text == "all" else tuple(positive(part) for part in text.split(","))


depths.__name__ = "list of depths"


def adapter(text: str) -> tuple[str, float]:
    """`FILE=0.5` or `FILE`; a name may contain "=" itself."""
    path, _, scale = text.rpartition("=")
    try:
        found = (path, float(scale)) if path else (text, 1.0)
    except ValueError:
        found = (text, 1.0)
    if not found[0] or not abs(found[1]) <= _STRONGEST_ADAPTER:  # also refuses what is not a number at all
        raise ValueError
    return found


adapter.__name__ = "adapter"


def question(text: str) -> str:
    if not text.strip():
        raise ValueError
    return text


question.__name__ = "question: it is empty"
