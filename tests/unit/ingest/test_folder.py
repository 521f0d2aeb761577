from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest

from app.core.chat import Document
from app.core.errors import CarrelError
from app.ingest import folder
from app.ingest.folder import hash_folder
from app.ingest.folder.ignore import Rules
from app.ingest.messages import Limits
from app.ingest.reading import read_file_blocking, read_files
from tests.unit.ingest.making import CHILD, docx, paragraph, pdf, zipped

pytestmark = pytest.mark.skipif(sys.platform == "darwin", reason="limits are set on Linux and Windows")


def write(top: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return top


def source_folder(tmp_path: Path) -> Path:
    return write(
        tmp_path / "project",
        {
            ".gitignore": b"*.log\n/build/\n!keep.log\n",
            ".git/HEAD": b"ref: refs/heads/main",
            "README.md": "# 说明\n".encode(),
            "build/out.js": b"made",
            "debug.log": b"noise",
            "keep.log": b"kept",
            "logo.png": b"\x89PNG\r\n\x1a\n" + bytes(900),
            "empty.py": b"",
            "docs/spec.docx": docx(paragraph("第一条")),
            "src/main.py": b"print('hello')\n" * 500,
            "src/page.html": b"<p>as <b>written</b></p>",
            "src/data.csv": b"a,b\n1,2\n",
            "src/.gitignore": b"secret.txt\n",
            "src/secret.txt": b"secret",
            "lib.jar": zipped({"A.class": b"\xca\xfe\xba\xbe"}),
        },
    )


def test_a_folder_is_its_map_and_its_text_files_as_written(tmp_path: Path) -> None:
    document = read_file_blocking(source_folder(tmp_path), CHILD)
    assert (document.name, document.kind) == ("project", "folder")
    assert [page.label for page in document.pages] == [
        "map", ".gitignore", "keep.log", "README.md", "src/.gitignore", "src/data.csv", "src/main.py L1-400",
        "src/main.py L401-501", "src/page.html",
    ]  # fmt: skip
    assert document.pages[-1].text == "<p>as <b>written</b></p>"
    assert document.warnings == ()


def test_the_map_tells_what_each_file_is_and_why_some_are_not_read(tmp_path: Path) -> None:
    text = read_file_blocking(source_folder(tmp_path), CHILD).pages[0].text
    for row in (
        "# Files in project: 15, of them read: 7",
        "| debug.log |  |  | left out by .gitignore (5 B) |",
        "| empty.py |  |  | empty |",
        "| lib.jar |  |  | skipped, holds no text",
        "| logo.png |  |  | skipped, holds no text (908 B) |",
        "| README.md | 1 | 5 | 4 |",
        "| .git/ |  |  | left out, made by tools |",
        "| build/ |  |  | left out by .gitignore |",
        "| docs/spec.docx |  |  | a document of its own",
        "| src/main.py | 500 | 7499 | 7-8 |",
        "| src/secret.txt |  |  | left out by .gitignore (6 B) |",
    ):
        assert row in text, row


def test_documents_in_a_folder_are_read_as_documents(tmp_path: Path) -> None:
    top = source_folder(tmp_path)
    (top / "docs/broken.pdf").write_bytes(b"%PDF-1.7")
    documents: list[Document] = []
    failed: dict[Path, CarrelError] = {}
    found: list[tuple[Path, list[Path]]] = []
    end = threading.Event()
    spec = top / "docs/spec.docx"
    read_files(
        [top, spec],
        CHILD,
        lambda *_: None,
        documents.append,
        lambda path, error: failed.update({path: error}),
        end.set,
        on_found=lambda path, paths: found.append((path, list(paths))),
    )
    assert end.wait(60)
    assert found == [(top, [top / "docs/broken.pdf", spec])]
    assert [document.name for document in documents] == ["project", "spec.docx"]  # once, though it was asked for too
    assert failed[top / "docs/broken.pdf"].code == "damaged"


def test_the_hash_changes_with_what_would_be_read_and_with_nothing_else(tmp_path: Path) -> None:
    top = source_folder(tmp_path)
    before = read_file_blocking(top, CHILD).sha256
    assert hash_folder(top) == before
    (top / "debug.log").write_bytes(b"more noise")
    assert hash_folder(top) == before
    (top / "src/main.py").write_bytes(b"print('changed')\n")
    assert hash_folder(top) != before


def test_links_are_named_and_never_followed(tmp_path: Path) -> None:
    top = write(tmp_path / "top", {"a.txt": b"text"})
    outside = write(tmp_path / "outside", {"secret.txt": b"secret"})
    try:
        (top / "loop").symlink_to(top)
        (top / "out").symlink_to(outside)
        (top / "b.txt").symlink_to(outside / "secret.txt")
    except OSError:
        pytest.skip("this system makes no links")
    document = read_file_blocking(top, CHILD)
    assert [page.label for page in document.pages] == ["map", "a.txt"]
    assert document.pages[0].text.count("a link, not followed") == 3


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes in folders")
def test_a_pipe_in_a_folder_does_not_hold_it_up(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": b"text"})
    os.mkfifo(tmp_path / "pipe")
    assert "| pipe |  |  | not a file |" in read_file_blocking(tmp_path, CHILD).pages[0].text


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CarrelError) as caught:
        read_file_blocking(tmp_path, CHILD)
    assert caught.value.code == "empty_file"


def test_a_file_that_is_too_long_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"long.txt": b"word\n" * 1_000_000, "short.txt": b"x"})
    document = read_file_blocking(tmp_path, CHILD)
    assert "left out, too long; add it by itself (5 MB)" in document.pages[0].text
    assert document.warnings == (f"Not read in {tmp_path.name}: long.txt.",)


