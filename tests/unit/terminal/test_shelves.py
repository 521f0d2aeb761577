"""Folders and the recycle bin in the terminal: chats filed, put away, brought back, gone only when meant."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.core.errors import CarrelError
from app.core.loop import Loop
from app.terminal.arguments import read_arguments
from app.terminal.commands import COMMANDS
from tests.helpers.fake_engine import Script, ScriptedEngine, make_desk

Say = Callable[..., Any]


@pytest.fixture
def say(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Say:
    loop = Loop()
    desk = make_desk(tmp_path / "home", loop.post, ScriptedEngine(Script("Yes.")))
    for title in ("Lease", "Thesis", "Trip"):
        desk.store.call(lambda store, title=title: store.create_chat(title))  # type: ignore[misc]

    def said(*words: str) -> Any:
        args = read_arguments([*words])
        code = COMMANDS[args.command](desk, loop, args)
        out = capsys.readouterr().out
        return json.loads(out) if args.json else (code, out)

    return said


def test_chats_are_filed(say: Say) -> None:
    say("folders", "new", "Flat")
    say("folders", "move", "1", "3", "--to", "flat")
    found = say("folders", "rename", "Flat", "My flat", "--json")["folders"]
    assert [(one["name"], [chat["title"] for chat in one["chats"]]) for one in found] == [
        ("My flat", ["Trip", "Lease"])
    ]
    assert [hit["title"] for hit in say("find", 'in:"My flat"', "lease", "--json")["hits"]] == ["Lease"]
    assert len(say("find", "in:My flat", "--json")["hits"]) == 2, "as the shell hands it on"
    say("folders", "move", "3")
    assert say("folders")[1].splitlines() == ["My flat: 1 chat", "      1  Lease"]
    say("folders", "new", "Other")
    for wrong in (("rename", "Other", "my FLAT"), ("delete", "Nowhere"), ("move", "9", "--to", "Other"), ("new", " ")):
        with pytest.raises(CarrelError):
            say("folders", *wrong)
    say("folders", "delete", "My flat")
    assert [one["name"] for one in say("folders", "--json")["folders"]] == ["Other"]


def test_the_bin_gives_back_and_is_emptied_only_when_meant(say: Say) -> None:
    held = say("bin", "put", "1", "2", "3", "--json")["bin"]
    assert {one["title"] for one in held} == {"Lease", "Thesis", "Trip"}
    assert all(one["goes_s"] > one["deleted_s"] for one in held)
    assert [one["id"] for one in say("bin", "restore", "2", "--json")["bin"]] != [1, 2, 3]
    with pytest.raises(CarrelError):
        say("bin", "restore", "2")
    with pytest.raises(CarrelError):
        say("bin", "put", "1")
    with pytest.raises(CarrelError):
        say("bin", "empty", "2", "--yes")
    gone = say("bin", "empty", "1", "--yes", "--json")
    assert (gone["erased"]["chats"], [one["title"] for one in gone["bin"]]) == (1, ["Trip"])
    assert "Trip · goes for ever on" in say("bin")[1]
    assert say("bin", "restore", "--all", "--json") == {"bin": []}


@pytest.mark.parametrize(
    "words",
    [
        ("folders", "new"),
        ("folders", "rename", "a"),
        ("folders", "move", "x"),
        ("bin", "empty"),
        ("bin", "put"),
        ("bin", "restore"),
        ("bin", "put", "0"),
    ],
)
def test_what_is_missing_is_said(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        read_arguments([*words])
    assert ended.value.code == 2
    assert words[0] in capsys.readouterr().err
