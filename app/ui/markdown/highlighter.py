"""Colours code line by line: pygments' rules, with the state kept between lines."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from pygments.lexer import ExtendedRegexLexer, Lexer, RegexLexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Error, String, Text, _TokenType
from pygments.util import ClassNotFound

LONGEST_LINE = 2000
"""A longer line stays plain: a lexer's patterns may take seconds on it."""

Piece = tuple[int, int, _TokenType]


def warm_up() -> None:
    """Load pygments' tables (20 ms at first use) before an answer needs them."""
    for name in ("python", "text"):
        LineLexer(name).read_line("x = 1")


@lru_cache(maxsize=64)
def _lexer(language: str) -> Lexer:
    try:
        return get_lexer_by_name(language or "text", stripnl=False, ensurenl=False)
    except ClassNotFound:
        return get_lexer_by_name("text")


@lru_cache(maxsize=64)
def _has_c_comments(lexer: Lexer) -> bool:
    return any(kind is Comment.Multiline for kind, _ in lexer.get_tokens("/* x */"))


class LineLexer:
    """Reads one line after another of `language`; an unknown language or a failing lexer gives plain text."""

    def __init__(self, language: str) -> None:
        self._lexer = _lexer(language.lower())
        plain = not isinstance(self._lexer, RegexLexer) or isinstance(self._lexer, ExtendedRegexLexer)
        self._rules: dict[str, Any] | None = None if plain else getattr(self._lexer, "_tokens", None)
        self._stack = ["root"]
        self._in_comment = False

    def read_line(self, text: str, *, keep: bool = True) -> list[Piece]:
        """(start, length, kind) of each piece; `keep=False` leaves the state for an unfinished line."""
        if self._rules is None or len(text) > LONGEST_LINE:
            return []
        stack, in_comment = list(self._stack), self._in_comment
        try:
            pieces, in_comment = self._read(text, stack, in_comment)
        except Exception:  # a third-party lexer's callback may raise anything; colour is not worth a failure
            self._rules = None
            return []
        if keep:
            self._stack, self._in_comment = stack, in_comment
        return pieces

    def _read(self, text: str, stack: list[str], in_comment: bool) -> tuple[list[Piece], bool]:
        """A C comment is one pattern over several lines, which no line alone can match; it is followed here."""
        start = 0
        pieces: list[Piece] = []
        if in_comment:
            end = text.find("*/")
            if end < 0:
                return [(0, len(text), Comment.Multiline)], True
            start = end + 2
            pieces.append((0, start, Comment.Multiline))
        before = list(stack)
        rest = self._run(text + "\n", start, stack)
        opened = self._find_open_comment(text, start, rest, stack)
        if opened < 0:
            return pieces + rest, False
        stack[:] = before
        pieces += self._run(text[:opened], start, stack)
        return [*pieces, (opened, len(text) - opened, Comment.Multiline)], True

    def _find_open_comment(self, text: str, start: int, pieces: list[Piece], stack: list[str]) -> int:
        """Where a comment begins that this line does not end; -1 when none does or the lexer follows it itself."""
        opened = text.rfind("/*", start)
        if opened < 0 or "*/" in text[opened + 2 :] or "comment" in stack[-1] or not _has_c_comments(self._lexer):
            return -1
        kind = next((kind for at, length, kind in pieces if at <= opened < at + length), Text)
        outside = kind is Comment.Multiline or (Comment not in kind.split() and String not in kind.split())
        return opened if outside else -1

    def _run(self, text: str, start: int, stack: list[str]) -> list[Piece]:
        rules = self._rules or {}
        pieces: list[Piece] = []
        place = start
        while place < len(text):
            for match_here, action, change in rules[stack[-1]]:
                found = match_here(text, place)
                if not found:
                    continue
                self._collect(pieces, action, found, place)
                place = found.end()
                if change is not None:
                    _change_state(stack, change)
                break
            else:
                if text[place] == "\n":  # as pygments does: an end of line that no rule takes resets the state
                    stack[:] = ["root"]
                pieces.append((place, 1, Text if text[place] == "\n" else Error))
                place += 1
        return pieces

    def _collect(self, pieces: list[Piece], action: Any, found: Any, place: int) -> None:
        if action is None:
            return
        if type(action) is _TokenType:
            pieces.append((place, found.end() - place, action))
            return
        pieces += [(at, len(value), kind) for at, kind, value in action(self._lexer, found)]


def _change_state(stack: list[str], change: Any) -> None:
    """A rule's new state, as pygments' compiled rules write it: names, "#pop", "#push" or a number to cut to."""
    if isinstance(change, int):
        keep = 1 if abs(change) >= len(stack) else len(stack) + change if change < 0 else change
        del stack[keep:]
        return
    for name in change if isinstance(change, tuple) else (change,):
        if name == "#pop":
            if len(stack) > 1:
                stack.pop()
        else:
            stack.append(stack[-1] if name == "#push" else name)
