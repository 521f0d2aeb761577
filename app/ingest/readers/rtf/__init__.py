"""Rich Text Format: paragraphs with the numbers printed before them, tables, notes, headers, and shapes' words.

Letters outside ASCII stand as bytes of the font's code page, or as numbers with a stand-in to skip (RTF 1.9.1).
"""

from __future__ import annotations

from app.ingest.source import Output, Source

MAGIC = b"{\\rtf"


def recognize(source: Source) -> str | None:
    return "rtf" if source.head.lstrip()[: len(MAGIC)] == MAGIC else None


def read(source: Source, output: Output) -> None:
    from app.ingest.readers.rtf.reader import Rtf

    pages = Rtf(source.data.lstrip()).pages()
    output.begin("rtf", len(pages))
    for page in pages:
        output.page(page)
