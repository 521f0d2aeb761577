"""Tables as Markdown, the way the model reads them best."""

from __future__ import annotations

import re
from collections.abc import Sequence

MAX_CELLS = 200_000
_BREAK = re.compile(r"\s*\n\s*")


def cell(text: str) -> str:
    """The text on one line, safe between bars."""
    text = text.strip()
    if "\n" in text:
        text = _BREAK.sub("<br>", text)
    return text.replace("|", "\\|") if "|" in text else text


def table(rows: Sequence[Sequence[str]]) -> str:
    """The rows as a Markdown table, the first as its head; empty rows and columns are left out.

    A single column is no table: its cells become lines.
    """
    cells = [[cell(text) for text in row] for row in rows if any(text.strip() for text in row)]
    width = max((len(row) for row in cells), default=0)
    used = [column for column in range(width) if any(column < len(row) and row[column] for row in cells)]
    if not used:
        return ""
    if len(used) == 1:
        return "\n".join(row[used[0]].replace("<br>", "\n").replace("\\|", "|") for row in cells if len(row) > used[0])
    lines = ["| " + " | ".join(row[column] if column < len(row) else "" for column in used) + " |" for row in cells]
    return "\n".join([lines[0], "|" + "---|" * len(used), *lines[1:]])
