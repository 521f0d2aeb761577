"""The wishes of the window: found by their words, run when they can be, bound to their keys, shown on a page."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.config import language
from app.session.presets import Presets
from app.ui.commands import CHAT, VIEW, Command, Commands, key_words
from app.ui.keys import Keys
from app.ui.pages.keys import KeysPage
from app.ui.preset_wishes import offer_presets


@pytest.fixture
def done() -> list[str]:
    return []


@pytest.fixture
def commands(done: list[str]) -> Commands:
    made = Commands()
    made.add(
        Command("a", "New chat", lambda: done.append("a"), CHAT, ("Ctrl+N",)),
        Command("b", "Settings", lambda: done.append("b"), keys=("Ctrl+,",)),
        Command("c", "About Carrel", lambda: done.append("c"), enabled=lambda: False),
        Command("d", "Send", None, VIEW, ("Return",)),
        Command("e", "Show or hide the chats", lambda: done.append("e"), VIEW, ("Ctrl+B",)),
    )
    return made


def test_search_finds_what_can_be_done_and_the_closest_first(commands: Commands) -> None:
    assert [one.id for one in commands.search("chat")] == ["a", "e"]
    assert [one.id for one in commands.search("set")] == ["b"]
    assert commands.search("about") == [], "it cannot be done now"
    assert commands.search("send") == [], "a widget answers its keys"
    assert {one.id for one in commands.search()} == {"a", "b", "e"}


def test_search_speaks_both_languages(commands: Commands) -> None:
    language.speak("zh_CN")
    assert [one.id for one in commands.search("新对话")] == ["a"]
    assert [one.id for one in commands.search("settings")] == ["b"]


def test_only_what_is_enabled_runs(commands: Commands, done: list[str]) -> None:
    assert commands.run("a")
    assert not commands.run("c")
    assert not commands.run("d")
    assert done == ["a"]


def test_keys_are_bound_also_of_what_is_added_later(commands: Commands, done: list[str], qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    keys = Keys(window, commands)
    commands.add(Command("f", "Later", lambda: done.append("f"), keys=("Ctrl+D",)))
    commands.add(Command("a", "New chat", lambda: done.append("another a"), CHAT, ("Ctrl+N",)))
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    for key in (Qt.Key.Key_D, Qt.Key.Key_N):
        qtbot.keyClick(window, key, Qt.KeyboardModifier.ControlModifier)
    assert done == ["f", "another a"]
    assert keys is not None


def test_the_sheet_shows_every_key_in_its_group(commands: Commands, qtbot: QtBot) -> None:
    page = KeysPage(commands)
    qtbot.addWidget(page)
    shown = {label.accessibleName() for label in page.findChildren(QWidget)}
    assert {"New chat: Ctrl+N", "Settings: Ctrl+,", "Send: Enter"} <= shown
    assert not any(name.startswith("About") for name in shown)


@pytest.mark.parametrize(("platform", "said"), [("linux", "Ctrl+Shift+C"), ("win32", "Ctrl+Shift+C")])
def test_keys_are_called_as_on_this_computer(platform: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", platform)
    assert key_words("Ctrl+Shift+C") == said
    assert key_words("Up") == "↑"
    assert key_words("Shift+Return") == "Shift+Enter"


def test_presets_are_found_by_their_names_and_used(tmp_path: Path) -> None:
    used: list[object] = []
    window: Any = MagicMock()
    window.desk.presets = presets = Presets(tmp_path)
    window.conversation.manner.use = used.append
    commands = Commands()
    offer_presets(commands, window)
    (found,) = commands.search("contract reading")
    assert found.act is not None
    found.act()
    assert used == [presets.get("contract")]
    presets.remove("contract")
    assert commands.search("contract reading") == []
    presets.add("Minutes")
    assert [one.title for one in commands.search("minutes")] == ["Minutes"]
