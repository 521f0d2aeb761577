"""Reads a grammar in llama.cpp's GBNF as its parser does, to say in words what is wrong and where.

Syntax: https://github.com/ggml-org/llama.cpp/blob/master/grammars/README.md
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.core.errors import CarrelError
from app.core.words import say

_NAME = re.compile(r"[A-Za-z0-9-]+")
_SPACE = re.compile(r"(?:[ \t]|#[^\r\n]*)*")
_SPACE_AND_LINES = re.compile(r"(?:[ \t\r\n]|#[^\r\n]*)*")
_COUNT = re.compile(r"\{[ \t]*(\d+)[ \t]*(?:(,)[ \t]*(\d*)[ \t]*)?\}")
_TEXT = re.compile(r'"(?:[^"\\]|\\(?:[trn\\"\[\]]|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}))*"')
_LETTERS = re.compile(r"\[\^?(?:[^\]\\]|\\(?:[trn\\\"\[\]]|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}))*\]")
_TOKEN = re.compile(r"!?<[^>\s]+>")

Sequence = list["_Item"]  # one alternative


def check_grammar(text: str) -> None:
    """Raise CarrelError("bad_grammar") for what llama.cpp would refuse."""
    rules = _Reader(text).read()
    if "root" not in rules:
        raise CarrelError("bad_grammar", "The grammar has no rule named root.", "The answer begins with it: root ::= …")
    for alternatives in rules.values():
        for name in (item.name for item in _items(alternatives)):
            if name and name not in rules:
                raise CarrelError(
                    "bad_grammar",
                    "The grammar uses the rule {name} but does not write it.",
                    "Write the rule, or correct its name.",
                    name=name,
                )
    _refuse_left_recursion(rules)


class _Item:
    """One element: the name of a rule, a group of alternatives, or plain characters.

    `optional` may be absent; `endless` may be repeated without limit.
    """

    def __init__(self, name: str = "", group: list[Sequence] | None = None, *, empty: bool = False) -> None:
        self.name, self.group, self.optional = name, group, empty
        self.endless = False


class _Reader:
    """A recursive descent over the text; `rules` by name."""

    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0

    def read(self) -> dict[str, list[Sequence]]:
        rules: dict[str, list[Sequence]] = {}
        self._skip(_SPACE_AND_LINES)
        while self._at < len(self._text):
            name = self._take(_NAME)
            self._skip(_SPACE)
            if not name or not self._text.startswith("::=", self._at):
                raise self._fault(say("a rule begins with its name and ::="))
            self._at += 3
            self._skip(_SPACE_AND_LINES)
            rules[name] = self._alternatives(nested=False)
            if self._at < len(self._text) and self._text[self._at] not in "\r\n":
                raise self._fault(say("{sign} has no place here", sign=self._text[self._at]))
            self._skip(_SPACE_AND_LINES)
        return rules

    def _alternatives(self, *, nested: bool) -> list[Sequence]:
        found = [self._sequence(nested=nested)]
        while self._text.startswith("|", self._at):
            self._at += 1
            self._skip(_SPACE_AND_LINES)
            found.append(self._sequence(nested=nested))
        return found

    def _sequence(self, *, nested: bool) -> Sequence:
        items: Sequence = []
        space = _SPACE_AND_LINES if nested else _SPACE
        while self._at < len(self._text):
            if (sign := self._text[self._at]) in "*+?{":
                self._repeat(items, sign)
            elif (item := self._item(sign)) is not None:
                items.append(item)
            else:
                break
            self._skip(space)
        return items

    def _item(self, sign: str) -> _Item | None:
        """The element that begins with `sign`; None when none does."""
        if sign == "(":
            return self._group()
        if sign == ".":
            self._at += 1
            return _Item()
        if sign == '"':
            return _Item(empty=self._whole(_TEXT, say("a quotation mark is not closed, or a \\ is not known")) == '""')
        if sign == "[":
            self._whole(_LETTERS, say("a bracket is not closed, or a \\ is not known"))
            return _Item()
        if sign in "<!":
            self._whole(_TOKEN, say("a token is written <name> or <[number]>"))
            return _Item()
        name = self._take(_NAME)
        return _Item(name) if name else None

    def _group(self) -> _Item:
        opened = self._at
        self._at += 1
        self._skip(_SPACE_AND_LINES)
        inside = self._alternatives(nested=True)
        if not self._text.startswith(")", self._at):
            self._at = opened
            raise self._fault(say("a parenthesis is not closed"))
        self._at += 1
        return _Item(group=inside)

    def _repeat(self, items: Sequence, sign: str) -> None:
        if not items:
            raise self._fault(say("nothing stands before {sign} that could be repeated", sign=sign))
        least, endless = int(sign not in "*?"), sign in "*+"
        if sign == "{":
            count = _COUNT.match(self._text, self._at)
            if not count or (count[3] and int(count[3]) < int(count[1])):
                raise self._fault(say("repetitions are written {example}", example="{2}, {2,} or {2,5}"))
            least, endless, self._at = int(count[1]), bool(count[2] and not count[3]), count.end()
        else:
            self._at += 1
        if endless and items[-1].optional:
            raise self._fault(say("what is repeated may be nothing, so it would never end"))
        items[-1].optional |= not least
        items[-1].endless |= endless

    def _whole(self, pattern: re.Pattern[str], what: str) -> str:
        found = self._take(pattern)
        if not found:
            raise self._fault(what)
        return found

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        self._at = found.end() if found else self._at
        return found[0] if found else ""

    def _skip(self, pattern: re.Pattern[str]) -> None:
        self._take(pattern)

    def _fault(self, what: str) -> CarrelError:
        line = self._text.count("\n", 0, self._at) + 1
        return CarrelError(
            "bad_grammar",
            "The grammar cannot be read in line {line}: {what}.",
            "Correct that line.",
            line=line,
            what=what,
        )


def _items(alternatives: list[Sequence]) -> Iterator[_Item]:
    """Every element, those in groups too."""
    for item in (item for items in alternatives for item in items):
        yield item
        if item.group is not None:
            yield from _items(item.group)


def _refuse_left_recursion(rules: dict[str, list[Sequence]]) -> None:
    """A rule that can begin with itself would never end."""
    empty: set[str] = set()
    while grown := {name for name in rules if name not in empty and _may_be_empty(rules[name], empty)}:
        empty |= grown
    _refuse_endless_nothing(rules, empty)
    firsts = {name: _firsts(alternatives, empty) for name, alternatives in rules.items()}
    for name in rules:
        reached, waiting = set[str](), set(firsts[name])
        while waiting:
            one = waiting.pop()
            reached.add(one)
            waiting |= firsts[one] - reached
        if name in reached:
            raise CarrelError(
                "bad_grammar",
                "The rule {name} of the grammar can begin with itself, so it would never end.",
                "Write the repetition with * instead.",
                name=name,
            )


def _refuse_endless_nothing(rules: dict[str, list[Sequence]], empty: set[str]) -> None:
    """A repetition of what may be nothing is a recursion too."""
    for name, alternatives in rules.items():
        for item in _items(alternatives):
            inside = item.group is not None and _may_be_empty(item.group, empty)
            if item.endless and (inside or item.name in empty):
                raise CarrelError(
                    "bad_grammar",
                    "The rule {name} of the grammar repeats what may be nothing, so it would never end.",
                    "Let the repeated part have at least one character.",
                    name=name,
                )


def _may_be_empty(alternatives: list[Sequence], empty: set[str]) -> bool:
    return any(all(_item_may_be_empty(item, empty) for item in items) for items in alternatives)


def _item_may_be_empty(item: _Item, empty: set[str]) -> bool:
    inside = item.group is not None and _may_be_empty(item.group, empty)
    return item.optional or item.name in empty or inside


def _firsts(alternatives: list[Sequence], empty: set[str]) -> set[str]:
    """The rules an alternative can begin with."""
    found: set[str] = set()
    for items in alternatives:
        for item in items:
            found |= _firsts(item.group, empty) if item.group is not None else {item.name} - {""}
            if not _item_may_be_empty(item, empty):
                break
    return found
