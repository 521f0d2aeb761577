"""The story of a Word document, paragraph by paragraph and table by table, as Markdown.

Insertions are kept and deletions dropped: the text reads as if all changes were accepted. A form feed in the
result is a page boundary; XML cannot contain one, so it is never text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from app.ingest import markdown
from app.ingest.readers.docx.formula import linear
from app.ingest.readers.docx.notes import Notes
from app.ingest.readers.docx.numbering import Numbering
from app.ingest.readers.docx.styles import BODY_LEVEL, Styles
from app.ingest.readers.docx.symbols import symbol
from app.ingest.readers.xml import attribute, child, children, is_on, local, number, value

PAGE_BREAK = "\f"
MAX_SPAN = 200
MAX_HEADING = 6
REPEATED_LABEL = 60
MAX_TABLE_DEPTH = 20
# Wrappers whose content stands in the text as if they were not there.
_WRAPPERS = frozenset(
    {"sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag", "AlternateContent", "Choice", "body"}
)
_DROPPED = frozenset({"del", "moveFrom", "Fallback", "instrText", "delText", "delInstrText", "rPr", "pPr", "rt"})
_SIGNS = {"tab": "\t", "ptab": "\t", "cr": "\n", "noBreakHyphen": "-"}
_GRAPHICS = {"chart": "id", "relIds": "dm"}  # by the attribute that names the part their numbers or words are in
Insert = Callable[[str], str]
_NOTES = {"footnoteReference": "footnote", "endnoteReference": "endnote", "commentReference": "comment"}


@dataclass
class _Cell:
    text: str
    span: int
    continues: bool


class Body:
    """Turns elements into Markdown blocks; keeps the running numbers and the state of page breaks."""

    def __init__(self, styles: Styles, numbering: Numbering, notes: Notes, inserts: Insert = lambda _: "") -> None:
        self._styles, self._numbering, self.notes, self._inserts = styles, numbering, notes, inserts
        self._text_since_break = False
        self._boxes: list[str] = []
        self._depth = 0
        self.was_cut = False

    def blocks(self, container: Element) -> list[str]:
        """The paragraphs and tables of a container, without empty ones."""
        return list(self._blocks(container))

    def _blocks(self, container: Element) -> Iterator[str]:
        for element in container:
            name = local(element.tag)
            if name == "p":
                yield from self._paragraph(element)
            elif name == "tbl":
                yield from filter(str.strip, [self._table(element)])
            elif name in _WRAPPERS:
                yield from self._blocks(element)
            elif name in ("oMath", "oMathPara"):
                yield linear(element)
            elif name == "altChunk":
                yield from filter(str.strip, [self._inserts(attribute(element, "id") or "")])

    # -- paragraphs ---------------------------------------------------------------------------------------------

    def _paragraph(self, paragraph: Element) -> Iterator[str]:
        outer, self._boxes = self._boxes, []
        properties = child(paragraph, "pPr")
        out: list[str] = []
        if is_on(properties, "pageBreakBefore"):
            out.append(self._break_once())
        self._run(paragraph, out)
        boxes, self._boxes = self._boxes, outer
        raw = "".join(out)
        breaks, text = _leading_breaks(raw.strip("\n"))
        if text.strip(" \t\n\f"):
            yield breaks + self._dressed(text.rstrip(" \t\n"), properties)
        elif PAGE_BREAK in raw:
            yield PAGE_BREAK * raw.count(PAGE_BREAK)
        yield from boxes
        if child(properties, "sectPr") is not None and _starts_page(child(properties, "sectPr")):
            yield from filter(None, [self._break_once()])

    def _dressed(self, text: str, properties: Element | None) -> str:
        """The text with its printed number and, for a heading, Markdown's signs."""
        style = value(properties, "pStyle")
        label = self._label(properties, style)
        outline = value(properties, "outlineLvl")
        level = self._styles.level(style) if outline is None else number(outline, BODY_LEVEL)
        if level is None or not 0 <= level < BODY_LEVEL:
            return label + text
        return "#" * min(level + 1, MAX_HEADING) + " " + label.lstrip() + " ".join(text.split("\n")).strip()

    def _label(self, properties: Element | None, style: str | None) -> str:
        inherited = self._styles.list_of(style)
        list_id = value(properties, "numPr", "numId")
        level = value(properties, "numPr", "ilvl")
        if list_id is not None:
            return self._numbering.label(list_id, number(level) if level else inherited[1] if inherited else 0)
        if inherited:
            return self._numbering.label(inherited[0], number(level) if level else inherited[1], style)
        return ""

    def _run(self, element: Element, out: list[str]) -> None:
        for part in element:
            name = local(part.tag)
            if name == "t":
                self._text_since_break = self._text_since_break or bool(part.text)
                out.append(part.text or "")
            elif name in _SIGNS:
                out.append(_SIGNS[name])
            elif name == "br":
                out.append(self._break() if attribute(part, "type") == "page" else "\n")
            elif name == "lastRenderedPageBreak":
                out.append(self._break_once())
            elif name in _NOTES:
                out.append(self.notes.reference(_NOTES[name], attribute(part, "id") or ""))
            elif name == "sym":
                out.append(symbol(part))
            elif name in ("oMath", "oMathPara"):
                out.append(f" {linear(part)} ")
            elif name == "txbxContent":
                self._boxes.extend(self._blocks(part))
            elif name in _GRAPHICS:
                self._boxes.extend(filter(None, [self._inserts(attribute(part, _GRAPHICS[name]) or "")]))
            elif name == "ffData":
                out.append(_form_field(part))
            elif name not in _DROPPED and not is_on(child(part, "rPr"), "vanish"):
                self._run(part, out)

    def _break(self) -> str:
        self._text_since_break = False
        return PAGE_BREAK

    def _break_once(self) -> str:
        """A page boundary unless one just passed: Word notes an ordered break again where it rendered the page."""
        return self._break() if self._text_since_break else ""

    # -- tables -------------------------------------------------------------------------------------------------

    def _table(self, table: Element) -> str:
        """A Markdown table, begun anew (with the repeated head rows, if Word repeats them) on each page."""
        self._depth += 1
        try:
            if self._depth <= MAX_TABLE_DEPTH:
                return self._table_parts(table)
            self.was_cut = True
            return ""
        finally:
            self._depth -= 1

    def _table_parts(self, table: Element) -> str:
        parts: list[list[list[str]]] = [[]]
        above: list[str] = []
        head: list[list[str]] = []
        cells_taken = 0
        for row in _rows(table):
            breaks, texts = _taken_out([cell for part in self._row(row, above) for cell in part])
            cells_taken += len(texts)
            if cells_taken > markdown.MAX_CELLS:
                self.was_cut = True
                break
            above = texts
            if is_on(child(row, "trPr"), "tblHeader") and len(parts) == 1 and len(parts[0]) == len(head):
                head.append(texts)
            if breaks == "before":
                parts.append([*head, texts])
            else:
                parts[-1].append(texts)
                if breaks == "after":
                    parts.append([*head])
        if self._depth > 1:  # a table in a cell: its rows as lines, since Markdown has no table in a table
            return "\n".join("  ".join(filter(None, row)) for rows in parts for row in rows)
        return PAGE_BREAK.join(map(markdown.table, parts))

    def _row(self, row: Element, above: list[str]) -> Iterator[list[str]]:
        column = min(number(value(row, "trPr", "gridBefore")), MAX_SPAN)
        yield [""] * column
        for element in _inside(row, "tc"):
            cell = self._cell(element)
            repeat = cell.continues and column < len(above) and len(above[column]) <= REPEATED_LABEL
            yield [above[column] if repeat else cell.text] + [""] * (cell.span - 1)
            column += cell.span

    def _cell(self, element: Element) -> _Cell:
        properties = child(element, "tcPr")
        merge = child(properties, "vMerge")
        return _Cell(
            text="\n".join(self._blocks(element)),
            span=max(1, min(number(value(properties, "gridSpan"), 1), MAX_SPAN)),
            continues=merge is not None and (attribute(merge, "val") or "continue") == "continue",
        )


