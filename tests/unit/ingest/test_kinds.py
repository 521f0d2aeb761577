from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path

import pytest

from app.core.errors import CarrelError
from app.ingest.child import run_child
from app.ingest.messages import Finished, Limits, PageRead, Refused, Request, Started, read_message, to_line
from tests.unit.ingest.making import docx, paragraph, pdf, pdf_page, read_here

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
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "a.png", "unknown_kind", "Carrel reads PDF, Word, Excel"),
        (b"Rar!\x1a\x07\x01\0" + bytes(100), "a.rar", "unknown_packing", "Unpack it"),
        (b"MZ\x90\0" + bytes(300), "a.txt", "unknown_kind", "Carrel reads PDF, Word, Excel"),
        (bytes(4000), "a.txt", "unknown_kind", "Carrel reads PDF, Word, Excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.doc", "old_office", "save it in a newer format"),
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


def test_long_text_without_form_feeds_is_cut_at_lines_and_its_pages_name_them() -> None:
    assert len(read_here(b"line\n" * 400, "a.py").pages) == 1
    document = read_here(b"line\n" * 900, "a.py")
    assert [page.label for page in document.pages] == ["L1-400", "L401-800", "L801-901"]


def test_a_line_longer_than_a_page_is_cut_after_a_sentence() -> None:
    pages = read_here(("这是一个句子。" * 6000).encode(), "a.txt").pages
    assert [page.label for page in pages] == ["L1 (1)", "L1 (2)"]
    assert pages[0].text.endswith("。")
    assert "".join(page.text for page in pages) == "这是一个句子。" * 6000


def test_more_text_than_allowed_is_cut_and_said() -> None:
    document = read_here("页\f".encode() * 9, "a.txt", characters=5)
    assert "".join(page.text for page in document.pages) == "页" * 5
    assert document.warnings == ("Only the first 5 characters of a.txt were read, up to page 6.",)


def test_the_child_answers_line_by_line_and_ends_once(tmp_path: Path) -> None:
    path = tmp_path / "页.txt"
    path.write_bytes("一\f二".encode())
    answers = io.BytesIO()
    run_child(io.BytesIO(to_line(Request(os.fsencode(path), Limits())) + b"\n"), answers)
    said = [read_message(line) for line in answers.getvalue().splitlines()]
    assert said[:3] == [Started("text", 2), PageRead(1, "一"), PageRead(2, "二")]
    assert said[3:] == [Finished(hashlib.sha256("一\f二".encode()).hexdigest())]


def test_the_child_says_that_a_file_went_away(tmp_path: Path) -> None:
    answers = io.BytesIO()
    run_child(io.BytesIO(to_line(Request(os.fsencode(tmp_path / "gone.txt"), Limits())) + b"\n"), answers)
    (line,) = answers.getvalue().splitlines()
    message = read_message(line)
    assert isinstance(message, Refused)
    assert message.code == "unreadable"
    assert "gone.txt" in str(message.error())
