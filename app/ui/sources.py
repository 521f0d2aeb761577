"""Spares the start of the window the reading of its own source."""

from __future__ import annotations

import sys


def read_no_sources() -> None:
    """Tell PySide that no module switches on its `__feature__`s (other names for Qt's methods).

    To find that out it would read the source of every module that is imported from now on: a tenth of the start. Where
    a later PySide has no such place, nothing changes.
    """
    import PySide6.QtCore  # noqa: F401 - with it comes the part that looks

    looker = sys.modules.get("PySide6.support.feature")
    if callable(getattr(looker, "_mod_uses_pyside", None)):
        setattr(looker, "_mod_uses_pyside", lambda _module: False)  # noqa: B010 - PySide declares no such name
