"""What is dropped into a message: files, and folders with documents of their own."""

from __future__ import annotations

from pathlib import Path

from app.ui.attachment_chips import MOST_LOOSE
from app.ui.attachments import Attachments
from tests.helpers.desk import desk_in
from tests.unit.ingest.making import docx, paragraph


def test_each_document_in_a_dropped_folder_gets_its_own_chip(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "main.py").write_text("print()\n")
    (folder / "spec.docx").write_bytes(docx(paragraph("第一条")))
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7")
    with desk_in(tmp_path / "home") as (desk, loop):
        attachments = Attachments(desk)
        attachments.add_files([folder])
        assert loop.run_until(lambda: not attachments.is_reading, 60)
        chips = {chip.name: chip for chip in attachments.chips()}
        assert {name: chip.state for name, chip in chips.items()} == {
            "project": "ready",
            "spec.docx": "ready",
            "broken.pdf": "refused",
        }
        assert "damaged" in chips["broken.pdf"].reason


def test_many_files_of_a_folder_are_one_chip_that_names_what_was_not_read(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / "readme.md").write_text("# Reports\n")
    for number in range(7):
        (folder / f"{number}.docx").write_bytes(docx(paragraph(f"第{number}条")))
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7")
    with desk_in(tmp_path / "home") as (desk, loop):
        attachments = Attachments(desk)
        attachments.add_files([folder])
        assert loop.run_until(lambda: not attachments.is_reading, 120)
        (chip,) = attachments.chips()
        assert chip.state == "ready"
        assert (chip.name, chip.files, chip.unread) == ("reports", 8, 1)
        assert "broken.pdf" in chip.reason
        assert len(attachments.documents) == 8
        attachments.remove_file(folder)
        assert (attachments.documents, attachments.refusals, attachments.chips()) == ([], {}, [])


def test_very_many_loose_files_of_a_folder_are_one_chip_too(tmp_path: Path) -> None:
    """Each with a chip of its own would keep the window busy for minutes."""
    names = [tmp_path / f"{number}.txt" for number in range(MOST_LOOSE)]
    with desk_in(tmp_path / "home") as (desk, _):
        attachments = Attachments(desk)
        attachments.add_files(names)
        assert len(attachments.chips()) == MOST_LOOSE
        attachments.drop_files()
        attachments.add_files([*names, tmp_path / "one more.txt", tmp_path / "elsewhere" / "a.txt"])
        chips = {chip.name: chip for chip in attachments.chips()}
        assert set(chips) == {tmp_path.name, "a.txt"}
        assert chips[tmp_path.name].files == MOST_LOOSE + 1
        assert len(attachments.attached) == MOST_LOOSE + 2
        attachments.drop_files()
