"""The terminal asks for a password when a file needs one and somebody is there to ask."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from app.core.errors import CarrelError
from app.terminal import reading
from tests.helpers.desk import desk_in
from tests.unit.ingest.locking import locked_pdf
from tests.unit.ingest.making import pdf_page


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
