"""Which way a text is read: as its first letter that has a direction, the way Qt lays paragraphs out. No Qt here."""

from __future__ import annotations

import unicodedata

LOOKED_AT = 400


def is_right_to_left(text: str) -> bool:
    """Arabic, Hebrew and their kin; signs and digits before the first letter do not count."""
    if text.isascii():
        return False
    for sign in text[:LOOKED_AT]:
        kind = unicodedata.bidirectional(sign)
        if kind in ("R", "AL"):
            return True
        if kind == "L":
            return False
    return False
