"""A stream of JSON ends with a line that says why, where it fails; the exit code is what it was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.errors import Cancelled, CarrelError
from app.core.loop import Loop
from app.session.demo import demo_model_path
from app.session.desk import Desk
from app.terminal import chat
from app.terminal.arguments import read_arguments
from app.terminal.commands import COMMANDS, run_command
from tests.helpers.desk import load
from tests.helpers.fake_engine import Script, ScriptedEngine, make_desk


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Desk, Loop, Script]]:
    monkeypatch.setattr(chat, "load_for_terminal", lambda *_: None)
    loop, script = Loop(), Script("word " * 20, die_after=4)
    made = make_desk(tmp_path, loop.post, ScriptedEngine(script))
    made.change_settings(last_model=str(demo_model_path()))
    load(made, loop, demo_model_path())
    yield made, loop, script
    made.close()


def test_an_answer_that_fails_ends_the_stream_with_its_cause(
    desk: tuple[Desk, Loop, Script], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CarrelError) as caught:
        run_command(*desk[:2], read_arguments(["chat", "Why?", "--json", "--no-thinking"]))
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert next(line["kind"] for line in lines if line["kind"] != "prefill") == "delta"
    assert lines[-1]["kind"] == "failed"
    assert lines[-1]["code"] == caught.value.code
    assert " ".join(part for part in (lines[-1]["error"], lines[-1]["remedy"]) if part) == str(caught.value)


def test_nothing_more_is_printed_without_json(
    desk: tuple[Desk, Loop, Script], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CarrelError):
        run_command(*desk[:2], read_arguments(["chat", "Why?", "--no-thinking"]))
    assert "{" not in capsys.readouterr().out


@pytest.mark.parametrize("stop", [Cancelled, KeyboardInterrupt])
def test_what_was_interrupted_says_so(
    stop: type[BaseException],
    desk: tuple[Desk, Loop, Script],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted(*_: object) -> int:
        raise stop

    monkeypatch.setitem(COMMANDS, "pull", interrupted)
    with pytest.raises(stop):
        run_command(*desk[:2], read_arguments(["pull", "x", "--json"]))
    assert json.loads(capsys.readouterr().out)["code"] == "cancelled"
