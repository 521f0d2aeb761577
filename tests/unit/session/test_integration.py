"""Carrel among the user's programs, and away again without a trace."""

from __future__ import annotations

import configparser
import os
import re
import sys
import types
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import CarrelError
from app.session.integration import desktop_here, launcher
from app.session.integration_linux import LinuxDesktop, quoted
from app.session.integration_windows import WindowsDesktop

linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux desktops")


@pytest.fixture
def data_home() -> Path:
    return Path(os.environ["XDG_DATA_HOME"])


def test_entry_opens_gguf_files_with_this_carrel(data_home: Path) -> None:
    desktop = LinuxDesktop(("/opt/My Programs/carrel",))
    places = desktop.integrate()
    assert all(Path(place).is_relative_to(data_home) and Path(place).exists() for place in places)
    entry = configparser.RawConfigParser(strict=True)
    entry.optionxform = str  # type: ignore[assignment, method-assign]
    entry.read(data_home / "applications" / "carrel.desktop", "utf-8")
    assert entry["Desktop Entry"]["Exec"] == '"/opt/My Programs/carrel" %F'
    assert "application/x-gguf" in entry["Desktop Entry"]["MimeType"].split(";")
    kind = ElementTree.parse(data_home / "mime" / "packages" / "carrel.xml").getroot()
    assert [glob.get("pattern") for glob in kind.iter() if glob.tag.endswith("}glob")] == ["*.gguf"]
    assert desktop.is_integrated
    assert not LinuxDesktop(("/elsewhere/carrel",)).is_integrated, "the entry starts another one"


def test_removing_leaves_no_file_and_is_no_failure_twice(data_home: Path) -> None:
    desktop = LinuxDesktop(("/opt/carrel",))
    written = desktop.integrate()
    assert set(desktop.withdraw()) == set(written)
    assert desktop.withdraw() == ()
    assert not any(Path(place).exists() for place in written)
    assert not desktop.is_integrated


def test_folder_that_cannot_be_written_is_told(data_home: Path) -> None:
    data_home.mkdir(parents=True)
    (data_home / "mime").write_text("a file where a folder should be")
    with pytest.raises(CarrelError, match=r"mime.*could not be written"):
        LinuxDesktop(("/opt/carrel",)).integrate()


@given(st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_characters="\x7f"), min_size=1))
def test_every_path_survives_the_exec_line(word: str) -> None:
    """Read back as the specification says: the value first, then the quotes, then the field codes."""
    value = quoted(word).replace("\\\\", "\\")
    if value.startswith('"'):
        value = re.sub(r'\\(["`$\\])', r"\1", value[1:-1])
    assert value.replace("%%", "%") == word


@linux_only
def test_launcher_of_a_checkout_can_be_started() -> None:
    assert os.access(launcher()[0], os.X_OK)
    assert isinstance(desktop_here(), LinuxDesktop)


def test_system_without_a_known_desktop_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "plan9")
    with pytest.raises(CarrelError, match="cannot add itself"):
        desktop_here()


class Registry(types.ModuleType):
    """What of winreg is used, over a dict: keys must be empty to be deleted, as on Windows."""

    HKEY_CURRENT_USER, REG_SZ, KEY_SET_VALUE = 1, 1, 2

    def __init__(self) -> None:
        super().__init__("winreg")
        self.keys: dict[str, dict[str, str]] = {}

    def CreateKey(self, _root: int, path: str) -> Key:
        parts = path.split("\\")
        for depth in range(1, len(parts) + 1):
            self.keys.setdefault("\\".join(parts[:depth]), {})
        return Key(path)

    def OpenKey(self, _root: int, path: str, *_: int) -> Key:
        if path not in self.keys:
            raise FileNotFoundError(path)
        return Key(path)

    def SetValueEx(self, key: Key, name: str, _reserved: int, _kind: int, value: str) -> None:
        self.keys[key.path][name] = value

    def QueryValueEx(self, key: Key, name: str) -> tuple[str, int]:
        if name not in self.keys[key.path]:
            raise FileNotFoundError(name)
        return self.keys[key.path][name], 1

    def DeleteKey(self, _root: int, path: str) -> None:
        if path not in self.keys:
            raise FileNotFoundError(path)
        if any(other.startswith(path + "\\") for other in self.keys):
            raise PermissionError(5, "Access is denied")
        del self.keys[path]

    def DeleteValue(self, key: Key, name: str) -> None:
        if name not in self.keys[key.path]:
            raise FileNotFoundError(name)
        del self.keys[key.path][name]


class Key:
    def __init__(self, path: str) -> None:
        self.path = path

    def __enter__(self) -> Key:
        return self

    def __exit__(self, *_: object) -> None:
        pass


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Registry:
    made = Registry()
    monkeypatch.setitem(sys.modules, "winreg", made)
    return made


def test_windows_offers_gguf_files_to_carrel_and_forgets_it(registry: Registry) -> None:
    other = r"Software\Classes\.gguf\OpenWithProgids"
    registry.CreateKey(1, other)
    registry.keys[other]["Another.gguf"] = ""
    desktop = WindowsDesktop((r"C:\My Programs\carrel.exe",))
    assert not desktop.is_integrated
    desktop.integrate()
    opened = registry.keys[r"Software\Classes\Carrel.gguf\shell\open\command"][""]
    assert opened == r'"C:\My Programs\carrel.exe" "%1"'
    assert set(registry.keys[other]) == {"Another.gguf", "Carrel.gguf"}
    assert desktop.is_integrated
    assert desktop.withdraw()
    assert registry.keys[other] == {"Another.gguf": ""}
    assert not any("Carrel" in path for path in registry.keys)
    assert desktop.withdraw() == ()


def test_registry_that_refuses_is_told(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(5, "Access is denied")

    monkeypatch.setattr(registry, "CreateKey", refuse)
    with pytest.raises(CarrelError, match="Windows refused the change: Access is denied"):
        WindowsDesktop(("carrel.exe",)).integrate()
