"""What stands in mhchem's `\\ce{…}`: formulas, charges, isotopes, states, amounts, bonds, what falls and what rises,
arrows with words over and under them. The grammar is that of the mhchem manual, 2025.
"""

from __future__ import annotations

import re

from app.session.tex.groups import take_group
from app.session.tex.mhchem import ARROW, BONDS, LABELLED_ARROWS, PLAIN_ARROWS

_AMOUNT = re.compile(r"(\d+)/(\d+)|\d+(?:[.,]\d+)?")
_LETTERS = re.compile(r"[A-Za-z]+")
_SUPER = re.compile(r"\d+[+\-]?|[+\-](?![\d])|\.[+\-]?|\*|[A-Za-z]|\\circ(?![A-Za-z])")
_SUB = re.compile(r"\d+|[A-Za-z]")
_STATE = re.compile(r"\((aq|s|l|g|cr|am|sln|vit|sat|conc|dil)(?:,\s*[\w.]+)?\)")
_COMMAND = re.compile(
    r"\\(?:alpha|beta|gamma|delta|epsilon|eta|theta|kappa|lambda|mu|nu|pi|rho|sigma|phi|omega|Delta|Gamma|Omega|pm"
    r"|circ|bullet|cdot|times|ldots|dots|cdots|degree|hbar|ominus|oplus|uparrow|downarrow|quad|,|;|%)(?![A-Za-z])"
)
_WORDS = re.compile(r"\\(?:text|mathrm|textrm)(?=\{)")
_OTHER_WORDS = re.compile(r"[^\x00-\x7f°·•→⟶⇌⇄]+")


def translate_reaction(words: str) -> str | None:
    """As TeX; None when it is not understood."""
    return _Reaction(words).translate()


