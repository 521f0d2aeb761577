"""Presets in the terminal: what is said, kept and refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.errors import CarrelError
from app.core.loop import Loop
from app.session.desk import Desk
from app.terminal.arguments import read_arguments
from app.terminal.chat import with_preset
from app.terminal.presets import run_presets
from tests.helpers.fake_engine import Script, ScriptedEngine, make_desk

Say = Callable[..., str]


@pytest.fixture
def loop() -> Loop:
    return Loop()


@pytest.fixture
def desk(tmp_path: Path, loop: Loop) -> Desk:
    return make_desk(tmp_path / "home", loop.post, ScriptedEngine(Script("Yes.")))


@pytest.fixture
def say(desk: Desk, loop: Loop, capsys: pytest.CaptureFixture[str]) -> Say:
    def said(*words: str) -> str:
        assert run_presets(desk, loop, read_arguments(["presets", *words])) == 0
        return capsys.readouterr().out

    return said


def test_a_preset_is_added_after_another_renamed_and_taken_for_new_chats(say: Say, desk: Desk, tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("\ufeffWrite minutes.\n", "utf-8")
    shown = say("add", "Minutes", "--like", "Translation", "--instructions", str(words))
    assert "temperature: 0.3" in shown
    assert "Write minutes." in shown
    say("rename", "minutes", "Protocol")
    assert "Protocol (your own, used for new chats)" in say("default", "Protocol")
    assert desk.settings.default_preset == "minutes"
    found = json.loads(say("--json"))["presets"]
    assert [one["key"] for one in found if one["default"]] == ["minutes"]
    assert found[0]["origin"] == "carrel"


def test_what_came_with_carrel_is_removed_restored_and_never_reset_to_nothing(say: Say) -> None:
    assert "Contract" not in say("remove", "contract")
    assert "Contract" in say("restore")
    say("add", "Mine")
    with pytest.raises(CarrelError):
        say("reset", "mine")
    with pytest.raises(CarrelError):
        say("show", "nothing")


def test_an_action_without_its_name_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["show"], ["rename", "x"]):
        with pytest.raises(SystemExit) as left:
            read_arguments(["presets", *words])
        assert left.value.code == 2
    assert "needs" in capsys.readouterr().err


def test_a_chat_takes_the_preset_and_what_is_said_beside_it(desk: Desk) -> None:
    choices = with_preset(desk, read_arguments(["chat", "Hi", "--preset", "translation", "--seed", "3"]))
    assert (choices.preset, choices.temperature, choices.seed, choices.thinking) == ("translation", 0.3, 3, False)
    desk.change_settings(default_preset="contract")
    assert with_preset(desk, read_arguments(["chat", "Hi"])).preset == "contract"
    assert with_preset(desk, read_arguments(["chat", "Hi", "--chat", "3"])).preset == ""