def test_more_documents_than_anyone_wants_are_cut_and_said(tmp_path: Path) -> None:
    count = folder.MAX_DOCUMENTS + 2
    write(tmp_path / "many", {f"{index:03}.pdf": pdf(b"") for index in range(count)})
    found: list[int] = []
    end = threading.Event()
    warnings: list[str] = []
    reading = read_files(
        [tmp_path / "many"],
        CHILD,
        lambda *_: None,
        lambda document: warnings.extend(document.warnings),
        lambda *_: None,
        end.set,
        on_found=lambda _, paths: found.append(len(paths)),
    )
    while not warnings and not end.is_set():
        end.wait(0.05)
    reading.cancel()
    assert end.wait(30)
    assert found == [folder.MAX_DOCUMENTS]
    assert f"many holds {count} documents; only the first {folder.MAX_DOCUMENTS} were added." in warnings


@pytest.mark.parametrize(
    ("patterns", "path", "is_folder", "ignored"),
    [
        ("*.log", "a.log", False, True),
        ("*.log", "deep/down/a.log", False, True),
        ("*.log", "a.logs", False, False),
        ("/a.txt", "a.txt", False, True),
        ("/a.txt", "sub/a.txt", False, False),
        ("sub/a.txt", "sub/a.txt", False, True),
        ("sub/a.txt", "x/sub/a.txt", False, False),
        ("build/", "build", True, True),
        ("build/", "build", False, False),
        ("**/cache", "a/b/cache", True, True),
        ("**/cache", "cache", True, True),
        ("a/**/z", "a/z", False, True),
        ("a/**/z", "a/b/c/z", False, True),
        ("logs/**", "logs/a/b", False, True),
        ("logs/**", "logs", True, False),
        ("*.txt\n!keep.txt", "keep.txt", False, False),
        ("!keep.txt\n*.txt", "keep.txt", False, True),
        ("a?c", "abc", False, True),
        ("a?c", "a/c", False, False),
        ("[ab].py", "b.py", False, True),
        ("[!ab].py", "b.py", False, False),
        ("[a-c]x", "bx", False, True),
        ("\\#note", "#note", False, True),
        ("# comment", "# comment", False, False),
        ("trailing   ", "trailing", False, True),
        ("[unclosed", "[unclosed", False, True),
        ("文档*", "文档1", False, True),
        ("a*b*c", "aXbbYc", False, True),
        ("a*b*c", "aXbbYd", False, False),
        ("*test*.py*", "my_test_1.pyc", False, True),
        ("*a*b/*c*d", "xaxb/ycyd", False, True),
        ("*" + "a*" * 40 + "b", "a" * 200, False, False),
        ("/".join(["**"] * 30) + "/x", "/".join("a" * 30), False, False),
    ],
)
def test_patterns_mean_what_git_means(patterns: str, path: str, is_folder: bool, ignored: bool) -> None:
    assert Rules().below("", patterns).ignores(path, is_folder=is_folder) is ignored


def test_patterns_of_a_subfolder_stay_in_it() -> None:
    rules = Rules().below("sub", "*.txt\n/top.md")
    assert rules.ignores("sub/deep/a.txt", is_folder=False)
    assert rules.ignores("sub/top.md", is_folder=False)
    assert not rules.ignores("a.txt", is_folder=False)
    assert not rules.ignores("sub/deep/top.md", is_folder=False)


def test_a_folder_of_more_text_than_may_be_taken_says_what_is_left_out_and_keeps_its_hash(tmp_path: Path) -> None:
    top = write(tmp_path / "top", {"a.txt": b"a" * 3000, "b.txt": b"b" * 3000, "c.txt": b"c"})
    document = read_file_blocking(top, CHILD, Limits(characters=4000))
    assert "| c.txt |  |  | left out, there is too much text before it (1 B) |" in document.pages[0].text
    assert any("more text than may be taken" in warning for warning in document.warnings)
    assert sum(len(page.text) for page in document.pages) <= 4000
    assert document.sha256 == hash_folder(top)
