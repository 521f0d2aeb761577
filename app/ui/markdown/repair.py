"""Makes the open end look right while it streams: half-written marks neither flicker nor change what is above."""

from __future__ import annotations

import re

_MAYBE_MARKUP = re.compile(r"[-=#>*+_|:~`\s]*|\s*\d{1,9}[.)]?\s*")
_LINK_BEGUN = re.compile(r"!?\[([^\[\]\n]*)\](?:\([^)\n]*)?$|!?\[([^\[\]\n]*)$")


def hold_back(text: str) -> str:
    """`text` without a last line that could still become a rule, an underline, a list mark or a fence."""
    cut = text.rfind("\n") + 1
    last = text[cut:]
    return text[:cut] if last and _MAYBE_MARKUP.fullmatch(last) else text


def close_open_marks(text: str) -> str:
    """`text` with the last paragraph's unfinished `**`, `` ` ``, `~~` and `[link](` made whole."""
    cut = text.rfind("\n\n") + 1
    body = text[cut:]
    if "```" in body or "~~~" in body or body.startswith("    "):
        return text
    body = _LINK_BEGUN.sub(lambda found: found.group(1) or found.group(2) or "", body)
    outside = re.sub(r"`[^`]*`", "", body)
    if outside.count("`") % 2:
        return text[:cut] + body.rstrip("`") + "`" if body.rstrip("`") == body else text[:cut] + body.rstrip("`")
    for mark in ("**", "~~"):
        if outside.count(mark) % 2:
            body = body[: -len(mark)] if body.endswith(mark) else body.rstrip() + mark
    return text[:cut] + body
