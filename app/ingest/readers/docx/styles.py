"""Paragraph styles: which are headings, and which carry a numbering. Styles inherit from the one they are based on."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from xml.etree.ElementTree import Element

from app.ingest.readers.xml import attribute, child, children, number, value

T = TypeVar("T")
MAX_DEPTH = 12  # a chain of styles longer than this loops
BODY_LEVEL = 9
_HEADING_NAME = re.compile(r"(?:heading|标题|標題|見出し|제목)\s?([1-9])$")


@dataclass(frozen=True)
class Style:
    """What a style itself says; None where it leaves that to its base. `level` counts headings from 0."""

    name: str
    base: str | None
    level: int | None
    list_id: str | None
    list_level: int | None


class Styles:
    """The styles part, looked up by style id."""

    def __init__(self, root: Element | None) -> None:
        self._styles = {attribute(style, "styleId") or "": _style(style) for style in children(root, "style")}

    def level(self, style_id: str | None) -> int | None:
        """The heading level, from 0; None for body text."""
        return self._inherited(style_id, lambda style: style.level)

    def list_of(self, style_id: str | None) -> tuple[str, int] | None:
        """The numbering id and level that come with a style."""
        list_id = self._inherited(style_id, lambda style: style.list_id)
        return (list_id, self._inherited(style_id, lambda style: style.list_level) or 0) if list_id else None

    def _inherited(self, style_id: str | None, wanted: Callable[[Style], T | None]) -> T | None:
        for _ in range(MAX_DEPTH):
            style = self._styles.get(style_id or "")
            if style is None:
                return None
            if (found := wanted(style)) is not None:
                return found
            style_id = style.base
        return None


def _style(element: Element) -> Style:
    name = (value(element, "name") or "").lower()
    properties = child(element, "pPr")
    outline = value(properties, "outlineLvl")
    list_level = value(properties, "numPr", "ilvl")
    return Style(
        name=name,
        base=value(element, "basedOn"),
        level=_named_level(name) if outline is None else number(outline, BODY_LEVEL),
        list_id=value(properties, "numPr", "numId"),
        list_level=None if list_level is None else number(list_level),
    )


def _named_level(name: str) -> int | None:
    if found := _HEADING_NAME.match(name):
        return int(found.group(1)) - 1
    return 0 if name in ("title", "标题", "標題") else None
