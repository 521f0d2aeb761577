"""A fence that is still open: its lines go out as they are, nothing is parsed. No Qt here."""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST_PARTIAL = 4_000
"""So much is shown of a line that does not end."""

_OPEN = re.compile(r"^ {0,3}(`{3,}|~{3,})([^\n]*)\n")


@dataclass(frozen=True, slots=True)
class OpenFence:
    """How it is closed, and by how many spaces its lines are indented."""

    close: re.Pattern[str]
    indent: int

    def split(self, tail: str, *, final: bool) -> tuple[list[str], str, bool]:
        """The complete lines of `tail`, what is left behind them, and whether the fence was closed."""
        lines: list[str] = []
        pieces = tail.split("\n")
        for i, line in enumerate(pieces[:-1]):
            if self.close.match(line):
                return lines, "\n".join(pieces[i + 1 :]), True
            lines.append(self._outdent(line))
        if not final:
            return lines, pieces[-1], False
        if pieces[-1] and not self.close.match(pieces[-1]):
            lines.append(self._outdent(pieces[-1]))
        return lines, "", False

    def partial(self, rest: str) -> str:
        """What is shown of an unfinished line; nothing while it may become the closing mark."""
        might_close = rest.strip() and set(rest.strip()) <= {"`", "~"}
        return "" if might_close else self._outdent(rest[:LONGEST_PARTIAL])

    def _outdent(self, line: str) -> str:
        """`line` without the spaces the opening fence was indented by."""
        spaces = len(line) - len(line.lstrip(" "))
        return line[min(spaces, self.indent) :]


def open_fence(text: str) -> tuple[OpenFence, int] | None:
    """The fence that `text` begins with, and the length of its first line; None when that is not complete."""
    match = _OPEN.match(text)
    if not match:
        return None
    mark = match.group(1)
    close = re.compile(rf"^ {{0,3}}{re.escape(mark[0])}{{{len(mark)},}}[ \t]*$")
    return OpenFence(close, match.group(0).index(mark[0])), match.end()
