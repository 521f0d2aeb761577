"""System packages: what is missing, and the line a person is told to type."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from installers.firstrun import system
from installers.firstrun.console import Console, SetupError

WINDOW = ["libEGL.so.1", "libxcb-cursor.so.0"]


@pytest.fixture
def console(tmp_path: Path) -> Console:
    return Console(tmp_path / "log")


@pytest.fixture
def as_ann_on_debian(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not root, with apt-get, on a release that has not renamed its packages."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(shutil, "which", lambda name, **_: "/usr/bin/apt-get" if name == "apt-get" else None)
    monkeypatch.setattr(system, "_is_offered", lambda _: False)


def test_every_library_the_loader_lacks_is_named() -> None:
    assert system.missing_libraries(lambda name: name not in WINDOW) == WINDOW
    assert system.missing_libraries(lambda _: True) == []


def test_wayland_is_asked_for_where_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert "libwayland-cursor.so.0" not in system.missing_libraries(lambda _: False)
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert "libwayland-cursor.so.0" in system.missing_libraries(lambda _: False)


def test_the_loader_is_asked_itself() -> None:
    assert system.has_library("libc.so.6")
    assert not system.has_library("libno-such-thing.so.1")


@pytest.mark.usefixtures("as_ann_on_debian")
def test_without_root_a_missing_compiler_stops_with_one_line_for_everything(console: Console) -> None:
    with pytest.raises(SetupError) as stopped:
        system.bring_packages(console, ["g++"], WINDOW, ["xvfb"], strict=False)
    assert "sudo apt-get install -y g++ libegl1 libxcb-cursor0 xvfb\n" in str(stopped.value)


@pytest.mark.usefixtures("as_ann_on_debian")
def test_without_root_the_terminal_is_not_stopped_by_the_windows_libraries(
    console: Console, capsys: pytest.CaptureFixture[str]
) -> None:
    system.bring_packages(console, [], WINDOW, [], strict=False)
    said = capsys.readouterr().err
    assert "sudo apt-get install -y libegl1 libxcb-cursor0\n" in said
    assert "Everything in the terminal works without them." in said


@pytest.mark.usefixtures("as_ann_on_debian")
def test_the_tests_do_need_them(console: Console) -> None:
    with pytest.raises(SetupError, match="libxcb-cursor0"):
        system.bring_packages(console, [], WINDOW, [], strict=True)


@pytest.mark.usefixtures("as_ann_on_debian")
def test_nothing_missing_says_nothing(console: Console, capsys: pytest.CaptureFixture[str]) -> None:
    system.bring_packages(console, [], [], [], strict=True)
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("as_ann_on_debian")
def test_a_renamed_package_goes_by_its_new_name_where_that_is_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    assert system.install_line(["libglib2.0-0", "g++"], []).endswith("-y libglib2.0-0 g++")
    monkeypatch.setattr(system, "_is_offered", lambda name: name == "libglib2.0-0t64")
    assert system.install_line(["libglib2.0-0", "g++"], []).endswith("-y libglib2.0-0t64 g++")


def test_other_systems_are_told_the_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name, **_: "/usr/bin/dnf" if name == "dnf" else None)
    line = system.install_line(["g++", "libegl1"], ["libEGL.so.1"])
    assert line == "sudo dnf install gcc-c++ 'libEGL.so.1()(64bit)'"
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    assert system.install_line(["g++", "libegl1"], ["libEGL.so.1"]).endswith("g++, libEGL.so.1")


def test_root_on_debian_has_them_installed(console: Console, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    apt = tmp_path / "apt-get"
    apt.write_text(f'#!/bin/sh\necho "$DEBIAN_FRONTEND $*" >>{tmp_path}/asked\n')
    apt.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(system, "_is_offered", lambda _: False)
    system.bring_packages(console, ["g++"], ["libEGL.so.1"], [], strict=False)
    assert (tmp_path / "asked").read_text().splitlines() == [
        "noninteractive update",
        "noninteractive install -y --no-install-recommends g++ libegl1",
    ]


def test_root_without_a_network_is_told_the_line(
    console: Console, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    apt = tmp_path / "apt-get"
    apt.write_text("#!/bin/sh\nexit 100\n")
    apt.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(SetupError, match="could not be installed"):
        system.bring_packages(console, ["g++"], [], [], strict=False)


def test_a_chinese_font_is_told_by_its_file(tmp_path: Path) -> None:
    assert not system.has_chinese_font([str(tmp_path)])
    (tmp_path / "truetype").mkdir()
    (tmp_path / "truetype" / "DejaVuSans.ttf").touch()
    assert not system.has_chinese_font([str(tmp_path)])
    (tmp_path / "truetype" / "NotoSansCJK-Regular.ttc").touch()
    assert system.has_chinese_font([str(tmp_path)])
