"""Sets a formula as an SVG picture, with the measures that its place in a line needs."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from app.session.tex.arrows import stretch_arrows
from app.session.tex.fitness import prepare, split_tags
from app.session.tex.rulings import rule_tables
from app.session.tex.signs import stand_in

UNIT_PX = 32.0
LARGEST_BYTES = 400_000
HIGHEST_EM = 60.0
COLOUR = "#010203"
"""Stands for the colour of the text in the picture; who draws it puts in another."""

_KNOWN_SIGNS = frozenset("\\{}|,:;!> %#&$_-'`~=\"^.<()[]/*+@")


class Typesetter:
    """ziamath, loaded once (half a second), and the commands it knows."""

    def __init__(self) -> None:
        from ziamath.config import config
        from ziamath.zmath import Latex

        config.svg2 = False  # QtSvg reads SVG 1
        measure_limits()
        stretch_arrows()
        rule_tables()
        self._placed = stand_in()
        self._typeset: Any = Latex
        self._known = _known_commands()

    def set_formula(self, tex: str, *, display: bool, apart: bool = False) -> dict[str, object]:
        """`svg`, and `width`, `ascent`, `depth` in em; or `error`.

        With `apart` numbers at the side are pictures of their own: `tags`, each with the `line` it stands on, em below
        that of the formula. Otherwise they stand behind it.
        """
        words, tags = split_tags(tex) if apart and display else (tex, ())
        made = self._picture(prepare(words), inline=not display)
        if tags and "error" not in made:
            lines = {number: y / UNIT_PX for number, (_, y) in self._placed.places.items()}
            made["tags"] = [
                {**self._picture(prepare(rf"\text{{{tag}}}"), inline=True), "line": lines.get(number, 0.0)}
                for number, tag in enumerate(tags)
            ]
        return made

    def _picture(self, words: str, *, inline: bool) -> dict[str, object]:
        unknown = [name for name in re.findall(r"\\([A-Za-z]+|.)", words) if not self._knows(name)]
        if unknown:
            return {"error": f"unknown: {unknown[0]}"}
        self._placed.places.clear()
        try:
            svg = str(self._typeset(words, size=UNIT_PX, color=COLOUR, inline=inline).svg())
        except Exception as error:  # a parser of foreign text may raise anything; the source is shown then
            return {"error": type(error).__name__}
        box = re.search(r'viewBox="([-\d.]+) ([-\d.]+) ([-\d.]+) ([-\d.]+)"', svg)
        if box is None or len(svg) > LARGEST_BYTES:
            return {"error": "too large"}
        _, top, width, height = (float(part) / UNIT_PX for part in box.groups())
        if height > HIGHEST_EM:
            return {"error": "too high"}
        return {"svg": svg, "width": width, "ascent": -top, "depth": top + height}

    def _knows(self, name: str) -> bool:
        return name in _KNOWN_SIGNS or f"\\{name}" in self._known


@cache
def measure_limits() -> None:
    """ziamath 0.13 takes a sum with limits for 999 points high when it looks how high a fence around it must be.

    Measuring a row, it leaves out operators that stretch; those that carry limits or accents have to count.
    """
    from ziamath.nodes.moperator import Moperator

    measure: Any = Moperator._setup
    carriers = ("munder", "mover", "munderover", "msub", "msup", "msubsup")

    def measure_carried(self: Any, **words: Any) -> None:
        if getattr(self.parent, "mtag", "") in carriers:
            words.pop("nostretch", None)
        measure(self, **words)

    Moperator._setup = measure_carried  # type: ignore[method-assign]


def _known_commands() -> frozenset[str]:
    """All names that the parser treats as more than letters; it would print any other as it stands."""
    import latex2mathml.commands
    from latex2mathml.symbols_parser import SYMBOLS

    names = {name for name in SYMBOLS if name.startswith("\\")}
    for value in vars(latex2mathml.commands).values():
        items = (value,) if isinstance(value, str) else value if isinstance(value, (tuple, dict, frozenset)) else ()
        names.update(item for item in items if isinstance(item, str) and item.startswith("\\"))
    return frozenset(names)
