"""The paragraphs of a shape, with their outline and the numbers PowerPoint prints before them."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from app.ingest.readers.docx.counting import printed
from app.ingest.readers.docx.formula import linear
from app.ingest.readers.xml import attribute, child, children, local, number

MAX_LEVEL = 8
# ECMA-376 part 1, 20.1.10.61: how the number looks is in the name's end, how it counts in its beginning.
_COUNTED = {
    "arabic": "decimal",
    "alphaLc": "lowerLetter",
    "alphaUc": "upperLetter",
    "romanLc": "lowerRoman",
    "romanUc": "upperRoman",
    "circleNum": "decimalEnclosedCircle",
    "ea1Chs": "chineseCounting",
    "ea1Cht": "taiwaneseCounting",
    "ea1Jpn": "japaneseCounting",
}
_ENDS = {"Period": "{}.", "ParenR": "{})", "ParenBoth": "({})"}


def body_text(body: Element) -> str:
    """A text body as lines."""
    return "\n".join(_lines(body))


def _lines(body: Element) -> Iterator[str]:
    counters: dict[int, tuple[str, int]] = {}
    for paragraph in children(body, "p"):
        words = run_text(paragraph).strip("\n ")
        if not words.strip():
            continue
        properties = child(paragraph, "pPr")
        level = max(0, min(number(attribute(properties, "lvl") if properties is not None else None), MAX_LEVEL))
        label = _label(properties, counters, level)
        yield ("  " * (level - 1) + "- " if level and not label else "  " * level) + label + words


def run_text(paragraph: Element) -> str:
    """The words of one paragraph."""
    out: list[str] = []
    for part in paragraph:
        name = local(part.tag)
        if name in ("r", "fld"):
            out.append("".join(text.text or "" for text in children(part, "t")))
        elif name == "br":
            out.append("\n")
        elif name == "AlternateContent":
            out.append(run_text(_first(part)))
        elif name == "m":
            out.append(f" {''.join(map(linear, part)).strip()} ")
    return "".join(out).replace("\v", "\n")


def _first(alternatives: Element) -> Element:
    """What a program that knows the newest elements would show."""
    choice = child(alternatives, "Choice")
    return choice if choice is not None else Element("none")


def _label(properties: Element | None, counters: dict[int, tuple[str, int]], level: int) -> str:
    """What is printed before a numbered paragraph; another way of numbering begins anew."""
    for deeper in [at for at in counters if at > level]:
        del counters[deeper]
    numbered = child(properties, "buAutoNum")
    if numbered is None:
        counters.pop(level, None)
        return ""
    kind = attribute(numbered, "type") or "arabicPeriod"
    before, count = counters.get(level, ("", 0))
    count = count + 1 if before == kind else number(attribute(numbered, "startAt"), 1)
    counters[level] = kind, count
    style = next((counted for name, counted in _COUNTED.items() if kind.startswith(name)), "decimal")
    shape = next((shape for end, shape in _ENDS.items() if kind.endswith(end)), "{}")
    return shape.format(printed(count, style)) + " "
