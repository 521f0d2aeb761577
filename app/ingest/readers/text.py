"""Plain text, Markdown and source code, in any encoding.

The text is kept as written, with every line end as a line feed. A form feed ends a page, as in RFCs and
listings; without one a long file is cut into pages at line ends, called by the lines they hold.
"""

from __future__ import annotations

from app.core.words import mark
from app.ingest import lines
from app.ingest.decoding import decode, looks_like_text
from app.ingest.refusal import is_known_binary, refuse
from app.ingest.source import Output, Source

MARKDOWN_SUFFIXES = frozenset({".md", ".markdown", ".mdown", ".mkd", ".mdx", ".rmd", ".qmd"})
MAX_BYTES = 80_000_004  # 20 million characters of four bytes, the most that is ever taken
UNDECODED = mark("Characters of {name} that could not be decoded: {count}. They show as a question mark.")


def recognize(source: Source) -> str | None:
    """ "markdown" or "text" when the first bytes decode to text."""
    if is_known_binary(source.head) or not looks_like_text(source.head):
        return None
    return "markdown" if source.suffix in MARKDOWN_SUFFIXES else "text"


def read(source: Source, output: Output) -> None:
    decoded = decode(source.data[:MAX_BYTES])
    if not decoded.is_text:
        raise refuse(source)
    kind = recognize(source) or "text"
    text = decoded.text.replace("\r\n", "\n").replace("\r", "\n")
    pages = [("", page) for page in text.split("\f")] if "\f" in text else lines.cut(text)
    output.begin(kind, len(pages))
    if decoded.undecoded:
        output.warn(UNDECODED, count=decoded.undecoded)
    for label, page in pages:
        output.page(page, label)
    if len(source.data) > MAX_BYTES:
        output.end_early()
