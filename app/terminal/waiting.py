"""Runs a callback-style wish to its end on the terminal's loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.core.loop import Loop

Hear = Callable[[Any], object]


def wait_for(loop: Loop, start: Callable[[Hear, Hear], object]) -> Any:
    """Call `start(done, failed)`, run the loop until either is called; returns the result or raises the error."""
    outcome: list[tuple[bool, Any]] = []
    start(lambda result: outcome.append((True, result)), lambda error: outcome.append((False, error)))
    loop.run_until(lambda: bool(outcome))
    good, value = outcome[0]
    if not good:
        raise value
    return value
