"""Words without end (a key, a hash, encoded data): Qt takes the square of their length to find where a line ends."""

from __future__ import annotations

import re

EVERY = 100
_ENDLESS = re.compile(rf"[!-~]{{{4 * EVERY},}}")
_PIECE = re.compile(rf"([!-~]{{{EVERY}}})(?=[!-~])")
_BREAK = "\u200b"
_PUT_IN = re.compile(rf"(?<=[!-~]{{{EVERY}}}){_BREAK}(?=[!-~])")


def breakable(text: str) -> str:
    """`text` with places of no width in its endless words, where a line may end."""
    if len(text) < 4 * EVERY:
        return text
    return _ENDLESS.sub(lambda found: _PIECE.sub(rf"\1{_BREAK}", found[0]), text)


def joined(text: str) -> str:
    """`text` as it was before `breakable`."""
    return _PUT_IN.sub("", text) if _BREAK in text else text
