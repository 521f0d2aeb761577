"""Names for new files: good on every system, never one that is taken."""

from __future__ import annotations

import re
from pathlib import Path

LONGEST = 80  # characters
LONGEST_BYTES = 200  # 255 are the limit, and a number, an ending and what it is called while it is written come on top

_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?")


def safe_name(title: str, otherwise: str = "chat") -> str:
    """`title` as a file name without its ending: no sign that a system forbids, no name that Windows keeps."""
    words = " ".join(_FORBIDDEN.sub(" ", title).split())[:LONGEST]
    words = words.encode()[:LONGEST_BYTES].decode("utf-8", "ignore").strip(" .")
    if not words:
        return otherwise
    return f"{words}_" if _RESERVED.fullmatch(words) else words


def free_name(file: Path) -> Path:
    """`file`, or "name (2).ext" and on where that is taken."""
    candidate, number = file, 1
    while candidate.exists() or candidate.is_symlink():
        number += 1
        candidate = file.with_name(f"{file.stem} ({number}){file.suffix}")
    return candidate
