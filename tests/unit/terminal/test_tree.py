"""The tree of a chat in the terminal: asked at other places, listed, switched; a temporary chat leaves nothing."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.loop import Loop
from app.session.demo import demo_model_path
from app.session.desk import Desk
from app.terminal import chat
from app.terminal.arguments import read_arguments
from tests.helpers.desk import load
from tests.helpers.fake_engine import Script, ScriptedEngine, make_desk


class Terminal:
    """`carrel chat ...` in one process over the scripted engine."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.loop, self.script, self._capsys = Loop(), Script("First."), capsys
        self.desk: Desk = make_desk(folder, self.loop.post, ScriptedEngine(self.script))
        self.desk.change_settings(last_model=str(demo_model_path()))
        load(self.desk, self.loop, demo_model_path())

    def chat(self, *words: str) -> str:
        args: Namespace = read_arguments(["chat", *words])
        assert chat.run_chat(self.desk, self.loop, args) == 0
        return self._capsys.readouterr().out


@pytest.fixture
def terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    monkeypatch.setattr(chat, "load_for_terminal", lambda *_: None)
    made = Terminal(tmp_path, capsys)
    yield made
    made.desk.close()


def messages(text: str) -> list[tuple[int, str, int]]:
    rows = [json.loads(line) for line in text.splitlines()]
    return [(row["id"], row["text"], len(row["versions"])) for row in rows]


def test_regenerated_edited_listed_and_switched(terminal: Terminal) -> None:
    assert "First." in terminal.chat("Why?", "--no-thinking")
    terminal.script.answer = "Second."
    assert "Second." in terminal.chat("--chat", "1", "--regenerate")
    terminal.chat("Why not?", "--edit", "1")
    shown = messages(terminal.chat("--chat", "1", "--versions", "--json"))
    assert [row[1:] for row in shown] == [("Why not?", 2), ("Second.", 1)]
    listed = terminal.chat("--switch", "1")
    assert "Why?" in listed
    assert "Second." in listed
    assert "1/2" in listed
    assert [row[1] for row in messages(terminal.chat("--switch", "2", "--json"))] == ["Why?", "First."]


def test_a_cut_answer_goes_on(terminal: Terminal) -> None:
    terminal.script.answer = "one two three"
    terminal.chat("Count", "--no-thinking")
    terminal.desk.store.call(
        lambda store: store._db.execute("UPDATE messages SET state = 'length', text = 'one ' WHERE id = 2")
    )
    last = json.loads(terminal.chat("--chat", "1", "--continue", "--json").splitlines()[-1])
    assert (last["kind"], last["text"]) == ("done", "one two three")


def test_a_temporary_chat_leaves_no_chat(terminal: Terminal) -> None:
    assert "First." in terminal.chat("Secret?", "--temporary", "--no-thinking")
    assert terminal.desk.store.call(lambda store: store.list_chats()) == []


@pytest.mark.parametrize(
    "words",
    [
        ["--regenerate"],
        ["--versions"],
        ["--edit", "3"],
        ["Why?", "--switch", "3"],
        ["--json"],
        ["--chat", "1", "--temporary", "Why?"],
        ["--edit", "1", "--regenerate", "2", "x"],
    ],
)
def test_what_makes_no_sense_is_wrong_usage(words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        read_arguments(["chat", *words])
    assert ended.value.code == 2
