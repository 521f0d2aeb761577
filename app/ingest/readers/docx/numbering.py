"""The numbers Word prints before paragraphs ("1.2.1.", "第一条", "(a)"), which the file does not contain as text.

Lists that share an abstract definition count on together, unless a list starts over at its first use
(ECMA-376 part 1, 17.9).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from app.ingest.readers.docx.counting import printed
from app.ingest.readers.xml import attribute, child, children, is_on, number, value

_PLACE = re.compile(r"%([1-9])")


@dataclass(frozen=True)
class Level:
    """One level of a list: how it counts and what is printed around the number."""

    style: str
    text: str
    start: int
    gap: str
    legal: bool
    restart_after: int | None
    paragraph_style: str | None


@dataclass
class _List:
    abstract: str
    levels: dict[int, Level] = field(default_factory=dict)
    starts: dict[int, int] = field(default_factory=dict)


class Numbering:
    """The numbering part with its running counters: `label` must be asked once for each paragraph, in order."""

    def __init__(self, root: Element | None) -> None:
        self._abstract: dict[str, dict[int, Level]] = {}
        self._linked: dict[str, str] = {}
        for element in children(root, "abstractNum"):
            abstract = attribute(element, "abstractNumId") or ""
            self._abstract[abstract] = _levels(element)
            if link := value(element, "numStyleLink"):
                self._linked[abstract] = link
            if name := value(element, "styleLink"):
                self._linked.setdefault("style:" + name, abstract)
        self._lists = {attribute(element, "numId") or "": _list(element) for element in children(root, "num")}
        self._counters: dict[str, dict[int, int]] = {}
        self._begun: set[tuple[str, int]] = set()

    def label(self, list_id: str, level: int, style_id: str | None = None) -> str:
        """What is printed before the next paragraph of this list, with its gap; empty when nothing is."""
        found = self._lists.get(list_id)
        if found is None or list_id == "0":
            return ""
        levels = self._levels_of(found)
        level = next((at for at, one in levels.items() if style_id and one.paragraph_style == style_id), level)
        here = levels.get(level)
        if here is None:
            return ""
        if here.style == "bullet":
            return "  " * level + "- "
        self._count(list_id, found, levels, level)
        if here.style == "none" and not _PLACE.sub("", here.text).strip():
            return ""
        text = self._filled(found.abstract, levels, here)
        return text + here.gap if text.strip() else ""

    def _levels_of(self, found: _List) -> dict[int, Level]:
        abstract = found.abstract
        if link := self._linked.get(abstract):
            abstract = self._linked.get("style:" + link, abstract)
        return self._abstract.get(abstract, {}) | found.levels

    def _count(self, list_id: str, found: _List, levels: dict[int, Level], level: int) -> None:
        counters = self._counters.setdefault(found.abstract, {})
        if level in found.starts and (list_id, level) not in self._begun:
            counters[level] = found.starts[level]
        else:
            counters[level] = counters.get(level, levels[level].start - 1) + 1
        self._begun.add((list_id, level))
        for deeper in [at for at in counters if at > level]:
            after = levels[deeper].restart_after if deeper in levels else None
            if after is None or (after and level < after):
                del counters[deeper]

    def _filled(self, abstract: str, levels: dict[int, Level], here: Level) -> str:
        counters = self._counters[abstract]

        def one(place: re.Match[str]) -> str:
            at = int(place.group(1)) - 1
            level = levels.get(at)
            if level is None or level.style == "none":
                return ""
            return printed(counters.setdefault(at, level.start), "decimal" if here.legal else level.style)

        return _PLACE.sub(one, here.text)


def _levels(element: Element) -> dict[int, Level]:
    return {number(attribute(level, "ilvl")): _level(level) for level in children(element, "lvl")}


def _level(element: Element) -> Level:
    restart = value(element, "lvlRestart")
    return Level(
        style=_number_style(element),
        text=value(element, "lvlText") or "",
        start=number(value(element, "start"), 1),
        gap="" if value(element, "suff") == "nothing" else " ",
        legal=is_on(element, "isLgl"),
        restart_after=None if restart is None else number(restart),
        paragraph_style=value(element, "pStyle"),
    )


def _number_style(element: Element) -> str:
    """Newer formats stand in an alternate content block around the old name."""
    direct = value(element, "numFmt")
    return direct or value(child(element, "AlternateContent", "Fallback"), "numFmt") or "decimal"


def _list(element: Element) -> _List:
    found = _List(value(element, "abstractNumId") or "")
    for override in children(element, "lvlOverride"):
        level = number(attribute(override, "ilvl"))
        if (own := child(override, "lvl")) is not None:
            found.levels[level] = _level(own)
            found.starts[level] = found.levels[level].start
        if (start := value(override, "startOverride")) is not None:
            found.starts[level] = number(start, 1)
    return found
