"""Looking into the XML of Office files without caring about namespaces, of which each format has several."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from xml.etree.ElementTree import Element

MOST = 10_000_000
OFF = frozenset({"0", "false", "off", "none"})


@lru_cache(maxsize=4096)  # a document has millions of elements and some hundred names
def local(name: object) -> str:
    """The name without its namespace; empty for comments and processing instructions."""
    return name.rpartition("}")[2] if isinstance(name, str) else ""


def attribute(element: Element, name: str) -> str | None:
    """The attribute of that local name."""
    return next((value for key, value in element.attrib.items() if local(key) == name), None)


def children(element: Element | None, name: str) -> Iterator[Element]:
    return (child for child in element if local(child.tag) == name) if element is not None else iter(())


def child(element: Element | None, *names: str) -> Element | None:
    """The first child of that name; several names go down level by level."""
    for name in names:
        if element is None:
            return None
        for inner in element:
            if local(inner.tag) == name:
                element = inner
                break
        else:
            return None
    return element


def value(element: Element | None, *names: str) -> str | None:
    """The `val` of the child at `names`."""
    found = child(element, *names)
    return attribute(found, "val") if found is not None else None


def number(text: str | None, default: int = 0) -> int:
    """The text as an int within what a document can mean; hostile files write anything."""
    try:
        return max(-MOST, min(MOST, int(text or "")))
    except ValueError:
        return default


def is_on(element: Element | None, name: str) -> bool:
    """A toggle such as `<w:isLgl/>`: on when present, unless its value says off."""
    found = child(element, name)
    return found is not None and (attribute(found, "val") or "1") not in OFF
