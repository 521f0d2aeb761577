from __future__ import annotations

import hashlib

import pytest

from app.core.errors import CarrelError
from tests.unit.ingest.making import docx, paragraph, pdf, pdf_page, read_here, zipped

ONE_PAGE = pdf(pdf_page([(72, 700, "Hello")]))
LETTER = docx(paragraph("Hello"))


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (ONE_PAGE, "a.pdf", "pdf"),
        (ONE_PAGE, "a.txt", "pdf"),
        (b"\r\n\r\n" + ONE_PAGE, "from-a-mail", "pdf"),
        (LETTER, "a.docx", "docx"),
        (LETTER, "a.pdf", "docx"),
        (b"Hello", "a.docx", "text"),
        (b"# Hello", "a.md", "markdown"),
        (b"# Hello", "a.MARKDOWN", "markdown"),
        (b"int main() {}", "a.c", "text"),
    ],
)
def test_the_bytes_decide_not_the_name(data: bytes, name: str, kind: str) -> None:
    document = read_here(data, name)
    assert document.kind == kind
    assert document.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize(
    ("data", "name", "code", "says"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "a.png", "unknown_kind", "Carrel reads PDF, Word (.docx)"),
        (zipped({"xl/workbook.xml": b"<workbook/>"}), "a.xlsx", "unknown_kind", "Carrel reads PDF, Word (.docx)"),
        (zipped({"a.txt": b"text"}), "a.docx", "unknown_kind", "archive"),
        (b"{\\rtf1\\ansi Hello}", "a.rtf", "unknown_kind", "Carrel reads PDF, Word (.docx)"),
        (b"MZ\x90\0" + bytes(300), "a.txt", "unknown_kind", "Carrel reads PDF, Word (.docx)"),
        (bytes(4000), "a.txt", "unknown_kind", "Carrel reads PDF, Word (.docx)"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.doc", "old_office", "save it as .docx"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
            "a.docx",
            "encrypted",
            "password",
        ),
    ],
)
def test_other_kinds_are_refused_in_words(data: bytes, name: str, code: str, says: str) -> None:
    with pytest.raises(CarrelError) as caught:
        read_here(data, name)
    assert caught.value.code == code
    assert name in str(caught.value)
    assert says in str(caught.value)


def test_line_ends_are_unified_and_form_feeds_end_pages() -> None:
    document = read_here(b"one\r\ntwo\rthree\n\fsecond page\n", "rfc.txt")
    assert [page.text for page in document.pages] == ["one\ntwo\nthree\n", "second page\n"]
    assert [page.number for page in document.pages] == [1, 2]


def test_text_without_form_feeds_is_one_page() -> None:
    assert len(read_here(b"line\n" * 5000, "a.py").pages) == 1


def test_more_text_than_allowed_is_cut_and_said() -> None:
    document = read_here("页\f".encode() * 9, "a.txt", characters=5)
    assert "".join(page.text for page in document.pages) == "页" * 5
    assert document.warnings == ("Only the first 5 characters of a.txt were read, up to page 6.",)
