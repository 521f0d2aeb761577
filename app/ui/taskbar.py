"""The taskbar of Windows: Carrel's windows stand together under its own picture."""

from __future__ import annotations

import contextlib
import sys

_PROGRAM = "Carrel"


def name_this_program() -> None:
    """Windows else takes them for windows of the Python that runs. To be called before the first one is made."""
    if sys.platform == "win32":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            ctypes.windll.shell32.SetCurrentProcessExplicitAppUserModelID(_PROGRAM)
