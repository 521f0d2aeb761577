"""Documents written by hand, byte by byte, and ways to have them read."""

from __future__ import annotations

import contextlib
import io
import sys
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from app.core.chat import Document, Page
from app.core.words import say
from app.ingest.messages import Finished, Message, PageRead, Started, Warned
from app.ingest.readers import find_reader
from app.ingest.source import Output, OutputFull, Source

ROOT = Path(__file__).resolve().parents[3]
CHILD = [
    sys.executable,
    "-c",
    f"import sys; sys.path.insert(0, {str(ROOT)!r}); from app.ingest.child import main; main()",
]
Line = tuple[float, float, str]
Stroke = tuple[float, float, float, float]

WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def read_here(
    data: bytes, name: str, *, characters: int = 20_000_000, plain: bool = False, password: str = ""
) -> Document:
    """Read without a child. Raises what the reader raises."""
    said: list[Message] = []
    source = Source(name, data, plain, password)
    output = Output(said.append, name, characters)
    with contextlib.suppress(OutputFull):
        find_reader(source).read(source, output)
    said.append(Finished(source.sha256))
    return as_document(name, said)


def as_document(name: str, said: Sequence[Message]) -> Document:
    return Document(
        path=name,
        name=name,
        kind=next(message.kind for message in said if isinstance(message, Started)),
        sha256=next(message.sha256 for message in said if isinstance(message, Finished)),
        pages=tuple(
            Page(message.number, message.text, label=message.label, flag=message.flag)
            for message in said
            if isinstance(message, PageRead)
        ),
        warnings=tuple(say(message.template, **message.params) for message in said if isinstance(message, Warned)),
    )


# -- PDF ----------------------------------------------------------------------------------------------------------


def pdf_page(lines: Sequence[Line] = (), strokes: Sequence[Stroke] = (), size: float = 12) -> bytes:
    """The drawing instructions of a page: text at (x, y), in Latin or Chinese, and straight strokes."""
    out = [f"{x0} {y0} m {x1} {y1} l S\n".encode() for x0, y0, x1, y1 in strokes]
    for x, y, text in lines:
        latin = text.isascii()
        shown = (
            b"(" + text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)").encode() + b")"
            if latin
            else (b"<" + text.encode("utf-16-be").hex().encode() + b">")
        )
        out.append(b"BT /%s %g Tf %g %g Td %s Tj ET\n" % (b"L" if latin else b"C", size, x, y, shown))
    return b"".join(out)


def pdf(*pages: bytes, compress: bool = False, encrypt: bool = False, rotate: int = 0) -> bytes:
    """A PDF of pages drawn by `pdf_page`; Chinese uses a predefined CMap and no embedded font."""
    first = 8
    kids = " ".join(f"{first + 2 * index} 0 R" for index in range(len(pages)))
    objects: dict[int, bytes] = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>".encode(),
        3: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        4: b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UTF16-H/DescendantFonts[5 0 R]>>",
        5: b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/FontDescriptor 6 0 R/DW 1000"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>>>",
        6: b"<</Type/FontDescriptor/FontName/STSong-Light/Flags 4/FontBBox[0 -200 1000 900]/ItalicAngle 0"
        b"/Ascent 880/Descent -120/CapHeight 880/StemV 90>>",
        7: b"<</Filter/Standard/V 1/R 2/P -4/O<" + b"ab" * 32 + b">/U<" + b"cd" * 32 + b">>>",
    }
    for index, content in enumerate(pages):
        data = zlib.compress(content, 9) if compress else content
        how = b"/Filter/FlateDecode" if compress else b""
        objects[first + 2 * index] = (
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Rotate %d/Resources<</Font<</L 3 0 R/C 4 0 R>>>>"
            b"/Contents %d 0 R>>" % (rotate, first + 2 * index + 1)
        )
        objects[first + 2 * index + 1] = b"<</Length %d%s>>stream\n%s\nendstream" % (len(data), how, data)
    return pdf_file(objects, b"/Encrypt 7 0 R/ID[<00><00>]" if encrypt else b"")


