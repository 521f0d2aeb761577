"""The numbers and bullets that OpenDocument prints before list items and headings (ODF 1.3 part 3, 16.31 to 16.34)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from app.ingest.readers.docx.counting import printed
from app.ingest.readers.xml import attribute, local, number

_PLACE = re.compile(r"%(\d+)%")
_STYLES = {
    "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman", "一": "chineseCounting",
    "壹": "chineseLegalSimplified", "壱": "ideographLegalTraditional", "甲": "ideographTraditional",
    "子": "ideographZodiac", "①": "decimalEnclosedCircle", "ア": "aiueoFullWidth", "가": "ganada",
}  # fmt: skip


@dataclass(frozen=True)
class Level:
    """One level of a list: an empty `form` prints no number."""

    form: str
    bullet: str
    before: str
    after: str
    shown_levels: int
    start: int
    pattern: str


class Lists:
    """The list styles of a document with their running counters."""

    def __init__(self, *roots: Element | None) -> None:
        self._styles: dict[str, dict[int, Level]] = {}
        self._counters: dict[str, dict[int, int]] = {}
        for root in roots:
            for element in root.iter() if root is not None else ():
                if local(element.tag) in ("list-style", "outline-style"):
                    name = attribute(element, "name") if local(element.tag) == "list-style" else "outline"
                    levels = ((number(attribute(level, "level"), 1), _level(level)) for level in element)
                    self._styles[name or ""] = dict(levels)

    def restart(self, style: str) -> None:
        """A list that does not go on with one before it counts from the beginning."""
        self._counters.pop(style, None)

    def label(self, style: str, depth: int, start: int | None = None) -> str:
        """What is printed before the next item at this depth, counted from 1, with a space behind it."""
        levels = self._styles.get(style, {})
        here = levels.get(depth)
        if here is None or here.bullet:
            return "  " * (depth - 1) + "- " if style != "outline" else ""
        counters = self._counters.setdefault(style, {})
        counters[depth] = start if start is not None else counters.get(depth, here.start - 1) + 1
        for deeper in [at for at in counters if at > depth]:
            del counters[deeper]
        text = self._printed(levels, counters, here, depth)
        return text + " " if text.strip() else ""

    def _printed(self, levels: dict[int, Level], counters: dict[int, int], here: Level, depth: int) -> str:
        def one(at: int) -> str:
            level = levels.get(at)
            return printed(counters.setdefault(at, level.start), _style(level.form)) if level and level.form else ""

        if here.pattern:
            return _PLACE.sub(lambda found: one(int(found.group(1))), here.pattern)
        if not here.form:
            return ""
        first = max(1, depth - here.shown_levels + 1)
        return here.before + ".".join(filter(None, map(one, range(first, depth + 1)))) + here.after


def _style(form: str) -> str:
    return _STYLES.get(form[:1], "decimal")


def _level(element: Element) -> Level:
    return Level(
        form=attribute(element, "num-format") or "",
        bullet=attribute(element, "bullet-char") or ("-" if local(element.tag).endswith("-image") else ""),
        before=attribute(element, "num-prefix") or "",
        after=attribute(element, "num-suffix") or "",
        shown_levels=number(attribute(element, "display-levels"), 1),
        start=number(attribute(element, "start-value"), 1),
        pattern=attribute(element, "num-list-format") or "",
    )
