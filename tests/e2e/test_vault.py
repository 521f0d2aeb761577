"""The real program in a vault: what is asked, answered, read, typed and saved leaves no readable byte."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from app.core.chat import Document
from app.core.loop import Loop
from app.core.params import Sampling
from app.core.passphrase import Cost
from app.session import chats, vault
from app.session.desk import Desk
from app.session.documents import ReadingJob
from app.session.turn import Wish
from app.terminal.arguments import read_arguments
from app.terminal.commands import run_command
from resources.demo.make.vocab import spelled
from tests.helpers.desk import ask, desk_in, load
from tests.helpers.models import bytes_vocabulary, script_model

QUESTION, ANSWER, TITLE = "Heronwharf asks", "Bitternreed answers", "Grebewater title"
PAGE, NAME, DRAFT, RULE = "Ternisland lease", "Cootmarsh.txt", "Dunlinshore draft", "Ruffmeadow rule"
MARKERS = (QUESTION, ANSWER, TITLE, PAGE, NAME, DRAFT, RULE)
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


def use(home: Path, folder: Path, *, in_vault: bool) -> None:
    """A conversation over a document, with everything that is written down on the way."""
    model, document = folder / "model.gguf", folder / NAME
    script_model(model, f"{ANSWER} and says so.", ctx=8192)
    document.write_text(f"{PAGE} of the wharf. " * 16)
    with desk_in(home) as (desk, loop):
        if in_vault:
            told: list[str] = []
            vault.create_vault(desk, PASSPHRASE, told.append, lambda error: pytest.fail(str(error)), cost=FAST)
            assert loop.run_until(lambda: bool(told), 30)
        desk.change_settings(system_prompt=RULE)
        desk.vault.files.keep("draft.txt", DRAFT.encode())
        load(desk, loop, model, n_ctx=1024)
        documents = tuple(read_all(desk, loop, document))
        turn, outcome = ask(desk, loop, Wish(QUESTION, documents, None, thinking=False, sampling=GREEDY))
        assert outcome.error is None
        desk.resume.go_on()
        assert loop.run_until(lambda: desk.resume.is_settled, 30)
        assert len(list(desk.home.sessions_folder.glob("*.kv"))) == 1
        assert turn.chat_id is not None
        chats.rename_chat(desk, turn.chat_id, TITLE)
        said = desk.store.call(lambda store: store.thread(turn.chat_id or 0))
        assert ANSWER in said[-1].text
    (home / "models").mkdir(exist_ok=True)


def read_all(desk: Desk, loop: Loop, document: Path) -> list[Document]:
    read: list[Document] = []
    over: list[bool] = []
    job = ReadingJob(desk, [document])
    job.read.connect(read.append)
    job.ended.connect(lambda: over.append(True))
    job.start()
    assert loop.run_until(lambda: bool(over), 30)
    return read


def test_no_word_can_be_read_in_the_profile(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.session.resume.FEWEST_TOKENS", 200)
    plain, locked = tmp_path / "plain", tmp_path / "locked"
    for folder in (plain, locked):
        folder.mkdir()
    use(plain / "home", plain, in_vault=False)
    readable = traces(plain / "home")
    assert {"carrel.db", "draft.txt", "settings.toml"} <= readable.keys(), "the search finds what is not encrypted"
    assert any(name.endswith(".kv") for name in readable)

    use(locked / "home", locked, in_vault=True)
    assert traces(locked / "home") == {}

    secret = tmp_path / "passphrase.txt"
    secret.write_text(PASSPHRASE + "\n")
    monkeypatch.setenv("CARREL_PASSPHRASE_FILE", str(secret))
    with desk_in(locked / "home") as (desk, loop):
        assert run_command(desk, loop, read_arguments(["sessions", "--json"])) == 0
        [session] = json.loads(capsys.readouterr().out)["sessions"]
        assert session["documents"] == [NAME]
        load(desk, loop, locked / "model.gguf", n_ctx=1024)
        documents = tuple(read_all(desk, loop, locked / NAME))
        _, outcome = ask(desk, loop, Wish(QUESTION, documents, None, thinking=False, sampling=GREEDY))
        assert outcome.receipt.restored_tokens > 300, "the encrypted reading comes back"
        assert run_command(desk, loop, read_arguments(["vault", "remove"])) == 0
    assert traces(locked / "home").keys() >= {"carrel.db", "draft.txt", "settings.toml"}
