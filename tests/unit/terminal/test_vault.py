"""The vault in the terminal: made and opened by files of passphrases, refused without, asked again after a pause."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from app.core.errors import CarrelError
from app.core.loop import Loop
from app.core.passphrase import Cost
from app.terminal.arguments import read_arguments
from app.terminal.commands import run_command
from app.terminal.vault import NEW_PASSPHRASE, PASSPHRASE, ask_again_when_idle
from tests.helpers.fake_engine import Script, ScriptedEngine, make_desk

PHRASE = "correct horse battery"


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    for room in ("vault", "vaultways"):
        monkeypatch.setattr(f"app.session.{room}.calibrated", lambda: Cost(memory_kib=64, passes=1, lanes=1))


@pytest.fixture
def phrase(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "passphrase.txt"
    file.write_text(PHRASE + "\r\n")
    monkeypatch.setenv(PASSPHRASE, str(file))
    return file


def run(home: Path, *words: str) -> None:
    """One run of the program."""
    loop = Loop()
    desk = make_desk(home, loop.post, ScriptedEngine(Script()))
    try:
        assert run_command(desk, loop, read_arguments([*words])) == 0
    finally:
        desk.close()


def code_of(home: Path, *words: str) -> str:
    with pytest.raises(CarrelError) as caught:
        run(home, *words)
    return caught.value.code


def test_from_its_making_to_its_end(
    tmp_path: Path, phrase: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    assert code_of(home, "vault", "create") == "not_asked"
    run(home, "vault", "create", "--yes", "--json")
    told = capsys.readouterr()
    recovery = json.loads(told.out)["recovery_key"]
    assert "nobody can open these chats, neither can we" in told.err
    run(home, "vault", "--json")
    assert json.loads(capsys.readouterr().out)["is_locked"] is True
    run(home, "sets")
    run(home, "models")
    monkeypatch.delenv(PASSPHRASE)
    run(home, "models")
    assert code_of(home, "sets") == "vault_locked"
    monkeypatch.setenv(PASSPHRASE, str(phrase))
    phrase.write_text("another one")
    assert code_of(home, "sets") == "wrong_passphrase"
    assert code_of(home, "vault", "remove") == "wrong_passphrase"
    phrase.write_text(recovery)
    new = tmp_path / "new.txt"
    new.write_text("staple staple staple")
    monkeypatch.setenv(NEW_PASSPHRASE, str(new))
    run(home, "vault", "passphrase")
    phrase.write_text("staple staple staple")
    run(home, "vault", "check")
    run(home, "vault", "recovery")
    run(home, "vault", "remove")
    capsys.readouterr()
    run(home, "vault", "--json")
    assert json.loads(capsys.readouterr().out)["is_on"] is False
    assert code_of(home, "vault", "check") == "no_vault"


def test_typed_at_a_prompt_it_may_be_wrong_twice(tmp_path: Path, phrase: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    run(home, "vault", "create", "--yes", "--json")
    monkeypatch.delenv(PASSPHRASE)
    typed = iter(["wrong one", "wrong two", PHRASE])
    stand_in: Any = type("Terminal", (), {"isatty": lambda self: True})()
    monkeypatch.setattr("sys.stdin", stand_in)
    monkeypatch.setattr("getpass.getpass", lambda _: next(typed))
    run(home, "sets")
    assert list(typed) == []


def test_a_conversation_asks_again_after_a_pause(tmp_path: Path, phrase: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(tmp_path / "home", "vault", "create", "--yes", "--json")
    loop = Loop()
    desk = make_desk(tmp_path / "home", loop.post, ScriptedEngine(Script()))
    try:
        ask_again_when_idle(desk, loop)
        assert not desk.vault.is_locked
        later_s = time.monotonic() + 3600
        desk.vault.locks_itself = False
        desk.vault.look(later_s)
        assert not desk.vault.is_locked, "a command runs to its end"
        phrase.write_text("no longer known")
        monkeypatch.setattr("app.terminal.vault.time.monotonic", lambda: later_s)
        with pytest.raises(CarrelError):
            ask_again_when_idle(desk, loop)
        assert desk.vault.is_locked
    finally:
        desk.close()
