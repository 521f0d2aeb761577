"""Tables, charts and diagrams of a slide as text."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from app.ingest import markdown
from app.ingest.readers.pptx.words import body_text
from app.ingest.readers.sheets.numbers import compiled, plain
from app.ingest.readers.xml import attribute, child, children, local, number

MAX_SPAN = 200
MAX_POINTS = 10_000
MAX_LEVEL = 12
REPEATED_LABEL = 60
OFF = ("0", "false", None)


def table_text(table: Element) -> str:
    """A Markdown table; a label merged downwards is repeated in its rows."""
    rows: list[list[str]] = []
    for line in children(table, "tr"):
        row: list[str] = []
        for cell in children(line, "tc"):
            body = child(cell, "txBody")
            text = body_text(body) if body is not None else ""
            above = rows[-1][len(row)] if rows and len(row) < len(rows[-1]) else ""
            if attribute(cell, "vMerge") not in OFF and len(above) <= REPEATED_LABEL:
                text = above
            row.append("" if attribute(cell, "hMerge") not in OFF else text)
        rows.append(row)
        if sum(map(len, rows)) > markdown.MAX_CELLS:
            break
    return markdown.table(rows)


def chart_text(root: Element) -> str:
    """The chart's title and its numbers: a row a category, a column a series."""
    title = "".join(text.text or "" for text in _below(child(root, "chart", "title"), "t"))
    series = [found for found in root.iter() if local(found.tag) == "ser"][:MAX_SPAN]
    if not series:
        return f"Chart: {title}" if title else ""
    names = [" ".join(_points(child(one, "tx")).values()) or f"{index}" for index, one in enumerate(series, 1)]
    kinds = [_points(_either(one, "cat", "xVal")) for one in series]
    values = [_points(_either(one, "val", "yVal")) for one in series]
    categories = max(kinds, key=len)
    places = sorted(set(categories).union(*values))
    rows = [["", *names]]
    rows += [[categories.get(at, ""), *(value.get(at, "") for value in values)] for at in places[:MAX_POINTS]]
    return "\n\n".join(filter(None, [f"Chart: {title}" if title else "Chart:", markdown.table(rows)]))


def diagram_text(root: Element) -> str:
    """The points of a diagram, each below the one it belongs to."""
    points = {
        attribute(point, "modelId") or "": point
        for point in children(child(root, "ptLst"), "pt")
        if attribute(point, "type") in (None, "node", "asst", "doc")
    }
    below: dict[str, list[tuple[int, str]]] = {}
    for link in children(child(root, "cxnLst"), "cxn"):
        if attribute(link, "type") in (None, "parOf"):
            order = number(attribute(link, "srcOrd"))
            below.setdefault(attribute(link, "srcId") or "", []).append((order, attribute(link, "destId") or ""))
    tops = [key for key, point in points.items() if attribute(point, "type") == "doc"]
    told: set[str] = set()
    lines = [line for top in tops for line in _branch(top, points, below, told, 0)]
    lines += [line for key in points if key not in told for line in _branch(key, points, below, told, 1)]
    return "\n".join(lines)


def _branch(
    key: str, points: dict[str, Element], below: dict[str, list[tuple[int, str]]], told: set[str], level: int
) -> Iterator[str]:
    if key in told or key not in points or level > MAX_LEVEL:
        return
    told.add(key)
    body = child(points[key], "t")
    if body is not None and (words := " ".join(body_text(body).split())):
        yield "  " * max(0, level - 1) + "- " + words
    for _, lower in sorted(below.get(key, [])):
        yield from _branch(lower, points, below, told, level + 1)


def _either(series: Element, *names: str) -> Element | None:
    return next((found for name in names if (found := child(series, name)) is not None), None)


def _points(element: Element | None) -> dict[int, str]:
    """The values a chart keeps of its cells, by their place."""
    if element is None:
        return {}
    code = next((found.text or "" for found in _below(element, "formatCode")), "")
    form = compiled(code) if code else None
    found: dict[int, str] = {}
    for place, point in enumerate(_below(element, "pt")):
        text = "".join(value.text or "" for value in children(point, "v"))
        at = number(attribute(point, "idx"), place)
        try:
            figure = float(text)
        except ValueError:
            shown = text
        else:
            shown = text if local(element.tag) == "tx" else form.show(figure) if form else plain(figure)
        found[at] = f"{shown} {found[at]}" if at in found else shown  # levels of categories, the innermost first
    return found or {index: value.text or "" for index, value in enumerate(_below(element, "v"))}


def _below(element: Element | None, name: str) -> Iterator[Element]:
    return (found for found in element.iter() if local(found.tag) == name) if element is not None else iter(())
