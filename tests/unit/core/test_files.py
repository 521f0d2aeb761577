"""Files take each other's place although Windows lets a scanner hold them, and names fit every system."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import CarrelError
from app.core.files import overwrite_and_remove, put_in_place, write_durably
from app.core.names import safe_name

SHARING_VIOLATION, DISK_FULL = 32, 112


class Held(OSError):
    """Windows refuses: `winerror` says why."""

    def __init__(self, winerror: int) -> None:
        super().__init__(13, "held")
        self.winerror = winerror  # type: ignore[misc,unused-ignore]


class Scanner:
    """Holds a file for the first `times` tries to rename it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, times: int, winerror: int = SHARING_VIOLATION) -> None:
        self.tries, self.waited_s = 0, 0.0
        self._times, self._winerror, self._replace = times, winerror, os.replace
        monkeypatch.setattr("app.core.files.os.replace", self._try)
        monkeypatch.setattr("app.core.files.time.sleep", self._wait)

    def _try(self, new: Path, file: Path) -> None:
        self.tries += 1
        if self.tries <= self._times:
            raise Held(self._winerror)
        self._replace(new, file)

    def _wait(self, seconds: float) -> None:
        self.waited_s += seconds


def test_a_file_that_is_held_for_a_moment_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scanner = Scanner(monkeypatch, times=4)
    write_durably(tmp_path / "settings.toml", b"new")
    assert (tmp_path / "settings.toml").read_bytes() == b"new"
    assert scanner.tries == 5
    assert 0.05 < scanner.waited_s < 0.5


def test_one_that_is_held_for_good_stays_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "settings.toml"
    file.write_bytes(b"old")
    scanner = Scanner(monkeypatch, times=1000)
    with pytest.raises(CarrelError, match="could not be written"):
        write_durably(file, b"new")
    assert 1 < scanner.waited_s < 2  # longer, and a click would seem lost
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("settings.toml", b"old")]


def test_other_troubles_are_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scanner = Scanner(monkeypatch, times=1, winerror=DISK_FULL)
    with pytest.raises(Held):
        put_in_place(tmp_path / "a", tmp_path / "b")
    assert (scanner.tries, scanner.waited_s) == (1, 0.0)


def test_what_is_held_is_overwritten_and_removed_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "secret"
    file.write_bytes(b"secret")
    unlink, seen = Path.unlink, list[bytes]()

    def held_once(path: Path, missing_ok: bool = False) -> None:
        seen.append(path.read_bytes())
        if len(seen) == 1:
            raise Held(SHARING_VIOLATION)
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", held_once)
    overwrite_and_remove(file)
    assert seen == [bytes(6), bytes(6)]
    assert not file.exists()


@given(st.text())
def test_any_title_is_a_name_that_leaves_room_for_an_ending(title: str) -> None:
    name = safe_name(title)
    assert 0 < len(f"{name} (1000).docx.4194304.new".encode()) <= 255
    assert name == name.strip(" .")
    assert safe_name(name) == name


@pytest.mark.parametrize("title", ["字" * 90, "👩‍👩‍👧‍👧" * 30])
def test_a_title_of_wide_signs_can_be_written(tmp_path: Path, title: str) -> None:
    write_durably(tmp_path / f"{safe_name(title)}.docx", b"x")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"x"]
