"""Lines in arrays, `{cc|c}` and `\\hline`: ziamath 0.13 leaves them out; augmented matrices would read as plain ones.

Where they are is told to the typesetter by two private signs in the first cell, so it needs no memory of its own.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from functools import cache
from typing import Any

from app.session.tex.groups import take_group

MOST = 11
"""Columns and rows; the places of the lines are bits of a sign."""
UPRIGHT, LEVEL = range(0xF1000, 0xF2000), range(0xF2000, 0xF3000)
PAD_EM, THICK_EM = 0.35, 0.045
ALIGNED_SPACE = "0.6em"
"""Between the rows of aligned equations: about the 1.5 em from line to line that TeX has."""

_EDGE = re.compile(r"\\(begin|end)\{array\}")
_PART = re.compile(r"\\begin\{\w+\*?\}|\\end\{\w+\*?\}|\\hline(?![A-Za-z])|\\\\|\\.|[{}]|.", re.DOTALL)
_COLUMNS = re.compile(r"[lcr|\s]*")


def mark_rulings(tex: str) -> str:
    """The same formula with the lines of its arrays as signs; what is not understood stays."""
    begin = tex.find(r"\begin{array}")
    if begin < 0:
        return tex
    head = begin + len(r"\begin{array}")
    columns, end = take_group(tex, head), _end_of(tex, head)
    if columns is None or end is None:
        return tex[:head] + mark_rulings(tex[head:])
    body = mark_rulings(tex[columns[1] : end])
    after = mark_rulings(tex[end:])
    return tex[:head] + _marked(columns[0], body) + after


def _end_of(tex: str, place: int) -> int | None:
    depth = 1
    for edge in _EDGE.finditer(tex, place):
        depth += 1 if edge[1] == "begin" else -1
        if depth == 0:
            return edge.start()
    return None


def _marked(columns: str, body: str) -> str:
    bare, level, rows = _without_lines(body)
    letters = re.sub(r"[|\s]", "", columns)
    if not _COLUMNS.fullmatch(columns) or not ("|" in columns or level) or max(len(letters), rows) > MOST:
        return f"{{{columns}}}{body}"
    upright = sum(1 << place for place in {_letters_before(columns, bar) for bar in _bars(columns)})
    signs = chr(UPRIGHT[upright]) + chr(LEVEL[level])
    return rf"{{{letters}}}\text{{{signs}}}{bare}"


def _bars(columns: str) -> list[int]:
    return [place for place, sign in enumerate(columns) if sign == "|"]


def _letters_before(columns: str, place: int) -> int:
    return len(re.sub(r"[|\s]", "", columns[:place]))


def _without_lines(body: str) -> tuple[str, int, int]:
    """The rows, where level lines are as bits, and how many rows there are."""
    made, depth, rows, level = [], 0, 0, 0
    for part in _PART.findall(body):
        if part == "{" or part.startswith(r"\begin"):
            depth += 1
        elif part == "}" or part.startswith(r"\end"):
            depth -= 1
        elif depth == 0 and part == r"\hline":
            level |= 1 << min(rows, MOST)
            continue
        elif depth == 0 and part == r"\\":
            rows += 1
        made.append(part)
    text = "".join(made).rstrip()
    if text.endswith(r"\\"):
        return text[:-2], level, rows
    return text, level, rows + 1


@cache
def rule_tables() -> None:
    """From now on the typesetter draws the lines that the signs tell of."""
    from ziafont.fonttypes import BBox
    from ziamath.nodes.mtable import Mtable

    set_up: Any = Mtable._setup

    def set_up_ruled(self: Any, **words: Any) -> None:
        self.rulings = []
        signs = [ord(sign) for sign in "".join(self.element[0][0].itertext())] if len(self.element) else []
        upright = next((sign - UPRIGHT.start for sign in signs if sign in UPRIGHT), 0)
        level = next((sign - LEVEL.start for sign in signs if sign in LEVEL), 0)
        if upright or level:
            self.element.set("columnspacing", "0.8em")
            self.element.set("rowspacing", "0.45em")
        elif str(self.element.get("rowspacing", "")).endswith("pt"):  # would be points of the picture, not of the text
            self.element.set("rowspacing", ALIGNED_SPACE)
        set_up(self, **words)
        if upright or level:
            em = self.glyphsize
            xs, ys = _borders(self, PAD_EM * em)
            thick, left, top = THICK_EM * em, xs[0], ys[0]
            lines = [(x, top, thick, ys[-1] - top) for place, x in enumerate(xs) if upright >> place & 1]
            lines += [(left, y, xs[-1] - left + thick, thick) for place, y in enumerate(ys) if level >> place & 1]
            self.rulings = [(x - left, y, width, height) for x, y, width, height in lines]
            self.nodexy = [(x - left, y) for x, y in self.nodexy]
            self.bbox = BBox(0, xs[-1] - left + thick, -ys[-1], -top)

    def draw_ruled(self: Any, x: float, y: float, svg: ET.Element) -> tuple[float, float]:
        ended: tuple[float, float] = super(Mtable, self).draw(x, y, svg)
        for left, top, width, height in self.rulings:
            place = {"x": x + left, "y": y + top, "width": width, "height": height}
            bar = ET.SubElement(svg, "rect", {name: f"{value:.2f}" for name, value in place.items()})
            if self.style.mathcolor:
                bar.set("fill", str(self.style.mathcolor))
        return ended

    Mtable._setup = set_up_ruled  # type: ignore[method-assign]
    Mtable.draw = draw_ruled  # type: ignore[method-assign]


def _borders(table: Any, pad: float) -> tuple[list[float], list[float]]:
    """Where lines between and around the columns and the rows would be, from the left and from above."""
    widths = [len(row) for row in table.element]
    cells = iter(zip(table.nodexy, table.nodes, strict=True))
    lefts: list[float] = [float("inf")] * max(widths)
    rights = [float("-inf")] * max(widths)
    tops, bottoms = [], []
    for width in widths:
        row = [next(cells) for _ in range(width)]
        for column, ((x, _), node) in enumerate(row):
            lefts[column] = min(lefts[column], x)
            rights[column] = max(rights[column], x + node.bbox.xmax)
        tops.append(min(y - node.bbox.ymax for (_, y), node in row))
        bottoms.append(max(y - node.bbox.ymin for (_, y), node in row))
    xs = [lefts[0] - pad, *((one + other) / 2 for one, other in zip(rights, lefts[1:], strict=False)), rights[-1] + pad]
    ys = [tops[0] - pad, *((one + other) / 2 for one, other in zip(bottoms, tops[1:], strict=False)), bottoms[-1] + pad]
    return xs, ys
