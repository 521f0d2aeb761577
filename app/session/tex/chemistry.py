"""Chemistry as mhchem writes it, `\\ce{2H2 + O2 -> 2H2O}`, said in plain TeX: its common part.

What is not understood is not guessed at: it stays as it was written.
"""

from __future__ import annotations

import re

from app.session.tex.groups import replace_command
from app.session.tex.reaction import translate_reaction

_UNIT = re.compile(r"([A-Za-zµΩ°%Å]+)(?:\^?(-?\d+|\{-?\d+\}))?")


def translate_chemistry(tex: str) -> str:
    """The same formula with chemistry as TeX. A `\\ce` or `\\pu` that is not understood is still in it."""
    made = replace_command(tex, "ce", 1, translate_reaction)
    return replace_command(made, "pu", 1, translate_unit)


def translate_unit(words: str) -> str | None:
    """What stands in `\\pu{…}`: a number and its unit."""
    found = re.fullmatch(r"\s*([+\-−]?\d*[.,]?\d*)(?:[eE]([+\-]?\d+))?\s*(.*?)\s*", words.replace("//", "/"))
    if found is None:
        return None
    number, power, unit = found.groups()
    number = re.sub(r"^[-−]", "{-}", number)  # a sign, not an operator with room on both sides
    made = number + (rf"\times 10^{{{power}}}" if power else "")
    parts = []
    for part in re.split(r"([/*. ]+)", unit):
        known = _UNIT.fullmatch(part)
        if known is not None:
            parts.append(rf"\mathrm{{{known[1]}}}" + (f"^{{{known[2].strip('{}')}}}" if known[2] else ""))
        elif part.strip() in ("", ".", "*"):
            parts.append(r"\," if part else "")
        elif part.strip() == "/":
            parts.append("/")
        else:
            return None
    return rf"{made}\,{''.join(parts)}" if made and unit else made + "".join(parts)
