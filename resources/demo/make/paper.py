"""Sets a demo document as a PDF: Helvetica, A4, page numbers. `python -m resources.demo.make.paper [OUT]`.

Understands the Markdown of lease.en.md: headings, bold at a line's start, paragraphs and tables, in ASCII.
"""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1]
SOURCE, OUT = FOLDER / "lease.en.md", FOLDER / "lease.en.pdf"
WIDTH, HEIGHT, MARGIN, LEADING = 595, 842, 64, 14.5
COLUMNS = 96  # characters of 10 pt Helvetica that are sure to fit between the margins in running English


@dataclass(frozen=True)
class Line:
    """Pieces of text on one line: (x in points from the margin, text). `above` is extra space before it, in points."""

    pieces: tuple[tuple[float, str], ...]
    bold: bool = False
    size: float = 10.0
    above: float = 0.0
    new_page: bool = False


def lines_of(markdown: str) -> Iterator[Line]:
    """The document as set lines."""
    for block in re.split(r"\n\s*\n", markdown.strip()):
        if heading := re.match(r"(#+) (.*)", block):
            size, above = (17, 0) if len(heading[1]) == 1 else (12, 12)
            annex = heading[2].startswith("Annex")
            yield Line(((0.0, heading[2]),), bold=True, size=size, above=above, new_page=annex)
        elif block.startswith("|"):
            yield from _table(block.splitlines())
        else:
            yield from _paragraph(block)


def _paragraph(block: str) -> Iterator[Line]:
    for start, row in enumerate(block.splitlines()):
        text = row.replace("**", "")
        for number, part in enumerate(textwrap.wrap(text, COLUMNS)):
            yield Line(((0.0, part),), above=5 if start == number == 0 else 0)


def _table(rows: list[str]) -> Iterator[Line]:
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows if not set(row) <= set("|- ")]
    widths = [max(len(row[column]) for row in cells) * 5.6 + 14 for column in range(len(cells[0]))]
    starts = [sum(widths[:column]) for column in range(len(widths))]
    for number, row in enumerate(cells):
        yield Line(tuple(zip(starts, row, strict=True)), bold=number == 0, above=8 if number == 0 else 0)


def pages_of(lines: Iterable[Line]) -> list[str]:
    """Content streams, one a page; a heading never stands alone at a page's foot."""
    pages: list[list[str]] = [[]]
    y = float(HEIGHT - MARGIN)
    for line in lines:
        room = MARGIN + (4 * LEADING if line.size > 10 else LEADING)
        if line.new_page or y - line.above < room:
            pages.append([])
            y = HEIGHT - MARGIN
        y -= (line.above if pages[-1] else 0) + LEADING * max(1.0, line.size / 12)
        font = "B" if line.bold else "R"
        pages[-1] += [_text(font, line.size, MARGIN + x, y, text) for x, text in line.pieces]
    foot = (_text("R", 8, WIDTH / 2 - 20, 36, f"Page {n} of {len(pages)}") for n in range(1, len(pages) + 1))
    return ["\n".join([*page, number]) for page, number in zip(pages, foot, strict=True)]


def _text(font: str, size: float, x: float, y: float, text: str) -> str:
    escaped = re.sub(r"([\\()])", r"\\\1", text)
    return f"BT /{font} {size:g} Tf {x:.1f} {y:.1f} Td ({escaped}) Tj ET"


def pdf_of(pages: list[str]) -> bytes:
    """A complete PDF 1.4 file around these content streams."""
    kids = " ".join(f"{5 + 2 * number} 0 R" for number in range(len(pages)))
    face = "<</Type/Font/Subtype/Type1/BaseFont/{}/Encoding/WinAnsiEncoding>>"
    objects = ["<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>"]
    objects += [face.format("Helvetica"), face.format("Helvetica-Bold")]
    for number, page in enumerate(pages):
        fonts = "<</Font<</R 3 0 R/B 4 0 R>>>>"
        box = f"[0 0 {WIDTH} {HEIGHT}]"
        objects.append(f"<</Type/Page/Parent 2 0 R/MediaBox{box}/Resources{fonts}/Contents {6 + 2 * number} 0 R>>")
        objects.append(f"<</Length {len(page)}>>\nstream\n{page}\nendstream")
    return _file(objects)


def _file(objects: list[str]) -> bytes:
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n".encode("ascii")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    tail = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{len(body)}\n"
    return body + tail.encode("ascii") + b"%%EOF\n"


def main(out: Path = OUT) -> None:
    out.write_bytes(pdf_of(pages_of(lines_of(SOURCE.read_text(encoding="utf-8")))))


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:2]))
