"""The terminal asks for a password when a file needs one and somebody is there to ask."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from app.core.errors import CarrelError
from app.terminal import reading
from tests.helpers.desk import desk_in
from tests.unit.ingest.locking import locked_pdf
from tests.unit.ingest.making import docx, paragraph, pdf_page


def files(folder: Path) -> list[Path]:
    locked, note = folder / "locked.pdf", folder / "note.txt"
    locked.write_bytes(locked_pdf(pdf_page([(72, 700, "the secret clause")]), "s3same"))
    note.write_text("open words")
    return [locked, note]


def test_the_terminal_asks_until_the_password_opens_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typed = iter(("wrong", "s3same"))
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(reading, "_ask", lambda _path: next(typed))
    with desk_in(tmp_path / "home") as (desk, loop):
        read = reading.read_for_terminal(desk, loop, files(tmp_path))
    assert [document.pages[0].text for document in read] == ["the secret clause", "open words"]


def test_with_nobody_to_ask_the_file_is_refused_and_a_password_given_is_used(tmp_path: Path) -> None:
    with desk_in(tmp_path / "home") as (desk, loop):
        with pytest.raises(CarrelError) as caught:
            reading.read_for_terminal(desk, loop, files(tmp_path))
        assert caught.value.code == "needs_password"
        read = reading.read_for_terminal(desk, loop, files(tmp_path), "s3same")
    assert [document.name for document in read] == ["locked.pdf", "note.txt"]


def test_a_folder_brings_its_documents_and_says_which_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "main.py").write_text("print()\n")
    (folder / "spec.docx").write_bytes(docx(paragraph("第一条")))
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7")
    with desk_in(tmp_path / "home") as (desk, loop):
        read = reading.read_for_terminal(desk, loop, [folder])
    assert [document.name for document in read] == ["project", "spec.docx"]
    assert [page.label for page in read[0].pages] == ["map", "main.py"]
    assert all(page.tokens for document in read for page in document.pages)
    assert "broken.pdf is damaged" in capsys.readouterr().err
