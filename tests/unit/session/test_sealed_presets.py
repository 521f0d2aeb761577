"""Presets go into the vault and come out of it, whatever breaks in between."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.config import presetshelf
from app.core.errors import CarrelError
from app.core.files import overwrite_and_remove, write_durably
from app.core.params import Choices
from app.session import sealedpresets
from app.session.presets import Presets
from app.session.private import PrivateFiles
from app.session.sealedpresets import SealedShelf, merged_with, seal_presets, write_presets_in_clear

KEY = bytes(range(32))
FILES = st.dictionaries(
    st.sampled_from(["a.toml", "b.toml", "removed/a.toml"]), st.sampled_from([b"1", b"2", b"3"]), max_size=3
)


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def filled(folder: Path) -> dict[str, bytes]:
    presets = Presets(folder)
    presets.add("Minutes", choices=Choices(instructions="Write minutes."))
    presets.remove("contract")
    presets.remove(presets.add("Gone").key)
    return files_in(folder)


def test_in_and_out_again(tmp_path: Path) -> None:
    folder, private = tmp_path / "presets", PrivateFiles(tmp_path, lambda: KEY)
    before = filled(folder)
    (folder / "minutes.toml.99.new").write_bytes(b"left by a crash")
    seal_presets(folder, private, tmp_path)
    assert not folder.exists()
    presets = Presets(folder, SealedShelf(private), lambda: True)
    assert presets.get("Minutes").choices.instructions == "Write minutes."
    assert [one.key for one in presets.hidden] == ["contract"]
    undo = presets.remove("minutes")
    assert presets.find("Minutes") is None
    undo()
    assert presets.rename("minutes", "Protocol").name == "Protocol"
    presets.rename("minutes", "Minutes")
    write_presets_in_clear(folder, private)
    assert files_in(folder) == before


@pytest.mark.parametrize("broken", range(6))
def test_a_crash_anywhere_leaves_each_of_them_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: int
) -> None:
    folder, private = tmp_path / "presets", PrivateFiles(tmp_path, lambda: KEY)
    before, steps = filled(folder), [0]

    def breaking(act: Callable[..., object]) -> Callable[..., object]:
        def step(*values: object) -> object:
            steps[0] += 1
            if steps[0] == broken + 1:
                raise OSError("the power went")
            return act(*values)

        return step

    with monkeypatch.context() as patch:
        patch.setattr(sealedpresets, "overwrite_and_remove", breaking(overwrite_and_remove))
        patch.setattr(presetshelf, "write_durably", breaking(write_durably))
        patch.setattr(PrivateFiles, "keep", breaking(PrivateFiles.keep))
        try:
            seal_presets(folder, private, tmp_path)
            write_presets_in_clear(folder, private)
        except OSError:
            pass
    seal_presets(folder, private, tmp_path)
    assert SealedShelf(private).all() == before
    assert not folder.exists()


@pytest.mark.parametrize("plain_is_newer", [True, False])
def test_of_two_that_differ_the_newer_holds_and_the_other_is_kept(tmp_path: Path, plain_is_newer: bool) -> None:
    folder, private = tmp_path / "presets", PrivateFiles(tmp_path, lambda: KEY)
    SealedShelf(private).write("a.toml", b"sealed")
    folder.mkdir()
    (folder / "a.toml").write_bytes(b"plain")
    sealed_s = (tmp_path / "presets.json.sealed").stat().st_mtime
    at_s = sealed_s + (9 if plain_is_newer else -9)
    os.utime(folder / "a.toml", (at_s, at_s))
    seal_presets(folder, private, tmp_path)
    used, other = (b"plain", b"sealed") if plain_is_newer else (b"sealed", b"plain")
    assert SealedShelf(private).all() == {"a.toml": used, "removed/1-a.toml": other}


def test_locked_it_is_empty_and_takes_nothing(tmp_path: Path) -> None:
    SealedShelf(PrivateFiles(tmp_path, lambda: KEY)).write("a.toml", b"name = 'A'")
    presets = Presets(tmp_path / "presets", SealedShelf(PrivateFiles(tmp_path, lambda: None)), lambda: True)
    assert all(one.origin == "carrel" for one in presets.all)
    with pytest.raises(CarrelError):
        presets.add("New")
    assert not (tmp_path / "presets").exists()


@given(FILES, FILES)
def test_putting_together_loses_nothing(here: dict[str, bytes], newer: dict[str, bytes]) -> None:
    merged = merged_with(here, newer)
    assert newer.items() <= merged.items()
    assert set(merged.values()) == {*here.values(), *newer.values()}


def test_a_disk_that_refuses_for_a_moment_loses_none_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A virus scanner holds the one file of all presets just when another is written."""
    folder, private = tmp_path / "presets", PrivateFiles(tmp_path, lambda: KEY)
    shelf = SealedShelf(private)
    shelf.write("a.toml", b"1")
    private.keep("draft.txt", b"words")
    sealed = files_in(tmp_path)

    def refuse(_file: Path) -> bytes:
        raise PermissionError(13, "in use")

    folder.mkdir()
    (folder / "b.toml").write_bytes(b"2")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", refuse)
        assert shelf.names() == []
        for change in (
            lambda: shelf.write("c.toml", b"3"),
            lambda: shelf.remove("a.toml"),
            lambda: seal_presets(folder, private, tmp_path),
            lambda: write_presets_in_clear(folder, private),
        ):
            with pytest.raises(CarrelError) as caught:
                change()
            assert caught.value.code == "cannot_read"
        with pytest.raises(PermissionError):
            private.write_in_clear()
    assert files_in(tmp_path) == sealed | {"presets/b.toml": b"2"}
    seal_presets(folder, private, tmp_path)
    assert shelf.all() == {"a.toml": b"1", "b.toml": b"2"}
