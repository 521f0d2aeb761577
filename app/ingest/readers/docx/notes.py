"""Footnotes, endnotes and comments: numbered in the order they are referred to, printed below their page."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree.ElementTree import Element

from app.ingest.readers.xml import attribute, children

PREFIXES = {"footnote": "", "endnote": "e", "comment": "c"}
_SEPARATORS = frozenset({"separator", "continuationSeparator", "continuationNotice"})
_MARK = re.compile(r"\[\^([ec]?\d+)\]")


class Notes:
    """The notes parts by kind; `render` turns a note's element into Markdown blocks."""

    def __init__(self, roots: dict[str, Element]) -> None:
        self._elements = {
            (kind, attribute(element, "id") or ""): element
            for kind, root in roots.items()
            for element in children(root, kind)
            if attribute(element, "type") not in _SEPARATORS
        }
        self._labels: dict[tuple[str, str], str] = {}
        self._counts = dict.fromkeys(PREFIXES, 0)

    def reference(self, kind: str, note_id: str) -> str:
        """The sign that stands in the text, as `[^1]`; empty when there is no such note."""
        key = (kind, note_id)
        if key not in self._elements:
            return ""
        if key not in self._labels:
            self._counts[kind] += 1
            self._labels[key] = f"{PREFIXES[kind]}{self._counts[kind]}"
        return f"[^{self._labels[key]}]"

    def below(self, page: str, render: Callable[[Element], list[str]]) -> str:
        """The page followed by the notes it refers to."""
        wanted = dict.fromkeys(_MARK.findall(page))
        keys = {label: key for key, label in self._labels.items()}
        lines = [self._line(label, keys[label], render) for label in wanted if label in keys]
        return "\n\n".join([page, "\n".join(filter(None, lines))]).strip() if lines else page

    def _line(self, label: str, key: tuple[str, str], render: Callable[[Element], list[str]]) -> str:
        element = self._elements[key]
        text = " ".join(" ".join(render(element)).replace("\f", "").split())
        if not text:
            return ""
        author = attribute(element, "author") or "" if key[0] == "comment" else ""
        return f"[^{label}]: " + (f"{author}: {text}" if author else text)
