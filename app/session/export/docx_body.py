"""Markdown as the paragraphs, lists and tables of a Word file."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt
from markdown_it.token import Token

from app.session.export.formulas import draw_formula
from app.session.export.markup import INK

Picture = Callable[[str], bytes]  # SVG to PNG

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_DEEPEST = 3  # Word's list styles have three steps
_EM_PT = 10.5
_DRAWN_PX = 64.0  # an em of the picture, for sharp edges in print


def legal(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return _ILLEGAL.sub("\ufffd", text)


@dataclass(frozen=True, slots=True)
class _Look:
    bold: bool = False
    italic: bool = False
    strike: bool = False
    link: str = ""


class Styles:
    """A document with its styles looked up once: python-docx looks through all of them for every paragraph."""

    def __init__(self, document: Any) -> None:
        self.document = document
        self._ids = {style.name: style.style_id for style in document.styles}

    def paragraph(self, text: str = "", style: str = "") -> Any:
        """A new paragraph at the end."""
        made = self.document.add_paragraph()
        if style:
            made._p.style = self._ids[style]
        if text:
            made.add_run(text)
        return made

    def dress(self, run: Any, style: str) -> None:
        """Give a run a character style."""
        run._r.style = self._ids[style]


class Writer:
    """Writes at the end of a document."""

    def __init__(self, styles: Styles, picture: Picture | None) -> None:
        self._styles, self._document, self._picture = styles, styles.document, picture
        self._lists: list[tuple[str, int]] = []  # the style of each open list, and its numbering
        self._quote = 0
        self._keeps_lines = False
        self._item_open = False

    def write(self, tokens: Sequence[Token], *, quote: int = 0, keeps_lines: bool = False) -> None:
        """All blocks of a text, `quote` steps to the right."""
        self._quote, self._keeps_lines, self._lists = quote, keeps_lines, []
        index = 0
        while index < len(tokens):
            index = self._block(tokens, index)

    def _block(self, tokens: Sequence[Token], index: int) -> int:
        """Write the block at `index`; returns where the next one is."""
        token = tokens[index]
        match token.type:
            case "heading_open":
                level = min(6, int(token.tag[1]) + 1)
                self._runs(self._styles.paragraph(style=f"Heading {level}"), tokens[index + 1].children or [])
                return index + 3
            case "paragraph_open":
                self._runs(self._paragraph(), tokens[index + 1].children or [])
                return index + 3
            case "fence" | "code_block":
                self._code(token.content.rstrip("\n"))
            case "math_block" | "math_block_label":
                self._formula(self._paragraph(), token.content, inline=False)
            case "hr":
                self._styles.paragraph("* * *").alignment = 1
            case "table_open":
                return self._table(tokens, index)
            case "bullet_list_open" | "ordered_list_open":
                self._open_list(ordered=token.type.startswith("ordered"), start=int(token.attrs.get("start", 1)))
            case "bullet_list_close" | "ordered_list_close":
                self._lists.pop()
            case "list_item_open":
                self._item_open = True
            case "blockquote_open":
                self._quote += 1
            case "blockquote_close":
                self._quote -= 1
        return index + 1

    def _paragraph(self) -> Any:
        if self._lists and self._item_open:
            self._item_open = False
            style, numbering = self._lists[-1]
            made = self._styles.paragraph(style=style)
            if numbering:
                _number(made, numbering)
            return made
        made = self._styles.paragraph(style="Quote" if self._quote else "")
        steps = len(self._lists) + self._quote
        if steps:
            made.paragraph_format.left_indent = Pt(18 * steps)
        return made

    def _open_list(self, *, ordered: bool, start: int) -> None:
        depth = min(_DEEPEST, len(self._lists) + 1)
        style = ("List Number" if ordered else "List Bullet") + (f" {depth}" if depth > 1 else "")
        self._lists.append((style, _new_numbering(self._document, style, start) if ordered else 0))

    def _code(self, code: str) -> None:
        for line in code.split("\n"):
            made = self._styles.paragraph(style="Code")
            made.paragraph_format.left_indent = Pt(18 * (len(self._lists) + self._quote))
            made.add_run(legal(line))
        made.paragraph_format.space_after = Pt(8)

    def _table(self, tokens: Sequence[Token], index: int) -> int:
        rows: list[list[Sequence[Token]]] = []
        sides: list[int] = []  # of the columns, from their heads
        end = index
        while tokens[end].type != "table_close":
            if tokens[end].type == "tr_open":
                rows.append([])
            elif tokens[end].type == "th_open":
                sides.append(_side(str(tokens[end].attrs.get("style", ""))))
            elif tokens[end].type == "inline":
                rows[-1].append(tokens[end].children or [])
            end += 1
        table = self._document.add_table(len(rows), max(len(row) for row in rows), style="Table Grid")
        for number, row in enumerate(rows):
            for cell, side, children in zip(table.rows[number].cells, sides, row, strict=False):
                cell.paragraphs[0].alignment = side
                self._runs(cell.paragraphs[0], children, _Look(bold=number == 0))
        self._styles.paragraph().paragraph_format.space_after = Pt(2)
        return end + 1

    def _runs(self, paragraph: Any, children: Sequence[Token], look: _Look | None = None) -> None:
        looks = [look or _Look()]
        for token in children:
            now = looks[-1]
            match token.type:
                case "strong_open":
                    looks.append(replace(now, bold=True))
                case "em_open":
                    looks.append(replace(now, italic=True))
                case "s_open":
                    looks.append(replace(now, strike=True))
                case "link_open":
                    looks.append(replace(now, link=str(token.attrs.get("href", ""))))
                case "strong_close" | "em_close" | "s_close" | "link_close":
                    looks.pop()
                case "math_inline" | "math_inline_double":
                    self._formula(paragraph, token.content, inline=token.type == "math_inline")
                case "softbreak" | "hardbreak":
                    broken = token.type == "hardbreak" or self._keeps_lines
                    paragraph.add_run().add_break() if broken else self._words(paragraph, " ", now)
                case "html_inline":
                    self._words(paragraph, "☑ " if "checked" in token.content else "☐ ", now)
                case "code_inline":
                    self._styles.dress(self._words(paragraph, token.content, now), "Code Word")
                case "image":
                    self._words(paragraph, token.content, replace(now, link=str(token.attrs.get("src", ""))))
                case _:
                    self._words(paragraph, token.content, now)

    def _words(self, paragraph: Any, text: str, look: _Look) -> Any:
        run = paragraph.add_run(legal(text))
        if look.bold:
            run.bold = True
        if look.italic:
            run.italic = True
        if look.strike:
            run.font.strike = True
        if look.link.startswith(("http://", "https://", "mailto:")):
            run.font.underline = True
            _link(paragraph, run, look.link)
        return run

    def _formula(self, paragraph: Any, tex: str, *, inline: bool) -> None:
        """A picture that says its source to screen readers; the source itself where it cannot be drawn."""
        drawn = draw_formula(tex.strip(), inline=inline) if self._picture else None
        image = self._picture(drawn.picture(_DRAWN_PX, INK)) if self._picture and drawn else b""
        if not inline:
            paragraph.alignment = 1
        if not image or drawn is None:
            mark = "$" if inline else "$$"
            self._styles.dress(paragraph.add_run(legal(f"{mark}{tex.strip()}{mark}")), "Code Word")
            return
        run = paragraph.add_run()
        shape = run.add_picture(BytesIO(image), height=Pt(drawn.height_em * _EM_PT))
        shape._inline.docPr.set("descr", legal(tex.strip()))
        if inline and drawn.depth_em > 0.05:
            _lower(run, drawn.depth_em * _EM_PT)


def _side(style: str) -> int:
    """Left, centre or right, as Word counts them."""
    return 2 if "right" in style else 1 if "center" in style else 0


def _lower(run: Any, by_pt: float) -> None:
    """Put a picture's line on the line of the text. Word counts in half points."""
    place = OxmlElement("w:position")
    place.set(qn("w:val"), str(-round(2 * by_pt)))
    run._r.get_or_add_rPr().append(place)


def _link(paragraph: Any, run: Any, address: str) -> None:
    """Move the run into a hyperlink."""
    try:
        number = paragraph.part.relate_to(legal(address), RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    except ValueError:
        return
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), number)
    paragraph._p.append(link)
    link.append(run._r)


def _new_numbering(document: Any, style: str, start: int) -> int:
    """A numbering of its own, so that every list begins anew."""
    numbering = document.part.numbering_part.element
    own = document.styles[style].element.pPr.numPr.numId.val
    abstract = next(one for one in numbering.num_lst if one.numId == own).abstractNumId.val
    made = numbering.add_num(abstract)
    made.add_lvlOverride(0).add_startOverride(max(0, start))
    return int(made.numId)


def _number(paragraph: Any, numbering: int) -> None:
    properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
    properties.get_or_add_ilvl().val = 0
    properties.get_or_add_numId().val = numbering
