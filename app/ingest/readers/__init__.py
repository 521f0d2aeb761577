"""The readers, one module a kind, and the one list they are chosen from by what the bytes say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.ingest.readers import (
    archive,
    delimited,
    docx,
    epub,
    notebook,
    odf,
    pdf,
    pptx,
    rtf,
    sheets,
    structured,
    text,
    web,
)
from app.ingest.readers.mail import eml, msg
from app.ingest.refusal import refuse
from app.ingest.source import Output, Source


@dataclass(frozen=True, slots=True)
class Reader:
    """`recognize` returns the kind when the bytes are this reader's, else None; `read` sends the pages.

    `read` calls `Output.begin` first and raises `CarrelError` for what the user can be told.
    """

    recognize: Callable[[Source], str | None]
    read: Callable[[Source, Output], None]


TEXT = Reader(text.recognize, text.read)
# An archive comes after every kind that is a zip inside. Text comes last: it is what remains when no magic bytes
# speak for another kind.
READERS = (
    Reader(pdf.recognize, pdf.read),
    Reader(docx.recognize, docx.read),
    Reader(sheets.recognize, sheets.read),
    Reader(pptx.recognize, pptx.read),
    Reader(odf.recognize, odf.read),
    Reader(rtf.recognize, rtf.read),
    Reader(epub.recognize, epub.read),
    Reader(msg.recognize, msg.read),
    Reader(archive.recognize, archive.read),
    Reader(delimited.recognize, delimited.read),
    Reader(notebook.recognize, notebook.read),
    Reader(eml.recognize, eml.read),
    Reader(web.recognize, web.read),
    Reader(structured.recognize, structured.read),
    TEXT,
)


def find_reader(source: Source) -> Reader:
    """The reader for these bytes. Raises `CarrelError` naming the kinds that can be read."""
    for reader in READERS:
        if reader.recognize(source):
            return reader
    raise refuse(source)
