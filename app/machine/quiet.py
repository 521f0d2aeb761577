"""Asking without a fuss: a figure that is missing is no reason to stop."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def quiet(ask: Callable[[], T]) -> T | None:
    """The answer, or None whatever went wrong."""
    with contextlib.suppress(Exception):
        return ask()
    return None
