"""What holds for a while: a state is believed once it has been seen often enough, and given up likewise."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


class Steady(Generic[K]):
    """Told once a second what is seen; says what has held for `rise` seconds and not been gone for `fall`."""

    def __init__(self, rise: int = 3, fall: int = 5) -> None:
        self._rise, self._fall = rise, fall
        self._seen: dict[K, int] = {}
        self._missed: dict[K, int] = {}

    def look(self, seen: Iterable[K]) -> tuple[K, ...]:
        """One look; what holds, in the order in which it began."""
        now = set(seen)
        for key in now:
            self._seen[key] = self._seen.get(key, 0) + 1
            self._missed.pop(key, None)
        for key in [key for key in self._seen if key not in now]:
            self._missed[key] = self._missed.get(key, 0) + 1
            if self._seen[key] < self._rise or self._missed[key] >= self._fall:
                del self._seen[key], self._missed[key]
        return self.held

    @property
    def held(self) -> tuple[K, ...]:
        return tuple(key for key, count in self._seen.items() if count >= self._rise)

    def clear(self) -> None:
        self._seen.clear()
        self._missed.clear()
