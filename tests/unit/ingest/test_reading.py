"""Real children: what they bring home, and what is left when they die."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from app.core.chat import Document
from app.core.errors import CarrelError
from app.ingest.messages import Limits
from app.ingest.reading import Reading, read_file_blocking, read_files
from tests.unit.ingest.locking import locked_pdf
from tests.unit.ingest.making import CHILD, ROOT, docx, paragraph, pdf, pdf_page, zipped

pytestmark = pytest.mark.skipif(sys.platform == "darwin", reason="limits are set on Linux and Windows")


class Heard:
    """Collects what a reading says, and waits for its end."""

    def __init__(self) -> None:
        self.documents: list[Document] = []
        self.failures: dict[str, CarrelError] = {}
        self.progress: list[tuple[str, int, int]] = []
        self.ends = 0
        self.end = threading.Event()

    def read(self, *paths: Path, command: list[str] = CHILD, limits: Limits | None = None) -> Reading:
        return read_files(
            paths,
            command,
            on_progress=lambda path, page, pages: self.progress.append((path.name, page, pages)),
            on_document=self.documents.append,
            on_failed=lambda path, error: self.failures.update({path.name: error}),
            on_end=self._ended,
            limits=limits,
        )

    def _ended(self) -> None:
        self.ends += 1
        self.end.set()

    def wait(self) -> Heard:
        assert self.end.wait(60)
        return self


def child_that(code: str) -> list[str]:
    """A child that greets as a PDF reader and then runs `code`."""
    greeting = "import os, signal, sys, time; line = sys.stdin.readline()\n"
    greeting += """print('{"type":"started","kind":"pdf","pages":3}', flush=True)\n"""
    return [sys.executable, "-c", greeting + code]


PAGE = """print('{"type":"page","number":1,"text":"one"}', flush=True)\n"""
DONE = """print('{"type":"done","sha256":"00"}', flush=True)\n"""


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def test_files_of_three_kinds_with_difficult_names(tmp_path: Path) -> None:
    folder = tmp_path / "资料 & 'quotes' \"两\" $HOME"
    folder.mkdir()
    files = [
        written(folder / "报告 (终稿).pdf", pdf(pdf_page([(72, 700, "一")]), pdf_page([(72, 700, "two")]))),
        written(folder / "合同'.docx", docx(paragraph("第一条"))),
        written(folder / "备忘 录.txt", "国标文字，足够长，用来判断编码。".encode("gb18030")),
    ]
    heard = Heard()
    reading = heard.read(*files)
    heard.wait()
    assert reading.wait(5)
    assert heard.failures == {}
    assert [(document.name, document.kind) for document in heard.documents] == [
        ("报告 (终稿).pdf", "pdf"),
        ("合同'.docx", "docx"),
        ("备忘 录.txt", "text"),
    ]
    assert [Path(document.path) for document in heard.documents] == files
    assert [page.text for page in heard.documents[0].pages] == ["一", "two"]
    assert ("报告 (终稿).pdf", 2, 2) in heard.progress
    assert heard.ends == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows names are text")
def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe.txt"))
    try:
        path.write_bytes(b"still readable")
    except OSError:
        pytest.skip("this file system refuses such names")
    document = read_file_blocking(path, CHILD)
    assert document.pages[0].text == "still readable"
    assert document.name == "\ufffd\ufffd.txt"


def test_what_is_no_file_is_said_without_a_child(tmp_path: Path) -> None:
    large = tmp_path / "large.txt"
    with large.open("wb") as stream:
        stream.truncate(600 << 20)
    files = [tmp_path / "absent.txt", written(tmp_path / "empty.txt", b""), large, tmp_path / ("x" * 400)]
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        files.append(tmp_path / "pipe")
    heard = Heard()
    heard.read(*files, command=["/no/such/command"])
    heard.wait()
    codes = {name: error.code for name, error in heard.failures.items()}
    assert codes["absent.txt"] == "file_missing"
    assert codes["empty.txt"] == "empty_file"
    assert codes["large.txt"] == "file_too_large"
    assert "629 MB" in str(heard.failures["large.txt"])
    assert codes["x" * 400] == "unreadable"
    assert codes.get("pipe", "not_a_file") == "not_a_file"
    assert heard.ends == 1


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_one_may_not_read(tmp_path: Path) -> None:
    path = written(tmp_path / "locked.txt", b"x")
    path.chmod(0)
    with pytest.raises(CarrelError) as caught:
        read_file_blocking(path, CHILD)
    assert caught.value.code == "unreadable"


def test_a_file_that_kills_its_child_takes_no_other_with_it(tmp_path: Path) -> None:
    """120 KB of PDF with 26 million characters on one page: PDFium aborts at the memory limit."""
    lines = (b"BT /L 1 Tf 1 %d Td (" % row + b"a" * 1000 + b") Tj ET\n" for row in range(26_000))
    bomb = written(tmp_path / "bomb.pdf", pdf(b"".join(lines), compress=True))
    assert bomb.stat().st_size < 200_000
    good = written(tmp_path / "good.txt", b"unharmed")
    heard = Heard()
    heard.read(bomb, good, limits=Limits(memory_bytes=400 << 20, cpu_s=20))
    heard.wait()
    error = heard.failures["bomb.pdf"]
    assert error.code in ("reader_died", "too_much_memory")
    assert "bomb.pdf" in str(error)
    assert [document.name for document in heard.documents] == ["good.txt"]


def test_more_memory_than_allowed_is_a_sentence(tmp_path: Path) -> None:
    path = written(tmp_path / "large.txt", "字".encode() * (30 << 20))
    with pytest.raises(CarrelError) as caught:
        read_file_blocking(path, CHILD, Limits(memory_bytes=180 << 20))
    assert caught.value.code == "too_much_memory"
    assert "large.txt" in str(caught.value)


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "bomb.docx", zipped({"word/document.xml": bytes(300 << 20)}))
    with pytest.raises(CarrelError) as caught:
        read_file_blocking(path, CHILD)
    assert caught.value.code == "zip_bomb"


def test_bottomless_word_files_end_in_words(tmp_path: Path) -> None:
    path = written(tmp_path / "deep.docx", docx("<w:sdt>" * 100_000 + "</w:sdt>" * 100_000))
    with pytest.raises(CarrelError) as caught:
        read_file_blocking(path, CHILD)
    assert caught.value.code in ("damaged", "reader_died")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("os.abort()", "reader_died"),
        ("sys.exit(0)", "reader_died"),
        ("print('no json at all', flush=True); time.sleep(60)", "reader_died"),
        ("time.sleep(60)", "too_slow"),
    ],
)
def test_every_way_a_child_ends_is_a_sentence(tmp_path: Path, code: str, expected: str) -> None:
    path = written(tmp_path / "a.pdf", b"%PDF-")
    before = time.monotonic()
    with pytest.raises(CarrelError) as caught:
        read_file_blocking(path, child_that(PAGE + code), Limits(silence_s=0.7))
    assert caught.value.code == expected
    assert caught.value.params["page"] == 2
    assert time.monotonic() - before < 20


def test_a_pdf_that_dies_over_its_tables_is_read_without_them(tmp_path: Path) -> None:
    path = written(tmp_path / "a.pdf", b"%PDF-")
    command = child_that(f"if '\"plain\":false' in line: os.abort()\n{PAGE}{DONE}")
    assert [page.text for page in read_file_blocking(path, command).pages] == ["one"]


def test_cancel_stops_at_once_and_says_nothing_more(tmp_path: Path) -> None:
    path = written(tmp_path / "a.pdf", b"%PDF-")
    heard = Heard()
    reading = heard.read(path, path, command=child_that(PAGE + "time.sleep(60)"))
    while not heard.progress:
        time.sleep(0.01)
    before = time.monotonic()
    reading.cancel()
    heard.wait()
    assert time.monotonic() - before < 5
    assert (heard.documents, heard.failures, heard.ends) == ([], {}, 1)
    assert reading.wait(5)


def test_the_child_may_not_write_files(tmp_path: Path) -> None:
    if os.name == "nt":
        pytest.skip("a Job object has no such limit")
    target = tmp_path / "written"
    code = (
        "from app.ingest.limits import bound_this_process; from app.ingest.messages import Limits\n"
        "bound_this_process(Limits())\n"
        f"try: open({str(target)!r}, 'wb', buffering=0).write(b'x')\n"
        "except OSError: print('refused')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert done.stdout.strip() == b"refused"
    assert target.read_bytes() == b""


def test_a_file_of_blanks_is_read_with_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "blank.txt"
    path.write_text("  \n\t\n", "utf-8")
    assert read_file_blocking(path, CHILD).warnings == ("blank.txt holds no text.",)


def test_the_password_reaches_the_child(tmp_path: Path) -> None:
    path = tmp_path / "locked.pdf"
    path.write_bytes(locked_pdf(pdf_page([(72, 700, "the secret clause")]), "s3same"))
    assert read_file_blocking(path, CHILD, password="s3same").pages[0].text == "the secret clause"
    with pytest.raises(CarrelError) as caught:
        read_file_blocking(path, CHILD)
    assert caught.value.code == "needs_password"
