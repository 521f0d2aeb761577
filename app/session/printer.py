"""What only Qt can do for an export: lay pages out and draw pictures. Whoever has Qt hands it to the desk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from app.core.errors import CarrelError


class Printer(Protocol):
    """Safe to call away from the main thread."""

    def print_pdf(self, html: str, title: str, file: Path) -> None:
        """Lay out `html` on numbered A4 pages. Raises CarrelError when `file` cannot be written."""

    def picture(self, svg: str) -> bytes:
        """The drawing as PNG in its natural size; b"" when it cannot be drawn."""


MakePrinter = Callable[[], Printer]  # called on the main thread, before the first use


def no_printer() -> CarrelError:
    return CarrelError(
        "no_printer",
        "PDF needs a library of the window that is missing here.",
        "Export as HTML and print that from a browser.",
    )
