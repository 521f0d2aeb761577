"""Carrel among the programs of this user's desktop: an entry with its picture, and GGUF files opened with it.

Everything is written for this user alone and taken away again completely. Nothing that another program made is
changed, and Carrel does not make itself the program for other kinds of files.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from app.core.errors import CarrelError
from app.session.desk import Desk
from app.session.failures import as_carrel_error
from app.session.integration_linux import LinuxDesktop
from app.session.integration_windows import WindowsDesktop

Desktop = LinuxDesktop | WindowsDesktop
Failed = Callable[[CarrelError], object]


def desktop_here() -> Desktop:
    """The desktop of this computer. Raises CarrelError where Carrel knows none."""
    system: str = sys.platform
    if system.startswith("linux"):
        return LinuxDesktop(launcher())
    if system == "win32":
        return WindowsDesktop(launcher())
    raise CarrelError(
        "no_integration",
        "Carrel cannot add itself to the desktop of this system.",
        "Open files from within Carrel, or drop them on its window.",
    )


def launcher() -> tuple[str, ...]:
    """The words that start this Carrel: the frozen program, an AppImage, or the script of a checkout."""
    if image := os.environ.get("APPIMAGE"):
        return (image,)
    if getattr(sys, "frozen", False):
        return (sys.executable,)
    root = Path(__file__).resolve().parents[2]
    system: str = sys.platform
    if system == "win32":
        without_console = Path(sys.executable).with_name("pythonw.exe")
        return (str(without_console), str(root / "app" / "__main__.py"))
    return (str(root / "carrel"),)


def is_integrated() -> bool:
    try:
        return desktop_here().is_integrated
    except CarrelError:
        return False


def integrate(desk: Desk, done: Callable[[tuple[str, ...]], object], failed: Failed) -> None:
    """Add the entry and the kind of file; `done` gets the places that were written."""
    desk.jobs.run(lambda: desktop_here().integrate(), done, lambda error: failed(as_carrel_error(error)))


def withdraw(desk: Desk, done: Callable[[tuple[str, ...]], object], failed: Failed) -> None:
    """Take everything away again; `done` gets the places that were removed."""
    desk.jobs.run(lambda: desktop_here().withdraw(), done, lambda error: failed(as_carrel_error(error)))
