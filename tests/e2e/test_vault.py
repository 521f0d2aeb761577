"""The real program in a vault: what is asked, answered, read, typed and saved leaves no readable byte."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import numpy as np
import pytest

from app.core.chat import Document
from app.core.loop import Loop
from app.core.params import Choices, Sampling
from app.core.passphrase import Cost
from app.session import chats, vault
from app.session.desk import Desk
from app.session.documents import ReadingJob
from app.session.turn import Outcome, Wish
from app.terminal.arguments import read_arguments
from app.terminal.commands import run_command
from resources.demo.make.vocab import spelled
from tests.helpers.desk import ask, desk_in, load
from tests.helpers.models import bytes_vocabulary, script_model

QUESTION, ANSWER, TITLE = "Heronwharf asks", "Bitternreed answers", "Grebewater title"
PAGE, NAME, DRAFT, RULE = "Ternisland lease", "Cootmarsh.txt", "Dunlinshore draft", "Ruffmeadow rule"
PRESET, WAY = "ploverstrand", "Godwitbank way"
MARKERS = (QUESTION, ANSWER, TITLE, PAGE, NAME, DRAFT, RULE, PRESET, WAY)
FAST = Cost(memory_kib=64, passes=1, lanes=1)
GREEDY = Sampling(max_tokens=24)
PASSPHRASE = "four unrelated lantern words"


def traces(home: Path) -> dict[str, list[str]]:
    """Where a marker, or half of one, can be read, in the encodings that programs write."""
    pieces = [half for marker in MARKERS for half in (marker[:7], marker[-7:], marker)]
    needles = {
        piece: [piece.encode(way) for way in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le")] for piece in pieces
    }
    number = {text: place for place, text in enumerate(bytes_vocabulary().tokens)}
    ids = np.array([number[spelled(bytes([byte]))] for byte in PAGE.split()[0].encode()], np.int32).tobytes()
    found: dict[str, list[str]] = {}
    for file in sorted(path for path in home.rglob("*") if path.is_file()):
        content = file.read_bytes() + file.name.encode()
        for piece, spellings in needles.items():
            if any(spelling in content for spelling in spellings):
                found.setdefault(file.relative_to(home).as_posix(), []).append(piece)
        if ids in content:
            found.setdefault(file.relative_to(home).as_posix(), []).append("tokens")
    return found


def converse(desk: Desk, loop: Loop, document: Path) -> Outcome:
    """A conversation over a document, with everything that is written down on the way."""
    desk.change_settings(system_prompt=RULE)
    desk.vault.files.keep("draft.txt", DRAFT.encode())
    if desk.presets.find(PRESET) is None:
        desk.presets.add(PRESET)
        desk.presets.remove(desk.presets.add(f"{PRESET} gone").key)
    desk.presets.keep(msgspec.structs.replace(desk.presets.get(PRESET), choices=Choices(instructions=WAY)))
    desk.change_settings(default_preset=PRESET)
    turn, outcome = ask(desk, loop, Wish(QUESTION, read(desk, loop, document), None, thinking=False, sampling=GREEDY))
    assert outcome.error is None
    assert ANSWER in outcome.text
    desk.resume.go_on()
    assert loop.run_until(lambda: desk.resume.is_settled, 30)
    assert turn.chat_id is not None
    chats.rename_chat(desk, turn.chat_id, TITLE)
    desk.store.call(lambda store: store.index_all())
    return outcome


def read(desk: Desk, loop: Loop, document: Path) -> tuple[Document, ...]:
    found: list[Document] = []
    over: list[bool] = []
    job = ReadingJob(desk, [document])
    job.read.connect(found.append)
    job.ended.connect(lambda: over.append(True))
    job.start()
    assert loop.run_until(lambda: bool(over), 30)
    return tuple(found)


def states(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "sessions").glob("*.kv"))


def test_no_word_can_be_read_in_the_profile(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.session.readings.FEWEST_TOKENS", 200)
    home, model, document, secret = tmp_path / "home", tmp_path / "m.gguf", tmp_path / NAME, tmp_path / "phrase.txt"
    script_model(model, f"{ANSWER} and says so.", ctx=8192)
    document.write_text(f"{PAGE} of the wharf. " * 16)
    secret.write_text(PASSPHRASE + "\n")
    monkeypatch.setenv("CARREL_PASSPHRASE_FILE", str(secret))

    with desk_in(home) as (desk, loop):
        load(desk, loop, model, n_ctx=1024)
        converse(desk, loop, document)
        [plain] = states(home)
        readable = {"carrel.db-wal", "draft.txt", "settings.toml", f"sessions/{plain}", f"presets/{PRESET}.toml"}
        assert readable <= traces(home).keys(), "the search finds what is not encrypted"

        told: list[str] = []
        vault.create_vault(desk, PASSPHRASE, told.append, lambda error: pytest.fail(str(error)), cost=FAST)
        assert loop.run_until(lambda: bool(told), 30)
        shelf = home / "sessions"
        assert loop.run_until(lambda: not list(shelf.glob("*.kv*")), 30), "a state goes first, its names after it"
        assert traces(home) == {}, "what was here before is encrypted or gone"
        converse(desk, loop, document)
        [locked] = states(home)
        assert locked != plain, "the name tells nothing of the documents"
        assert traces(home) == {}
        assert desk.presets.get(PRESET).choices.instructions == WAY
        vault.lock(desk)
        assert desk.presets.find(PRESET) is None
        assert desk.settings.default_preset == ""
    assert traces(home) == {}

    with desk_in(home) as (desk, loop):
        assert run_command(desk, loop, read_arguments(["sessions", "--json"])) == 0
        [session] = json.loads(capsys.readouterr().out)["sessions"]
        assert session["documents"] == [NAME]
        assert desk.settings.default_preset == PRESET
        assert desk.presets.get(PRESET).choices.instructions == WAY
        load(desk, loop, model, n_ctx=1024)
        outcome = converse(desk, loop, document)
        assert outcome.receipt.restored_tokens > 300, "the encrypted reading comes back"
        assert run_command(desk, loop, read_arguments(["vault", "remove"])) == 0
        assert desk.presets.get(PRESET).choices.instructions == WAY
    assert {"carrel.db", "draft.txt", "settings.toml", f"presets/{PRESET}.toml"} <= traces(home).keys()
