"""Model files that are already here: found, looked at, proven, or refused in words that help."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.core.errors import CarrelError
from app.fetch.local import inspect_import

GGUF = b"GGUF\x03\0\0\0" + bytes(100)


def refused(path: Path) -> CarrelError:
    with pytest.raises(CarrelError) as caught:
        inspect_import(path)
    assert "{" not in str(caught.value)
    return caught.value


def put(folder: Path, *names: str, content: bytes = GGUF) -> list[Path]:
    for name in names:
        (folder / name).write_bytes(content)
    return [folder / name for name in names]


def test_a_file_is_taken_where_it_lies(tmp_path: Path) -> None:
    (file,) = put(tmp_path, "模型 ü.GGUF")
    found = inspect_import(file)
    assert found.files == (file,)
    assert found.path == file
    assert not found.is_split
    assert found.size_bytes == len(GGUF)
    assert list(tmp_path.iterdir()) == [file]


def test_a_link_is_followed_and_keeps_its_name(tmp_path: Path) -> None:
    (blob,) = put(tmp_path, "efd97156")
    link = tmp_path / "model.gguf"
    link.symlink_to(blob)
    assert inspect_import(link).path == link


def test_a_relative_path_becomes_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "m.gguf")
    monkeypatch.chdir(tmp_path)
    assert inspect_import(Path("m.gguf")).path == tmp_path / "m.gguf"


def test_any_part_brings_the_whole_split_model(tmp_path: Path) -> None:
    parts = put(tmp_path, *[f"big-{number:05d}-of-00003.gguf" for number in (1, 2, 3)])
    for part in parts:
        found = inspect_import(part)
        assert found.files == tuple(parts)
        assert found.is_split
        assert found.size_bytes == 3 * len(GGUF)
    assert inspect_import(tmp_path).files == tuple(parts)


def test_missing_parts_are_named(tmp_path: Path) -> None:
    put(tmp_path, "big-00001-of-00003.gguf")
    error = refused(tmp_path / "big-00001-of-00003.gguf")
    assert error.code == "parts_missing"
    assert "big-00002-of-00003.gguf" in str(error)


def test_a_part_that_is_no_gguf_is_found(tmp_path: Path) -> None:
    put(tmp_path, "big-00001-of-00002.gguf")
    put(tmp_path, "big-00002-of-00002.gguf", content=b"junk" * 30)
    assert "big-00002-of-00002.gguf" in str(refused(tmp_path / "big-00001-of-00002.gguf"))


def test_odd_part_numbers_are_just_a_name(tmp_path: Path) -> None:
    for name in ("m-00007-of-00003.gguf", "m-00000-of-00000.gguf", "m-00001-of-99999.gguf"):
        (file,) = put(tmp_path, name)
        assert inspect_import(file).files == (file,)


def test_a_folder_with_one_model_is_that_model(tmp_path: Path) -> None:
    (model, *_) = put(tmp_path, "m.gguf", "README.md", "mmproj-m.gguf")
    assert inspect_import(tmp_path).files == (model,)


def test_a_folder_with_several_asks_which(tmp_path: Path) -> None:
    put(tmp_path, *[f"m{number}.gguf" for number in range(7)])
    error = refused(tmp_path)
    assert error.code == "many_gguf_in_folder"
    assert "7 models" in str(error)
    assert "m4.gguf, …" in str(error)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "unfinished_file"),
        (bytes(4096), "unfinished_file"),  # space set aside, nothing written
        (b"GGUF", "not_gguf"),
        (b"PK\x03\x04" + bytes(99), "not_gguf"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 1\n", "pointer_only"),
        (b"\n <!DOCTYPE html><html></html>" + b" " * 99, "web_page"),
    ],
)
def test_what_is_no_gguf_is_named_for_what_it_is(content: bytes, code: str, tmp_path: Path) -> None:
    (file,) = put(tmp_path, "m.gguf", content=content)
    assert refused(file).code == code


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "absent.gguf").code == "not_there"
    assert refused(tmp_path / "absent-00001-of-00002.gguf").code == "not_there"
    assert refused(tmp_path).code == "no_gguf_in_folder"
    (part,) = put(tmp_path, "m.gguf.part")
    assert refused(part).code == "unfinished_file"
    (tmp_path / "loop.gguf").symlink_to(tmp_path / "loop.gguf")
    assert refused(tmp_path / "loop.gguf").code in ("cannot_store", "not_there")


@pytest.mark.skipif(os.name == "nt", reason="named pipes of POSIX")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.gguf")
    assert refused(tmp_path / "pipe.gguf").code == "not_a_file"


def test_a_file_that_may_not_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (file,) = put(tmp_path, "m.gguf")

    def deny(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("app.fetch.local.open", deny, raising=False)
    assert refused(file).code == "not_readable"