def pdf_file(objects: Mapping[int, bytes], trailer: bytes = b"") -> bytes:
    """Numbered objects as a file with its cross-reference table; object 1 is the catalog."""
    out = io.BytesIO()
    out.write(b"%PDF-1.7\n")
    places = {}
    for number, body in sorted(objects.items()):
        places[number] = out.tell()
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start, size = out.tell(), max(objects) + 1
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % size)
    for number in range(1, size):
        out.write(b"%010d 00000 %s \n" % (places.get(number, 0), b"n" if number in places else b"f"))
    out.write(b"trailer<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, start))
    return out.getvalue()


def ruled_table(rows: Sequence[Sequence[str]], left: float = 60, top: float = 760) -> bytes:
    """A table with all its rules, columns 120 and rows 24 points."""
    wide, high = len(rows[0]), len(rows)
    strokes = [(left, top - 24 * row, left + 120 * wide, top - 24 * row) for row in range(high + 1)]
    strokes += [(left + 120 * column, top, left + 120 * column, top - 24 * high) for column in range(wide + 1)]
    lines = [
        (left + 120 * column + 6, top - 24 * row - 16, text)
        for row, texts in enumerate(rows)
        for column, text in enumerate(texts)
        if text
    ]
    return pdf_page(lines, strokes)


# -- Word ---------------------------------------------------------------------------------------------------------


def docx(body: str, parts: Mapping[str, str] | None = None, extra: Mapping[str, bytes] | None = None) -> bytes:
    """A Word file with this body; `parts` are further parts by name ("numbering", "footnotes"), without their root."""
    roots = {"numbering": "numbering", "styles": "styles", "footnotes": "footnotes", "comments": "comments"}
    relations = "".join(
        f'<Relationship Id="r{index}" Type="{RELATION}{name}" Target="{name}.xml"/>'
        for index, name in enumerate(parts or {})
    )
    files: dict[str, bytes] = {
        "[Content_Types].xml": (
            f'<Types><Override PartName="/word/document.xml" ContentType="{CONTENT_TYPE}"/></Types>'
        ).encode(),
        "_rels/.rels": (
            f'<Relationships><Relationship Id="r" Type="{RELATION}officeDocument" Target="word/document.xml"/>'
            "</Relationships>"
        ).encode(),
        "word/document.xml": f"<w:document {WORD}><w:body>{body}</w:body></w:document>".encode(),
        "word/_rels/document.xml.rels": f"<Relationships>{relations}</Relationships>".encode(),
    }
    for name, inner in (parts or {}).items():
        files[f"word/{name}.xml"] = f"<w:{roots[name]} {WORD}>{inner}</w:{roots[name]}>".encode()
    return zipped(files | dict(extra or {}))


def zipped(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def paragraph(text: str, *, numbered: tuple[int, int] | None = None, style: str = "") -> str:
    """A paragraph; `numbered` is its list id and level. `text` may hold further run elements."""
    inner = f'<w:pStyle w:val="{style}"/>' if style else ""
    if numbered:
        inner += f'<w:numPr><w:ilvl w:val="{numbered[1]}"/><w:numId w:val="{numbered[0]}"/></w:numPr>'
    run = text if text.startswith("<") else f"<w:r><w:t>{text}</w:t></w:r>"
    return f"<w:p><w:pPr>{inner}</w:pPr>{run}</w:p>"


def level(index: int, style: str, text: str, more: str = "") -> str:
    inner = f'<w:start w:val="1"/><w:numFmt w:val="{style}"/>{more}<w:lvlText w:val="{text}"/>'
    return f'<w:lvl w:ilvl="{index}">{inner}</w:lvl>'


def numbering(*levels: str, lists: str = '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>') -> str:
    return f'<w:abstractNum w:abstractNumId="0">{"".join(levels)}</w:abstractNum>{lists}'


def table(*rows: Sequence[str]) -> str:
    """Rows of cells; a cell that begins with `<` is its own XML."""
    cells = (
        "".join(cell if cell.startswith("<") else f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) for row in rows
    )
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in cells) + "</w:tbl>"
