from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config import language, paths
from app.config.language import speak
from app.config.paths import open_home, resource
from app.core import words
from app.core.errors import CarrelError
from app.core.words import say


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    yield
    words.install("en", {})


def test_a_profile_of_its_own(tmp_path: Path) -> None:
    home = open_home(tmp_path / "a" / "b")
    assert home.root == tmp_path / "a" / "b"
    assert all(folder.is_dir() for folder in (home.root, home.models, home.logs))
    assert {home.settings_file.parent, home.database_file.parent, home.catalog_facts_file.parent} == {home.root}
    assert open_home(tmp_path / "a" / "b") == home


def test_the_users_own_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platformdirs.user_data_dir", lambda name, appauthor: str(tmp_path / name))
    assert open_home().root == tmp_path / "carrel"


def test_a_relative_and_a_tilde_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    assert open_home(Path("mine")).root == tmp_path / "mine"
    assert open_home(Path("~/mine")).root == tmp_path / "mine"


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", "utf-8")
    with pytest.raises(CarrelError) as caught:
        open_home(tmp_path / "file" / "home")
    assert caught.value.code == "cannot_make_folder"
    assert str(tmp_path / "file" / "home") in str(caught.value)


def test_resources_from_a_checkout_and_frozen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert resource("i18n").is_dir()
    monkeypatch.setattr("sys._MEIPASS", str(tmp_path), raising=False)
    assert resource("icons", "a.svg") == tmp_path / "resources" / "icons" / "a.svg"


@pytest.fixture
def tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(language, "resource", lambda *parts: tmp_path.joinpath(*parts))
    folder = tmp_path / "i18n"
    folder.mkdir()
    for room, table in (("store", {"Chat": "对话"}), ("ui", {"Stop": "停止"})):
        (folder / f"{room}.zh_CN.json").write_text(json.dumps(table, ensure_ascii=False), "utf-8")
    return folder


def test_the_tables_of_all_rooms_are_one(tables: Path) -> None:
    assert speak("zh_CN") == "zh_CN"
    assert (say("Chat"), say("Stop")) == ("对话", "停止")
    assert speak("en") == "en"
    assert say("Chat") == "Chat"


def test_a_language_without_tables_is_english(tables: Path) -> None:
    assert speak("fr_FR") == "en"
    assert words.language() == "en"


@pytest.mark.parametrize(
    ("variables", "spoken"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh_CN"),
        ({"LANG": "zh_TW.UTF-8"}, "zh_CN"),
        ({"LC_ALL": "en_US.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "zh_CN.UTF-8", "LANG": "de_DE.UTF-8"}, "zh_CN"),
        ({"LANG": "C"}, "en"),
    ],
)
def test_the_language_of_the_system(
    tables: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], spoken: str
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert speak("system") == spoken


def test_windows_names_its_locale_in_words(tables: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("locale.getlocale", lambda: ("Chinese (Simplified)_China", "936"))
    assert speak("system") == "zh_CN"
    monkeypatch.setattr("locale.getlocale", lambda: (None, None))
    assert speak("system") == "en"


def test_every_table_here_is_sound() -> None:
    for file in sorted(paths.resource("i18n").glob("*.json")):
        table = json.loads(file.read_text("utf-8"))
        assert all(isinstance(key, str) and isinstance(value, str) and value for key, value in table.items()), file
