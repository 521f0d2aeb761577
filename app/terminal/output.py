"""How the terminal speaks: JSON on stdout, progress on stderr, everything in the chosen language."""

from __future__ import annotations

import json
import sys
from typing import Any

import msgspec


def print_json(value: object) -> None:
    """One machine-readable object, indented for the eye."""
    print(json.dumps(to_plain(value), ensure_ascii=False, indent=2))


def print_line(value: object) -> None:
    """One object of a JSON-lines stream, flushed at once."""
    print(json.dumps(to_plain(value), ensure_ascii=False), flush=True)


def to_plain(value: object) -> Any:
    """Frozen values as plain dicts and lists."""
    return msgspec.to_builtins(value)


class StatusLine:
    """A line on stderr that is written over; silent when stderr is not a terminal."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._shown = False

    def show(self, text: str) -> None:
        if self._live:
            sys.stderr.write(f"\r\x1b[2K{text}")
            sys.stderr.flush()
            self._shown = True

    def clear(self) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()
            self._shown = False


def note(text: str) -> None:
    """A sentence for the person, out of the way of what is piped."""
    print(text, file=sys.stderr)
