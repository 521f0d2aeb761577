"""Running heads and feet: lines that stand at the same end of page after page.

They are kept, since a receipt says that nothing was dropped, but set apart, so that no sentence runs into them.
"""

from __future__ import annotations

import re

PAGES_BACK = 2  # left and right pages differ
LONGEST = 120
FEWEST_LINES = 3
_FIGURES = re.compile(r"[\d]+|\b[ivxlc]+\b", re.IGNORECASE)


class Furniture:
    """Remembers the outermost lines of the pages before."""

    def __init__(self) -> None:
        self._heads: list[str] = []
        self._feet: list[str] = []

    def set_apart(self, text: str) -> str:
        """The page with an empty line between its running head or foot and the rest."""
        lines = text.split("\n")
        if len(lines) < FEWEST_LINES:
            return text
        head, foot = _shape(lines[0]), _shape(lines[-1])
        if head and head in self._heads:
            lines[0] += "\n"
        if foot and foot in self._feet:
            lines[-1] = "\n" + lines[-1]
        self._heads, self._feet = [*self._heads, head][-PAGES_BACK:], [*self._feet, foot][-PAGES_BACK:]
        return "\n".join(lines).replace("\n\n\n", "\n\n")


def _shape(line: str) -> str:
    """The line without what changes from page to page; empty for one that is no head or part of a table."""
    line = line.strip()
    return "" if len(line) > LONGEST or line.startswith("|") else _FIGURES.sub("#", line)
