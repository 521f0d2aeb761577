"""Chats as a Word file with real headings, lists, tables and styles, and a face for East Asian text."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor

from app.core.words import language, say
from app.session.export.docx_body import Picture, Styles, Writer, legal
from app.session.export.paper import Entry, Paper
from app.session.markdown import parser, plain_parser

LATIN, EAST_ASIAN, MONO = "Calibri", "Microsoft YaHei", "Consolas"
QUIET = RGBColor(0x5C, 0x66, 0x73)


def write_docx(papers: Sequence[Paper], picture: Picture | None = None) -> bytes:
    """One file; each chat begins on a new page. `picture` draws SVG as PNG; without it formulas stay TeX source."""
    document = Document()
    _set_styles(document)
    title = papers[0].title if len(papers) == 1 else say("{count} chats", count=len(papers))
    document.core_properties.title, document.core_properties.author = legal(title)[:255], "Carrel"
    document.core_properties.language = "zh-CN" if language() == "zh_CN" else "en"
    styles = Styles(document)
    writer = Writer(styles, picture)
    for number, paper in enumerate(papers):
        if number:
            document.add_page_break()  # type: ignore[no-untyped-call]
        _chat(styles, writer, paper)
    _number_pages(document)
    made = BytesIO()
    document.save(made)
    return made.getvalue()


def _chat(styles: Styles, writer: Writer, paper: Paper) -> None:
    styles.paragraph(legal(paper.title), "Title")
    for name, value in paper.facts:
        line = styles.paragraph(style="Quiet")
        line.add_run(f"{name}: ").bold = True
        line.add_run(legal(value))
    for entry in paper.entries:
        _entry(styles, writer, entry)


def _entry(styles: Styles, writer: Writer, entry: Entry) -> None:
    styles.paragraph(entry.heading, "Heading 1")
    styles.paragraph(entry.line, "Quiet")
    for row in entry.files:
        styles.paragraph(legal(row), "Quiet")
    if entry.thinking:
        styles.paragraph(entry.thinking_heading, "Heading 2")
        writer.write(parser().parse(entry.thinking), quote=1)
    if entry.text:
        tokens = parser().parse(entry.text) if entry.is_answer else plain_parser().parse(entry.text)
        writer.write(tokens, keeps_lines=not entry.is_answer)
    if entry.note:
        styles.paragraph(style="Quiet").add_run(legal(entry.note)).italic = True
    if entry.citations:
        _proof(styles, say("Citations"), entry.citations_line, entry.citations)
    if entry.receipt_line or entry.receipt:
        _proof(styles, say("Reading receipt"), entry.receipt_line, entry.receipt)


def _proof(styles: Styles, heading: str, line: str, rows: Sequence[str]) -> None:
    first = styles.paragraph(style="Quiet")
    first.add_run(heading).bold = True
    first.add_run(f"  {legal(line)}")
    for row in rows:
        styles.paragraph(legal(row), "Quiet Bullet")


def _set_styles(document: Any) -> None:
    """Faces for both scripts on the base style, and the styles Word has no name for."""
    styles = document.styles
    _set_face(styles["Normal"], LATIN, EAST_ASIAN)
    styles["Normal"].font.size = Pt(10.5)
    for name in ("Title", *(f"Heading {level}" for level in range(1, 7))):
        _set_face(styles[name], LATIN, EAST_ASIAN)
        styles[name].font.color.rgb = RGBColor(0x14, 0x17, 0x1C)
    code = _new(styles, "Code", "Normal")
    _set_face(code, MONO, EAST_ASIAN)
    code.font.size = Pt(9)
    code.paragraph_format.space_after = Pt(0)
    _shade(code, "F6F7F9")
    inline = styles.add_style("Code Word", WD_STYLE_TYPE.CHARACTER)
    _set_face(inline, MONO, EAST_ASIAN)
    inline.font.size = Pt(9.5)
    for name, base in (("Quiet", "Normal"), ("Quiet Bullet", "List Bullet")):
        quiet = _new(styles, name, base)
        quiet.font.size, quiet.font.color.rgb = Pt(8.5), QUIET
        quiet.paragraph_format.space_after = Pt(2)


def _new(styles: Any, name: str, base: str) -> Any:
    style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = styles[base]
    return style


def _set_face(style: Any, latin: str, east_asian: str) -> None:
    """Word takes another face for Chinese than for Latin letters; a theme's face would go before both."""
    style.font.name = latin
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)
    fonts.set(qn("w:eastAsia"), east_asian)


def _shade(style: Any, colour: str) -> None:
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        shade.set(qn(f"w:{name}"), value)
    style.element.get_or_add_pPr().append(shade)


def _number_pages(document: Any) -> None:
    """A field in the foot, which Word fills in."""
    line = document.sections[0].footer.paragraphs[0]
    line.alignment = 1
    line.style = document.styles["Quiet"]
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = line.add_run()
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = text
        run._r.append(part)
