"""What was found in a file, and the careful hands that take values out of foreign JSON."""

from __future__ import annotations

import math
from collections import Counter
from datetime import datetime
from typing import Any

import msgspec

from app.core.chatfile import ChatCopy, DocumentCopy
from app.core.words import mark

# What may be left out, by what it is called when that is said.
PICTURE = mark("pictures and other files")
TOOL = mark("messages of tools")
HIDDEN = mark("hidden messages")
UNKNOWN = mark("parts of an unknown kind")
DAMAGED = mark("damaged entries")


class Found(msgspec.Struct, frozen=True):
    """Chats of one file. `left_out` counts what could not be brought along, by its name in `mark`ed English."""

    source: str
    chats: tuple[ChatCopy, ...]
    documents: tuple[DocumentCopy, ...] = ()
    left_out: dict[str, int] = {}


class Tally:
    """Counts what is left out, so that nothing is dropped in silence."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def add(self, what: str, count: int = 1) -> None:
        self.counts[what] += count


def a_dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def a_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def a_text(value: Any) -> str:
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if isinstance(value, str) else ""


def a_key(value: Any) -> str:
    """An id, whatever it is written as."""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def a_time(value: Any) -> float:
    """Unix seconds of seconds, milliseconds or ISO 8601; 0.0 when it is none of them."""
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value).timestamp()
        except (ValueError, OverflowError, OSError):
            return 0.0
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        return 0.0
    seconds = float(value)
    while seconds > 1e11:  # the year 5138: these are thousandths, or millionths
        seconds /= 1000
    return seconds
