"""Words of TeX that the typesetter does not know, or sets wrongly, said in words that it sets well."""

from __future__ import annotations

import re

from app.session.tex.groups import replace_command

_WORDS = {
    "sgn": r"\operatorname{sgn}",
    "sign": r"\operatorname{sign}",
    "lcm": r"\operatorname{lcm}",
    "tr": r"\operatorname{tr}",
    "Tr": r"\operatorname{Tr}",
    "rank": r"\operatorname{rank}",
    "diag": r"\operatorname{diag}",
    "Var": r"\operatorname{Var}",
    "Cov": r"\operatorname{Cov}",
    "argmax": r"\operatorname*{argmax}",
    "argmin": r"\operatorname*{argmin}",
    "softmax": r"\operatorname{softmax}",
    "dag": r"\dagger",
    "ddag": r"\ddagger",
    "mathds": r"\mathbb",
    "mathbbm": r"\mathbb",
    "wideparen": r"\overparen",
    "bmod": r"\;\mathrm{mod}\;",
    "lVert": r"\|",
    "rVert": r"\|",
    "lvert": r"|",
    "rvert": r"|",
    "S": "§",
    "P": "¶",
    "copyright": "©",
    "checkmark": "✓",
    "pounds": "£",
    "euro": "€",
    "nolimits": "",
    "vcenter": "",
    "smash": "",
    "ensuremath": "",
    "mathstrut": "",
    "strut": "",
    "allowbreak": "",
    "nobreak": "",
    "displaylimits": "",
}
_SIGNS = {":=": r"\coloneqq ", r"\not=": r"\neq ", r"\not\in": r"\notin ", "…": r"\ldots "}
_CIRCLED = dict(zip("123456789", "①②③④⑤⑥⑦⑧⑨", strict=True))
_NAME = re.compile(r"\\([A-Za-z]+)")
_OPERATOR = re.compile(r"(\\operatorname\{[^{}]*\})\s*(?=[A-Za-z])")
_PLAIN = re.compile(r"[A-Za-z ,\\]*")
_TEXT = ("text", "textrm", "textnormal", "mbox", "hbox", "textup")


def expand(tex: str) -> str:
    """The same formula in words that are known. A word that the writer's own macros could mean stays as it is."""
    made = tex
    for sign, words in _SIGNS.items():
        made = made.replace(sign, words)
    made = _NAME.sub(_word, made)
    made = made.replace(r"\begin{dcases}", r"\begin{cases}").replace(r"\end{dcases}", r"\end{cases}")
    made = made.replace(r"\begin{rcases}", r"\left.\begin{array}{ll}").replace(r"\end{rcases}", r"\end{array}\right\}")
    made = replace_command(made, "cancelto", 2, lambda to, what: rf"{{\cancel{{{what}}}}}^{{{to}}}")
    made = replace_command(made, "raisebox", 2, lambda _, what: rf"\text{{{what}}}")
    made = replace_command(made, "textcircled", 1, _CIRCLED.get)
    made = replace_command(made, "mathop", 1, _operator)
    made = replace_command(made, "genfrac", 6, _fraction)
    made = _OPERATOR.sub(r"\1\\,", made)
    for name in _TEXT:
        if rf"\{name}" in made and "$" in made:
            made = replace_command(made, name, 1, _mixed)
    return made


def _word(found: re.Match[str]) -> str:
    """A letter behind it must not join the new word."""
    new = _WORDS.get(found[1])
    if new is None:
        return found[0]
    return new + " " if new[-1:].isalpha() else new


def _operator(what: str) -> str:
    """Words over which limits stand; anything else as a group."""
    inner = re.fullmatch(r"\s*\\(?:mathrm|text|rm|operatorname\*?|mathsf|mathbf)\s*\{([^{}]*)\}\s*", what)
    plain = inner[1] if inner else what
    return rf"\operatorname*{{{plain}}}" if _PLAIN.fullmatch(plain) else f"{{{what}}}"


def _fraction(left: str, right: str, thickness: str, style: str, over: str, under: str) -> str:
    """The typesetter wants a style; the others are said by what has one."""
    fraction = {"0": r"\dfrac", "1": r"\tfrac"}.get(style.strip(), r"\frac")
    if thickness.strip().startswith("0") and (left.strip(), right.strip()) == ("(", ")"):
        return rf"\binom{{{over}}}{{{under}}}"
    inner = rf"{fraction}{{{over}}}{{{under}}}"
    if thickness.strip().startswith("0"):
        inner = rf"\begin{{matrix}}{over}\\{under}\end{{matrix}}"
    return rf"\left{left.strip() or '.'}{inner}\right{right.strip() or '.'}"


def _mixed(words: str) -> str | None:
    """Mathematics within words, between dollar signs."""
    parts = re.split(r"(?<!\\)\$", words)
    if len(parts) < 3 or len(parts) % 2 == 0:
        return None
    return "".join(rf"\text{{{part}}}" if place % 2 == 0 and part else part for place, part in enumerate(parts))
