"""A slide of an OpenDocument presentation, in reading order, with its notes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from app.ingest.readers.layout import Box, Placed, in_order
from app.ingest.readers.odf.story import Story
from app.ingest.readers.xml import attribute, child, local

FURNITURE = ("page-number", "date-time", "footer", "header")
SHAPES = frozenset({"frame", "custom-shape", "rect", "ellipse", "g", "line", "connector", "path", "polygon", "circle"})
MAX_DEPTH = 12
_LENGTH = re.compile(r"(-?[\d.]+)(cm|mm|in|pt|pc|px)?")
_TO_TENTH_MM = {"cm": 100.0, "mm": 10.0, "in": 254.0, "pt": 3.528, "pc": 42.33, "px": 2.646}


def slide_text(slide: Element, story: Story) -> str:
    """The slide's title, its other shapes in order, and the speaker's notes."""
    placed = list(_walk(slide, story, 0))
    titles = [one.text for one in placed if one.is_title]
    out = ["## " + " ".join(title.split()) for title in titles]
    out += [one.text for one in in_order([one for one in placed if not one.is_title])]
    notes = child(slide, "notes")
    for frame in notes if notes is not None else ():
        if attribute(frame, "class") == "notes" and (words := "\n".join(story.blocks(_holder(frame)))):
            out.append("Notes:\n" + words)
    return "\n\n".join([*out, *story.take_notes()])


def _walk(container: Element, story: Story, depth: int) -> Iterator[Placed]:
    for shape in container if depth <= MAX_DEPTH else ():
        name = local(shape.tag)
        kind = attribute(shape, "class") or ""
        if name not in SHAPES or kind in FURNITURE:
            continue
        if name == "g":
            inner = in_order(list(_walk(shape, story, depth + 1)))
            text = "\n\n".join(one.text for one in inner)
            box = next((one.box for one in inner if one.box), None)
        else:
            text = "\n".join(story.blocks(_holder(shape)))
            box = _box(shape)
        if text.strip():
            yield Placed(text, box, is_title=kind == "title")


def _holder(shape: Element) -> Element:
    """A shape as a container of one, so that it is read as any frame."""
    holder = Element("text-box")
    holder.append(shape)
    return holder


def _box(shape: Element) -> Box | None:
    left, top = _length(attribute(shape, "x")), _length(attribute(shape, "y"))
    if left is None or top is None:
        return None
    wide, high = _length(attribute(shape, "width")) or 1, _length(attribute(shape, "height")) or 1
    return left, top, left + wide, top + high


def _length(text: str | None) -> int | None:
    """In tenths of a millimetre."""
    found = _LENGTH.fullmatch(text or "")
    try:
        return round(min(1e6, float(found.group(1)) * _TO_TENTH_MM[found.group(2) or "cm"])) if found else None
    except ValueError:
        return None
