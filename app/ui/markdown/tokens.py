"""What the parser's tokens say of the text they were made from. No Qt here."""

from __future__ import annotations

from collections.abc import Sequence

from markdown_it.token import Token

from app.ui.markdown.parser import parser


def parse(text: str) -> list[Token]:
    """The tokens of `text`."""
    return parser().parse(text)


def top_level(tokens: Sequence[Token]) -> list[int]:
    """The places in `tokens` where a top-level block begins."""
    return [i for i, token in enumerate(tokens) if token.level == 0 and token.nesting >= 0]


def code_language(info: str) -> str:
    """The language named in a fence's first line."""
    words = info.split()
    return words[0] if words else ""


def list_start(block: Token) -> int:
    """The first number of an ordered list (its absence means 1; 0 is a number)."""
    start = block.attrGet("start")
    return 1 if start is None else int(start)


def first_line(token: Token) -> int:
    """The line of the text in which a block begins."""
    return token.map[0] if token.map else 0
