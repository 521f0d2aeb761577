"""What the supervisor holds of a child: enough to speak to it and to end it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from app.core.child import Exit


class Link(Protocol):
    """A connected child."""

    @property
    def pid(self) -> int: ...
    def send(self, line: bytes) -> None: ...
    def kill(self) -> None: ...
    def close(self, timeout_s: float = ...) -> None: ...


class NoChild:
    """Stands for a child that could not be started, until that is told."""

    pid = 0

    def send(self, line: bytes) -> None: ...

    def kill(self) -> None: ...

    def close(self, timeout_s: float = 0.0) -> None: ...


Connect = Callable[[Callable[[bytes], None], Callable[[Exit], None]], Link]
