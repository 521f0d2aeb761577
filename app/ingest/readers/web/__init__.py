"""Web pages: their text as Markdown, without scripts, hidden text and the addresses of links.

A long page is cut at its headings, and each page that comes of it is called by the heading it begins with.
"""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Any

from app.core.words import mark
from app.ingest import lines
from app.ingest.decoding import decode
from app.ingest.readers.web.tables import Tables, without_marks
from app.ingest.refusal import is_known_binary
from app.ingest.source import Output, Source

SUFFIXES = frozenset({".html", ".htm", ".xhtml", ".xht"})
# Source code that begins as a page does, and is wanted as written.
TEMPLATES = frozenset({".php", ".jsp", ".asp", ".aspx", ".erb", ".ejs", ".hbs", ".j2", ".jinja", ".vue", ".svelte"})
NEVER_SHOWN = (
    "script,style,noscript,template,svg,iframe,object,head>title,select,textarea,rp,rt,annotation,annotation-xml,"
    "[hidden],[style*='display:none'],[style*='display: none']"
)
MAX_CHARACTERS = 60_000_000
SECTION_CHARACTERS = 4_000
TABLES_CUT = mark("{name} has tables that are too large; parts of them were left out.")
_OPENING = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?><!--.*?-->\s*)*+<(?:!doctype\s+html|html[\s>])",
                      re.IGNORECASE | re.DOTALL)  # fmt: skip
_POWER = re.compile(r"[-+\u2212]?(\d{1,4}|[a-z])")
_SPACE = re.compile(r"[ \t\xa0]+")
_EMPTY_LINES = re.compile(r"\n{3,}")
_LONE_BREAK = re.compile(r"^\\$|(?<=\S)\\(?=\n)", re.MULTILINE)


def recognize(source: Source) -> str | None:
    """By its first tag, or by its name where a page leaves that tag out."""
    if source.suffix in TEMPLATES or is_known_binary(source.head):
        return None
    opens_so = _OPENING.match(source.head[:4096])
    is_named_so = source.suffix in SUFFIXES and (b"<" in source.head or PurePath(source.name).suffix)
    return "html" if opens_so or (is_named_so and decode(source.head).is_text) else None


def read(source: Source, output: Output) -> None:
    text, was_cut = to_markdown(decode(source.data).text)
    pages = sections(text)
    output.begin("html", len(pages))
    if was_cut:
        output.warn(TABLES_CUT)
    for label, page in pages:
        output.page(page, label)


def to_markdown(html: str) -> tuple[str, bool]:
    """The visible text of a page, and whether a table was cut."""
    import turbohtml

    document = turbohtml.parse(without_marks(html[:MAX_CHARACTERS]), positions=False)
    title = document.select_one("head>title")
    heading = " ".join(title.text.split()) if title else ""
    for element in document.select(NEVER_SHOWN):
        element.decompose()
    tables = Tables()
    text = _tidy(document.to_markdown(_style(turbohtml.Markdown, tables)))
    if heading and heading not in text[:2000]:
        text = f"# {heading}\n\n{text}"
    return text, tables.was_cut


def sections(text: str) -> list[tuple[str, str]]:
    """Long text cut at its headings into pages of some thousand characters, as (heading, text)."""
    pieces = _pieces(text)
    pages: list[tuple[str, str]] = []
    for label, piece in pieces:
        if pages and len(pages[-1][1]) + len(piece) <= SECTION_CHARACTERS:
            first, before = pages[-1]
            pages[-1] = (first or label, f"{before}\n{piece}")
        else:
            pages.append((label, piece))
    if len(pages) == 1:
        return lines.cut(pages[0][1].strip())
    return [page for label, piece in pages for page in _cut(label, piece.strip())]


def _pieces(text: str) -> list[tuple[str, str]]:
    """The text from each heading to the next; a line in a code block is no heading."""
    pieces: list[tuple[str, list[str]]] = [("", [])]
    in_code = False
    for line in text.split("\n"):
        if line.startswith("```"):
            in_code = not in_code
        if not in_code and (heading := re.match(r"#{1,3} +(.+)", line)):
            pieces.append((heading.group(1).strip()[:80], []))
        pieces[-1][1].append(line)
    return [(label, "\n".join(held)) for label, held in pieces if any(line.strip() for line in held)] or [("", "")]


def _cut(label: str, piece: str) -> list[tuple[str, str]]:
    """A section that is still too long is cut at line ends; its parts are numbered."""
    parts = lines.cut(piece)
    if len(parts) == 1:
        return [(label, piece)]
    return [(f"{label} ({number})" if label else here, text) for number, (here, text) in enumerate(parts, 1)]


def _style(kinds: Any, tables: Tables) -> Any:
    return kinds(
        links=kinds.Links(ignore=True),
        images=kinds.Images(mode="alt"),
        inline=kinds.Inline(ignore_emphasis=True),
        tables=kinds.Tables(mode="strip", cell_blocks="text"),
        escaping=kinds.Escaping(mode="none", asterisks=False, underscores=False),
        converters={
            "table": tables.table,
            "tr": tables.row,
            "td": tables.cell,
            "th": tables.cell,
            "sup": lambda _element, inner: f"^{inner}" if _POWER.fullmatch(inner) else inner,
        },
    )


def _tidy(text: str) -> str:
    """Single spaces outside code, no lone backslash where a line was broken, at most one empty line."""
    out, in_code = list[str](), False
    for line in _LONE_BREAK.sub("", without_marks(text)).split("\n"):
        if line.lstrip().startswith("```"):
            in_code = not in_code
        indent = len(line) - len(line.lstrip(" "))
        out.append(line.rstrip() if in_code else line[:indent] + _SPACE.sub(" ", line[indent:]).rstrip())
    return _EMPTY_LINES.sub("\n\n", "\n".join(out)).strip()
