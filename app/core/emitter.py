"""Plain events: the rooms announce, the faces listen. No thread hops here; `post` does those."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, ParamSpec

P = ParamSpec("P")


class Emitter(Generic[P]):
    """A list of listeners called in the order they were added, in the thread that emits."""

    def __init__(self) -> None:
        self._listeners: list[Callable[P, object]] = []

    def connect(self, listener: Callable[P, object]) -> Callable[[], None]:
        """Call `listener` on every emit; returns a function that disconnects it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    @property
    def listeners(self) -> tuple[Callable[P, object], ...]:
        """Who listens now, to be put back with `restore`."""
        return tuple(self._listeners)

    def restore(self, listeners: Iterable[Callable[P, object]]) -> None:
        """Only these listen from now on."""
        self._listeners = list(listeners)

    def emit(self, *args: P.args, **kwargs: P.kwargs) -> None:
        for listener in tuple(self._listeners):
            listener(*args, **kwargs)
