"""Where a long open paragraph can be cut, so that only its end has to be read and laid out again. No Qt here.

A wrong cut shows for a moment: when the paragraph is complete, the whole is written again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it.token import Token

from app.session.tex.spans import unfinished_formula
from app.ui.markdown.repair import close_open_marks

LONG = 180
"""A paragraph this long is cut."""
REST = 70
HOPELESS = 3_000
"""So many characters stay open: emphasis and links are seldom longer."""

_QUOTE_PARTS = frozenset(("blockquote_open", "paragraph_open", "inline", "paragraph_close", "blockquote_close"))
_BETWEEN_WORDS = re.compile(r"(?<=[^\s|])[ \n](?=[^\W\d_])|(?<=[。！？；，])(?=[^\W\d_])")
_BETWEEN_LINES = re.compile(r"\n(?=> ?[^\W\d_])")


def find_cut(tail: str, tokens: Sequence[Token]) -> int | None:
    """The place where `tail`, one open block parsed as `tokens`, is cut; None where it is not."""
    if len(tail) < LONG or "\n===" in tail or "\n---" in tail:
        return None
    if tokens[0].type == "paragraph_open":
        return _last_sound(tail, _BETWEEN_WORDS) or _inside_word(tail) or _somewhere(tail)
    parts = [token.type for token in tokens]
    if parts[0] == "blockquote_open" and parts.count("inline") == 1 and set(parts) <= _QUOTE_PARTS:
        return _last_sound(tail, _BETWEEN_LINES)
    return None


def _last_sound(tail: str, between: re.Pattern[str]) -> int | None:
    """The last place `between` words where nothing is open."""
    places = [found.end() for found in between.finditer(tail, 0, len(tail) - REST)]
    for place in reversed(places[-12:]):
        if _is_sound(tail[:place]):
            return place
    return None


def _inside_word(tail: str) -> int | None:
    """In a word without end, between two of its letters."""
    place = len(tail) - REST
    word = tail[place - 100 : place + 100]
    return place if word.isalnum() and tail[place].isalpha() else None


def _somewhere(tail: str) -> int | None:
    """Anywhere, in what nobody wrote to be read."""
    return len(tail) - REST if len(tail) > HOPELESS else None


def _is_sound(text: str) -> bool:
    """Whether every mark in `text` is closed."""
    if text.count("*") % 2 or text.count("`") % 2 or text.count("[") != text.count("]"):
        return False
    return unfinished_formula(text) == len(text) and close_open_marks(text) == text
