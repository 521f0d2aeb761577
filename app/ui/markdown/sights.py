"""How a reader looks at the code and the tables of a message: kept while its row is no widget. No Qt here."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

MOST_KEPT = 1000


@dataclass(slots=True)
class Sight:
    """One block: whether its lines wrap, whether all of them are shown, how far it is scrolled sideways."""

    wraps: bool = False
    opened: bool = False
    x: int = 0


class Sights:
    """Those of one page, by their number from the top."""

    def __init__(self) -> None:
        self._code: dict[int, Sight] = {}
        self._tables: dict[int, Sight] = {}

    def of_code(self, number: int) -> Sight:
        """That of a code card."""
        return self._code.setdefault(number, Sight())

    def of_table(self, number: int) -> Sight:
        """That of a table."""
        return self._tables.setdefault(number, Sight())


_kept: OrderedDict[str, Sights] = OrderedDict()


def sights_of(key: str) -> Sights:
    """Those of the message with this key, as they were left; new ones for a message without a key."""
    if not key:
        return Sights()
    found = _kept.setdefault(key, Sights())
    _kept.move_to_end(key)
    while len(_kept) > MOST_KEPT:
        _kept.popitem(last=False)
    return found