def _form_field(data: Element) -> str:
    """What an old form field shows: a ticked or empty box, or the chosen entry of a list."""
    if (box := child(data, "checkBox")) is not None:
        name = "checked" if child(box, "checked") is not None else "default"
        return "☑" if is_on(box, name) else "☐"
    choices = child(data, "ddList")
    entries = [attribute(entry, "val") or "" for entry in children(choices, "listEntry")]
    chosen = number(value(choices, "result") or value(choices, "default"))
    return entries[chosen] if 0 <= chosen < len(entries) else ""


def _rows(table: Element) -> Iterator[Element]:
    """The rows, without deleted ones."""
    return (row for row in _inside(table, "tr") if child(row, "trPr", "del") is None)


def _inside(element: Element, name: str) -> Iterator[Element]:
    """Children of that name, also inside wrappers."""
    for part in element:
        found = local(part.tag)
        if found == name:
            yield part
        elif found in _WRAPPERS:
            yield from _inside(part, name)


def _taken_out(texts: list[str]) -> tuple[str, list[str]]:
    """The cells without page boundaries, and where the row's boundary falls: "before" it, "after" it or nowhere."""
    broken = next((text for text in texts if PAGE_BREAK in text), None)
    if broken is None:
        return "", texts
    first_text = next((text for text in texts if text.strip()), "")
    place = "before" if broken is first_text and broken.lstrip(" \n\t").startswith(PAGE_BREAK) else "after"
    return place, [text.replace(PAGE_BREAK, "") for text in texts]


def _leading_breaks(text: str) -> tuple[str, str]:
    rest = text.lstrip("\f\n")
    return PAGE_BREAK * text[: len(text) - len(rest)].count(PAGE_BREAK), rest


def _starts_page(section: Element | None) -> bool:
    """A paragraph's section ends with it; the next begins a page unless it says otherwise."""
    return value(section, "type") not in ("continuous", "nextColumn")
