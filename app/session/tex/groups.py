"""Braces in TeX: what a command takes, and where it ends."""

from __future__ import annotations

import re
from collections.abc import Callable

_SIGN = re.compile(r"\\[A-Za-z]+|\\.|[{}]|.", re.DOTALL)


def take_group(tex: str, place: int, opening: str = "{", closing: str = "}") -> tuple[str, int] | None:
    """What stands in braces from `place` on, behind spaces, and where it ends; None when nothing does."""
    start = place + len(tex[place:]) - len(tex[place:].lstrip())
    if not tex.startswith(opening, start):
        return None
    depth = 0
    for sign in _SIGN.finditer(tex, start):
        if sign[0] == opening:
            depth += 1
        elif sign[0] == closing:
            depth -= 1
            if depth == 0:
                return tex[start + 1 : sign.start()], sign.end()
    return None


def take_argument(tex: str, place: int) -> tuple[str, int] | None:
    """What a command takes: a group, or the next sign."""
    found = take_group(tex, place)
    if found is not None:
        return found
    sign = re.compile(r"\s*(\\[A-Za-z]+|\\.|[^\s{}])").match(tex, place)
    return (sign[1], sign.end()) if sign is not None else None


def replace_command(tex: str, name: str, count: int, make: Callable[..., str | None]) -> str:
    """`\\name` with `count` arguments becomes what `make` makes of them; where that is None, or where arguments are
    missing, it stays.
    """
    pattern = re.compile(rf"\\{name}(?![A-Za-z])")
    pieces, place = [], 0
    while found := pattern.search(tex, place):
        arguments, end = [], found.end()
        for _ in range(count):
            taken = take_argument(tex, end)
            if taken is None:
                break
            arguments.append(taken[0])
            end = taken[1]
        inner = (replace_command(argument, name, count, make) for argument in arguments)
        made = make(*inner) if len(arguments) == count else None
        pieces += [tex[place : found.start()], found[0] if made is None else made]
        place = found.end() if made is None else end
    return "".join([*pieces, tex[place:]])
