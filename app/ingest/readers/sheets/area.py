"""How far a sheet reaches: the library makes a full grid from its first cell to its last, whatever is in it."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.errors import CarrelError

MAX_CELLS = 5_000_000


@dataclass
class Area:
    """The smallest rectangle around the cells seen so far."""

    top: int = 1 << 30
    bottom: int = -1
    left: int = 1 << 30
    right: int = -1

    def see(self, row: int, column: int) -> None:
        self.top, self.bottom = min(self.top, row), max(self.bottom, row)
        self.left, self.right = min(self.left, column), max(self.right, column)

    @property
    def cells(self) -> int:
        return (self.bottom - self.top + 1) * (self.right - self.left + 1) if self.bottom >= 0 else 0

    def check(self, name: str) -> None:
        """Raise when a grid this large would not fit in memory."""
        if self.cells > MAX_CELLS:
            raise CarrelError(
                "too_far_apart",
                "Cells of {name} lie too far apart to be read.",
                "Open it in Excel or LibreOffice, save it as .xlsx, then add that.",
                name=name,
            )