class _Reaction:
    """Reads from left to right. `is_fresh` at the beginning of a term, where a number is an amount."""

    def __init__(self, words: str) -> None:
        self._words, self._place = words.strip(), 0
        self._made: list[str] = []
        self._is_fresh = True
        self._steps = (
            self._read_space,
            self._read_arrow,
            self._read_mathematics,
            self._read_way,
            self._read_state,
            self._read_script,
            self._read_amount,
            self._read_sign,
            self._read_letters,
            self._read_dot,
            self._read_bracket,
            self._read_command,
            self._read_other,
        )

    def translate(self) -> str | None:
        while self._place < len(self._words):
            before = self._place
            if not any(step() for step in self._steps) or self._place == before:
                return None
        return " ".join(self._made)

    @property
    def _next(self) -> str:
        return self._words[self._place : self._place + 1]

    @property
    def _before(self) -> str:
        return self._words[self._place - 1 : self._place] if self._place else " "

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        return pattern.match(self._words, self._place)

    def _take(self, length: int, made: str, *, fresh: bool = False) -> bool:
        self._place += length
        if made:
            self._made.append(made)
        self._is_fresh = fresh
        return True

    def _ends_at(self, place: int) -> bool:
        """Whether a term ends there."""
        behind = self._words[place : place + 1]
        if behind in ("", " ", ")", "]", "}", ",", ";"):
            return True
        return any(pattern.match(self._words, place) for pattern in (ARROW, _STATE))

    # ---- the steps

    def _read_space(self) -> bool:
        spaces = len(self._words[self._place :]) - len(self._words[self._place :].lstrip())
        return bool(spaces) and self._take(spaces, "", fresh=True)

    def _read_arrow(self) -> bool:
        """With what stands over and under it."""
        found = self._match(ARROW)
        if found is None:
            return False
        place = found.end()
        labels: list[str] = []
        while len(labels) < 2 and (label := take_group(self._words, place, "[", "]")) is not None:
            labels.append(label[0])
            place = label[1]
        made = _arrow(found[0], labels)
        return made is not None and self._take(place - self._place, made, fresh=True)

    def _read_mathematics(self) -> bool:
        if self._next != "$":
            return False
        end = self._words.find("$", self._place + 1)
        group = f"{{{self._words[self._place + 1 : end]}}}"
        whole = take_group(group, 0)
        return end > 0 and whole is not None and whole[1] == len(group) and self._take(len(group), group)

    def _read_way(self) -> bool:
        """What falls out, and what goes up."""
        for sign, made in (("(v)", r"\downarrow"), ("(^)", r"\uparrow")):
            if self._words.startswith(sign, self._place):
                return self._take(len(sign), made)
        stands_alone = self._before == " " and self._ends_at(self._place + 1)
        if self._place and stands_alone and self._next in ("v", "^"):
            return self._take(1, r"\downarrow" if self._next == "v" else r"\uparrow")
        return False

    def _read_state(self) -> bool:
        found = self._match(_STATE)
        return found is not None and self._take(len(found[0]), rf"\mathrm{{{found[0].replace(' ', '')}}}")

    def _read_script(self) -> bool:
        """Charges, isotopes, and numbers of atoms that are written out."""
        if self._next not in ("^", "_"):
            return False
        mark, group = self._next, take_group(self._words, self._place + 1)
        if group is not None and self._words[self._place + 1] == "{":
            inner, end = _script(group[0]), group[1]
        else:
            found = (_SUPER if mark == "^" else _SUB).match(self._words, self._place + 1)
            if found is None:
                return False
            inner, end = _script(found[0]), found.end()
        if inner is None:
            return False
        base = "{}" if self._is_fresh and self._before in (" ", "+", "(", "[") else ""
        self._take(end - self._place, f"{base}{mark}{{{inner}}}")
        return True

    def _read_amount(self) -> bool:
        found = self._match(_AMOUNT)
        if found is None:
            return False
        if not self._is_fresh:
            digits = re.match(r"\d+", found[0])
            assert digits is not None
            return self._take(digits.end(), f"_{{{digits[0]}}}")
        made = rf"\tfrac{{{found[1]}}}{{{found[2]}}}" if found[1] else found[0]
        return self._take(len(found[0]), rf"{made}\,", fresh=True)

    def _read_sign(self) -> bool:
        """A charge behind an atom, a bond between two, an operator between terms."""
        if self._next not in ("+", "-", "=", "#"):
            return False
        if self._before == " " or self._is_fresh:
            return self._ends_at(self._place + 1) and self._next != "#" and self._take(1, self._next, fresh=True)
        if self._next in "+-" and self._ends_at(self._place + 1):
            return self._take(1, f"^{{{self._next}}}")
        if self._next == "+":
            return self._take(1, "+", fresh=True)
        return self._take(1, BONDS[self._next], fresh=False)

    def _read_letters(self) -> bool:
        """Elements are upright; a small letter before them is an amount."""
        found = self._match(_LETTERS)
        if found is None:
            return False
        is_amount = self._is_fresh and len(found[0]) == 1 and found[0].islower()
        if is_amount and self._words[found.end() : found.end() + 1] == " ":
            return self._take(1, rf"{found[0]}\,", fresh=True)
        return self._take(len(found[0]), rf"\mathrm{{{found[0]}}}")

    def _read_dot(self) -> bool:
        """Water of crystals."""
        return self._next in ("*", ".", "·", "•") and self._take(1, r"\cdot", fresh=True)

    def _read_bracket(self) -> bool:
        if self._next in ("(", "["):
            return self._take(1, self._next, fresh=True)
        if self._next in (")", "]"):
            return self._take(1, self._next)
        group = take_group(self._words, self._place) if self._next == "{" else None
        inner = translate_reaction(group[0]) if group is not None else None
        return group is not None and inner is not None and self._take(group[1] - self._place, f"{{{inner}}}")

    def _read_command(self) -> bool:
        if self._next != "\\":
            return False
        if self._words.startswith(r"\bond{", self._place):
            group = take_group(self._words, self._place + 5)
            made = BONDS.get(group[0]) if group is not None else None
            return group is not None and made is not None and self._take(group[1] - self._place, made)
        if (words := self._match(_WORDS)) is not None:
            group = take_group(self._words, words.end())
            return group is not None and self._take(
                group[1] - self._place, self._words[self._place : group[1]], fresh=self._is_fresh
            )
        found = self._match(_COMMAND)
        return found is not None and self._take(len(found[0]), found[0], fresh=self._is_fresh)

    def _read_other(self) -> bool:
        """Commas, and words of other scripts."""
        if self._next in (",", ";", "/", "'", "°"):
            return self._take(1, r"^\circ" if self._next == "°" else self._next, fresh=self._next in ",;")
        found = self._match(_OTHER_WORDS)
        return found is not None and self._take(len(found[0]), rf"\text{{{found[0]}}}", fresh=True)


def _arrow(sign: str, labels: list[str]) -> str | None:
    """None for those that TeX has no sign for: they would say something else."""
    if not any(label.strip() for label in labels):
        known = PLAIN_ARROWS.get(sign)
        return rf"\;{known}\;" if known else None
    name = LABELLED_ARROWS.get(sign)
    if name is None:
        return None
    over, under = (_label(label) for label in (*labels, "")[:2])
    if over is None or under is None:
        return None
    return f"{name}[{under}]{{{over}}}" if under else f"{name}{{{over}}}"


def _label(label: str) -> str | None:
    """What stands over an arrow: chemistry, else words."""
    if not label.strip():
        return ""
    made = translate_reaction(label)
    if made is not None:
        return made
    return rf"\text{{{label}}}" if not re.search(r"[\\${}_^]", label) else None


def _script(inner: str) -> str | None:
    """What stands raised or lowered: numbers and signs as they are, words upright, a dot is an electron."""
    if "$" in inner:
        return inner.replace("$", "")
    if re.fullmatch(r"[\d+\-−.*(),\s]*", inner):
        return re.sub(r"(?<!\d)\.|\.(?!\d)", r"\\bullet ", inner).replace("*", r"\ast ")
    if re.fullmatch(r"[A-Za-z]|\\circ", inner):
        return inner
    if re.fullmatch(r"[a-z\d+\-]+", inner) and re.search(r"\d|[+\-]", inner):
        return inner  # 2n+2
    return translate_reaction(inner)
