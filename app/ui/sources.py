"""Spares the start of the window what PySide does for everybody and Carrel has no use for."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

LONG = 1_000  # characters of a pattern that takes milliseconds to compile


def read_no_sources() -> None:
    """Tell PySide that no module switches on its `__feature__`s (other names for Qt's methods).

    To find that out it would read the source of every module that is imported from now on: a tenth of the start. Where
    a later PySide has no such place, nothing changes.
    """
    with compiling_later():
        import PySide6.QtCore  # noqa: F401 - with it comes the part that looks

    looker = sys.modules.get("PySide6.support.feature")
    if callable(getattr(looker, "_mod_uses_pyside", None)):
        setattr(looker, "_mod_uses_pyside", lambda _module: False)  # noqa: B010 - PySide declares no such name


@contextmanager
def compiling_later() -> Iterator[None]:
    """PySide compiles three patterns for its error messages and type stubs, of thousands of characters each: 20 ms.
    Made inside the block, a long one is compiled when it is used first.
    """
    compile_now = re.compile

    def compile_later(pattern: Any, flags: Any = 0) -> Any:
        if isinstance(pattern, str) and len(pattern) > LONG:
            return _Pattern(lambda: compile_now(pattern, flags))
        return compile_now(pattern, flags)

    re.compile = compile_later
    try:
        yield
    finally:
        re.compile = compile_now


class _Pattern:
    """Stands for a compiled pattern. Also its methods may be taken before it is needed."""

    def __init__(self, make: Callable[[], re.Pattern[str]]) -> None:
        self._make = make

    @cached_property
    def _made(self) -> re.Pattern[str]:
        return self._make()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda *values, **named: getattr(self._made, name)(*values, **named)
