"""What stands on a slide, in reading order: the title, then the other shapes from top to bottom and left to right."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from app.core.errors import CarrelError
from app.ingest.readers.layout import Box, Placed, in_order
from app.ingest.readers.package import Parts, relations
from app.ingest.readers.pptx.graphics import chart_text, diagram_text, table_text
from app.ingest.readers.pptx.words import body_text
from app.ingest.readers.xml import attribute, child, children, local

MAX_DEPTH = 12
TITLES = ("title", "ctrTitle")
FURNITURE = ("sldNum", "dt", "ftr", "hdr")
SHAPES = frozenset({"sp", "grpSp", "graphicFrame", "AlternateContent", "cxnSp", "pic"})
_MACHINE_MADE = ("automatically generated", "自动生成", "自動產生", "AI 生成")


class Slide:
    """One slide's part with the parts it refers to."""

    def __init__(self, parts: Parts, part: str) -> None:
        self._parts = parts
        self.root = parts.xml(part)
        self._related = {found.id: found for found in relations(parts, part)}
        self._layout = self._layout_boxes()
        self.has_picture = False

    def text(self) -> str:
        tree = child(self.root, "cSld", "spTree")
        placed = list(self._walk(tree, 0)) if tree is not None else []
        titles = [one.text for one in placed if one.is_title]
        out = ["## " + " ".join(title.split("\n")) for title in titles]
        out += [one.text for one in in_order([one for one in placed if not one.is_title])]
        return "\n\n".join([*out, *self._notes(), *self._comments()])

    def _walk(self, tree: Element, depth: int) -> Iterator[Placed]:
        if depth > MAX_DEPTH:
            return
        for shape in tree:
            name = local(shape.tag)
            if name == "grpSp":
                inner = list(self._walk(shape, depth + 1))
                titles = [one for one in inner if one.is_title]
                words = "\n\n".join(one.text for one in in_order([one for one in inner if not one.is_title]))
                yield from titles
                if words:
                    yield Placed(words, _box(child(shape, "grpSpPr", "xfrm")))
            elif name == "AlternateContent":
                choice = child(shape, "Choice")
                yield from self._walk(choice, depth + 1) if choice is not None else ()
            elif name in SHAPES:
                yield from self._shape(shape, name)

    def _shape(self, shape: Element, name: str) -> Iterator[Placed]:
        if name == "graphicFrame":
            text = self._graphic(shape)
            box = _box(child(shape, "xfrm"))
        elif name == "pic":
            self.has_picture = True
            text, box = _description(shape), _box(child(shape, "spPr", "xfrm"))
        else:
            kind, index = _placeholder(shape)
            if kind in FURNITURE:
                return
            self.has_picture |= child(shape, "spPr", "blipFill") is not None
            body = child(shape, "txBody")
            text = body_text(body) if body is not None else ""
            box = _box(child(shape, "spPr", "xfrm")) or self._layout.get(index) or self._layout.get(kind)
            if text and kind in TITLES:
                yield Placed(text, box, is_title=True)
                return
        if text.strip():
            yield Placed(text, box)

    def _graphic(self, frame: Element) -> str:
        data = child(frame, "graphic", "graphicData")
        for thing in data if data is not None else ():
            name = local(thing.tag)
            if name == "tbl":
                return table_text(thing)
            if name == "chart" and (root := self._part(attribute(thing, "id"))) is not None:
                return chart_text(root)
            if name == "relIds" and (root := self._part(attribute(thing, "dm"))) is not None:
                return diagram_text(root)
            self.has_picture = True
        return ""

    def _part(self, relation: str | None) -> Element | None:
        found = self._related.get(relation or "")
        try:
            return self._parts.xml(found.target) if found else None
        except CarrelError:
            return None  # the slide's own words stand without it

    def _layout_boxes(self) -> dict[str, Box]:
        """Where the layout puts placeholders, by kind and by index: a slide repeats only what it moved."""
        layout = next((found for found in self._related.values() if found.kind == "slideLayout"), None)
        root = self._part(layout.id) if layout else None
        boxes: dict[str, Box] = {}
        for shape in children(child(root, "cSld", "spTree"), "sp"):
            if box := _box(child(shape, "spPr", "xfrm")):
                for key in _placeholder(shape):
                    boxes.setdefault(key, box)
        return boxes

    def _notes(self) -> list[str]:
        found = next((found for found in self._related.values() if found.kind == "notesSlide"), None)
        root = self._part(found.id) if found else None
        out = []
        for shape in children(child(root, "cSld", "spTree"), "sp"):
            body = child(shape, "txBody")
            if _placeholder(shape)[0] == "body" and body is not None and (text := body_text(body)):
                out.append("Notes:\n" + text)
        return out

    def _comments(self) -> list[str]:
        out = []
        for found in self._related.values():
            root = self._part(found.id) if found.kind == "comments" else None
            for comment in root.iter() if root is not None else ():
                if local(comment.tag) == "cm":
                    body = child(comment, "txBody")
                    words = body_text(body) if body is not None else "".join(child_text(comment, "text"))
                    out += [f"[Comment: {' '.join(words.split())}]"] if words.strip() else []
        return out


def child_text(element: Element, name: str) -> Iterator[str]:
    return (found.text or "" for found in children(element, name))


def _placeholder(shape: Element) -> tuple[str, str]:
    """Kind and index of a placeholder; empty for a shape that is none."""
    found = child(shape, "nvSpPr", "nvPr", "ph")
    if found is None:
        return "", ""
    index = attribute(found, "idx")
    return attribute(found, "type") or "body", f"idx {index}" if index else ""


def _box(transform: Element | None) -> Box | None:
    """Left, top, right, bottom."""
    offset, extent = child(transform, "off"), child(transform, "ext")
    if offset is None:
        return None
    left, top = _length(offset, "x"), _length(offset, "y")
    wide, high = (_length(extent, "cx"), _length(extent, "cy")) if extent is not None else (0, 0)
    return left, top, left + max(wide, 1), top + max(high, 1)


def _length(element: Element, name: str) -> int:
    """English metric units; wider than what `number` takes."""
    text = attribute(element, name) or "0"
    return int(text) if text.lstrip("-").isdecimal() and len(text) < 12 else 0


def _description(picture: Element) -> str:
    """What an author wrote for those who cannot see the picture."""
    properties = child(picture, "nvPicPr", "cNvPr")
    words = " ".join((attribute(properties, "descr") or "").split()) if properties is not None else ""
    is_name = words.isascii() and " " not in words
    return "" if is_name or any(sign in words for sign in _MACHINE_MADE) else f"[Picture: {words}]"
