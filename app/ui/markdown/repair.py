"""Makes the open end look right while it streams: half-written marks neither flicker nor change what is above."""

from __future__ import annotations

import re

from app.session.tex.spans import find_formulas

_MAYBE_MARKUP = re.compile(r"[-=#>*+_|:~`\s]*|\s*\d{1,9}[.)]?\s*")
_STAND_INS = 0xF0000
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
    body, kept = _set_formulas_aside(body)
    return text[:cut] + _close_marks(body).translate(kept)


def _set_formulas_aside(body: str) -> tuple[str, dict[int, str]]:
    """`body` with a sign for each formula, whose brackets and stars are none of Markdown's; and what they stand for."""
    kept: dict[int, str] = {}
    pieces, place = [], 0
    for span in find_formulas(body):
        sign = _STAND_INS + len(kept)
        kept[sign] = body[span.start : span.end]
        pieces += [body[place : span.start], chr(sign)]
        place = span.end
    return "".join([*pieces, body[place:]]), kept


def _close_marks(body: str) -> str:
    body = _LINK_BEGUN.sub(lambda found: found.group(1) or found.group(2) or "", body)
    outside = re.sub(r"`[^`]*`", "", body)
    if outside.count("`") % 2:
        return body + "`" if body.rstrip("`") == body else body.rstrip("`")
    for mark in ("**", "~~"):
        if outside.count(mark) % 2:
            body = body[: -len(mark)] if body.endswith(mark) else body.rstrip() + mark
    return body
