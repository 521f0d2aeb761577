"""What is known of a formula from its TeX alone: whether it can be typeset, what to change in it, how big it may be."""

from __future__ import annotations

import re

from app.session.tex.chemistry import translate_chemistry
from app.session.tex.macros import expand
from app.session.tex.rulings import mark_rulings
from app.session.tex.signs import MARKS, is_wide, lacks_glyph

LONGEST = 2_000
DEEPEST = 8
"""Braces within braces. Each level of fractions doubles the work, so the child's time is bounded as well."""

_COMMAND = re.compile(r"\\([A-Za-z]+|.)", re.DOTALL)
_UNSUPPORTED = re.compile(
    r"\\(?:ce|pu|ch|href|unicode|def|newcommand|newenvironment|DeclareMathOperator|verb|style|class|require|include"
    r"|eqref|ref|cite|CD|hline|hdashline|sideset|rule|multicolumn|cline|tikz|includegraphics|begin\{array\}\{[^}]*\|)"
    r"(?![A-Za-z])"
)
_RARE = re.compile(r"\\(?:ce|pu|begin\{array\})(?![A-Za-z])")
_DROPPED = re.compile(r"\\(?:label\{[^}]*\}|nonumber|notag)(?![A-Za-z])")
_TAG = re.compile(r"\\tag(\*?)\{([^{}]*)\}")
_OUTER = re.compile(r"^\\begin\{(equation\*?|displaymath|math)\}(.*)\\end\{\1\}$", re.DOTALL)
_ALIGNED = re.compile(r"\\(begin|end)\{(?:gather|gathered|multline|flalign|eqnarray|split|align)\*?\}")
_ALIGNAT = re.compile(r"\\begin\{alignat(?:ed)?\*?\}\{\d+\}|\\end\{alignat(?:ed)?\*?\}")
_TALL = re.compile(r"\\(?:[dtc]?frac|sum|prod|int|binom|lim|over|under|begin|oint|iint|bigcup|bigcap)")


def split_tags(tex: str) -> tuple[str, tuple[str, ...]]:
    """The formula with a mark where each number at its side stood, and the numbers as they are written there."""
    tags: list[str] = []

    def mark(found: re.Match[str]) -> str:
        if len(tags) == len(MARKS):
            return ""
        tags.append(found[2] if found[1] else f"({found[2]})")
        return rf"\text{{{chr(MARKS[len(tags) - 1])}}}"

    return _TAG.sub(mark, tex), tuple(tags)


def prepare(tex: str) -> str:
    """The same formula in the words that the typesetter knows; a number at the side becomes one behind it."""
    made = expand(mark_rulings(translate_chemistry(_DROPPED.sub("", tex.strip()))))
    made = _TAG.sub(lambda found: r"\qquad \text{" + (found[2] if found[1] else f"({found[2]})") + "}", made)
    if outer := _OUTER.match(made):
        made = outer[2].strip()
    made = _ALIGNAT.sub(lambda found: r"\begin{align*}" if "begin" in found[0] else r"\end{align*}", made)
    made = _ALIGNED.sub(lambda found: rf"\{found[1]}{{align*}}", made)
    return made.replace("\n", " ")


def is_hopeless(tex: str) -> bool:
    """Whether it is better shown as it was written: too long, too deep, unbalanced, or in words without glyphs."""
    if len(tex) > LONGEST or not tex.strip() or "%" in tex.replace(r"\%", ""):
        return True
    known = mark_rulings(translate_chemistry(tex)) if _RARE.search(tex) else tex
    if _UNSUPPORTED.search(known):
        return True
    return any(lacks_glyph(sign) and not is_wide(sign) for sign in tex) or not 0 <= _depth(tex) <= DEEPEST


def guess_size(tex: str, *, display: bool) -> tuple[float, float, float]:
    """(width, ascent, depth) in em of a formula not typeset yet: near enough that the text moves little later."""
    bare = _COMMAND.sub("o", re.sub(r"\\(?:left|right|begin\{\w+\*?\}|end\{\w+\*?\}|text|math\w+)", "", tex))
    rows = 1 + tex.count(r"\\") if r"\begin" in tex else 1
    letters = len(re.sub(r"[{}\s_^&]", "", bare)) / rows
    width = max(0.6, min(50.0, 0.52 * letters))
    if not display:
        return width, 1.0 if _TALL.search(tex) else 0.75, 0.5 if _TALL.search(tex) else 0.25
    high = 1.25 if _TALL.search(tex) and rows == 1 else 0.75
    return width, high + 0.75 * (rows - 1), high - 0.3 + 0.75 * (rows - 1)


def _depth(tex: str) -> int:
    """The deepest nesting of braces, pairs of \\left and \\right, and environments; -1 when they do not match."""
    deepest = depth = 0
    for sign in re.findall(r"\\(?:left|right|begin|end)(?![A-Za-z])|\\.|[{}]", tex, re.DOTALL):
        if sign in ("{", r"\left", r"\begin"):
            depth += 1
            deepest = max(deepest, depth)
        elif sign in ("}", r"\right", r"\end"):
            depth -= 1
            if depth < 0:
                return -1
    return deepest if depth == 0 else -1
