"""The child dies in mid-answer, twenty times: every partial answer is kept, every time one load brings it back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from app.core.chat import Document, Page
from app.core.child import APP_FOLDER
from app.core.params import Sampling
from app.session.demo import demo_document_path, demo_model_path, demo_question
from app.session.turn import Outcome, Turn, Wish
from app.store.store import Store
from tests.helpers.desk import ask, desk_in, load
from tests.helpers.models import script_model

KILLS = 20
SPOKEN = " ".join(f"clause {number} of the lease says so;" for number in range(400))


@pytest.fixture(scope="module")
def talker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that speaks long enough to be interrupted anywhere."""
    return script_model(tmp_path_factory.mktemp("models") / "talker.gguf", SPOKEN, repeat=True, layers=8, ffn=4096)


@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.timeout(300)  # twenty loads: twenty seconds of a free core
def test_twenty_deaths_keep_twenty_partial_answers(tmp_path: Path, talker: Path) -> None:
    with desk_in(tmp_path) as (desk, loop):
        for number in range(KILLS):
            load(desk, loop, talker, n_ctx=8192)
            turn, heard, ended = _start(desk, f"Question {number}")
            wanted = 40 + 37 * number
            assert loop.run_until(lambda: len("".join(heard)) >= wanted or bool(ended), 60)  # noqa: B023
            assert desk.engine.pid is not None
            os.kill(desk.engine.pid, signal.SIGKILL)
            assert loop.run_until(lambda: bool(ended), 10)  # noqa: B023
            outcome = ended[0]
            assert outcome.state == "failed"
            assert outcome.error is not None
            assert outcome.error.code == "engine_killed"
            kept = desk.store.call(lambda store: store.thread(turn.chat_id or 0)[-1])  # noqa: B023
            assert kept.text == "".join(heard)  # all that was heard, so nothing of the last half second is missing
            assert len(kept.text) >= wanted
            assert kept.state == "failed"
            assert kept.cause == "engine_killed"
        load(desk, loop, talker)
        assert desk.store.call(lambda store: len(store.list_chats())) == KILLS


def _start(desk: object, text: str) -> tuple[Turn, list[str], list[Outcome]]:
    turn = Turn(desk, Wish(text, thinking=False))  # type: ignore[arg-type]
    heard: list[str] = []
    ended: list[Outcome] = []
    turn.spoke.connect(lambda _channel, said, _tokens: heard.append(said))
    turn.ended.connect(ended.append)
    turn.start()
    return turn, heard, ended


def test_an_answer_goes_on_through_a_cut_and_a_death_as_if_it_had_been_one(tmp_path: Path) -> None:
    text = demo_document_path().read_text("utf-8")
    document = Document("/a/demo.md", "demo.md", "text", "0" * 64, (Page(1, text[:1500]),))
    whole, six = Sampling(temperature=0.0), Sampling(temperature=0.0, max_tokens=6)
    with desk_in(tmp_path) as (desk, loop):
        load(desk, loop, demo_model_path(), n_ctx=4096)
        wish = Wish(demo_question(), (document,), thinking=False, sampling=whole)
        _, expected = ask(desk, loop, wish)
        turn, cut = ask(desk, loop, replace(wish, sampling=six))
        assert (cut.state, expected.text.find(cut.text)) == ("length", 0)
        number = desk.store.call(lambda store: store.thread(turn.chat_id or 0)[-1].id)
        dying = Turn(desk, Wish("", continues=number, sampling=whole))
        ended: list[Outcome] = []
        dying.spoke.connect(lambda *_: desk.engine.kill())
        dying.ended.connect(ended.append)
        dying.start()
        assert loop.run_until(lambda: bool(ended), 30)
        kept = desk.store.call(lambda store: store.message(number))
        assert kept.text == ended[0].text
        assert len(kept.text) >= len(cut.text)
        if kept.state != "complete":  # a fast machine may have said all of it before it died
            load(desk, loop, demo_model_path(), n_ctx=4096)
            ask(desk, loop, Wish("", continues=number, sampling=whole))
        kept = desk.store.call(lambda store: store.message(number))
        assert (kept.state, kept.text) == ("complete", expected.text)
        assert kept.usage.prompt_tokens == expected.usage.prompt_tokens
        assert abs(kept.usage.answer_tokens - expected.usage.answer_tokens) <= 1  # the end of an answer is a token


PROGRAM = """
import sys
from pathlib import Path
from app.session.turn import Turn, Wish
from tests.helpers.desk import desk_in, load
with desk_in(Path(sys.argv[1])) as (desk, loop):
    load(desk, loop, Path(sys.argv[2]), 8192)
    turn = Turn(desk, Wish("Read to me", thinking=False))
    turn.spoke.connect(lambda _c, text, _t: print(text, end="", flush=True))
    turn.start()
    loop.run_until(lambda: False, 60)
"""


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_the_program_itself_killed_keeps_all_but_the_last_half_second(tmp_path: Path, talker: Path) -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path), str(talker)], cwd=APP_FOLDER, stdout=subprocess.PIPE
    )
    assert program.stdout is not None
    heard = b""
    told: list[tuple[float, int]] = []
    while len(heard) < 1500 or time.monotonic() - told[0][0] < 1.5:
        heard += os.read(program.stdout.fileno(), 4096)
        told.append((time.monotonic(), len(heard)))
    killed_s = time.monotonic()
    program.send_signal(signal.SIGKILL)
    program.wait()
    program.stdout.close()
    safe = max(length for when, length in told if when <= killed_s - 0.5)
    store = Store(tmp_path / "carrel.db")
    try:
        recovered = store.recover()
    finally:
        store.close()
    assert len(recovered) == 1
    assert recovered[0].cause == "interrupted"
    assert recovered[0].text.startswith(heard[:safe].decode(errors="ignore")[:safe])
    assert len(recovered[0].text.encode()) >= safe


def test_the_next_question_carries_the_document_and_the_partial_answer_stays_in_the_chat(
    tmp_path: Path, talker: Path
) -> None:
    document = Document("/a/lease.txt", "lease.txt", "text", "0" * 64, (Page(1, "The rent is 4,800.", 18),))
    with desk_in(tmp_path) as (desk, loop):
        load(desk, loop, talker)
        turn, heard, ended = _start(desk, "First")
        turn.spoke.connect(lambda *_: turn.stop() if len("".join(heard)) > 60 else None)
        assert loop.run_until(lambda: bool(ended), 30)
        assert ended[0].state == "stopped"
        short = Sampling(max_tokens=24)  # it would speak until the context is full
        again, outcome = ask(desk, loop, Wish("Second", (document,), turn.chat_id, thinking=False, sampling=short))
        assert again.chat_id == turn.chat_id
        assert [(f.path, f.pages, f.tokens, f.dropped_tokens) for f in outcome.receipt.files] == [
            ("/a/lease.txt", 1, 18, 0)
        ]
        thread = desk.store.call(lambda store: store.thread(turn.chat_id or 0))
        assert [message.role for message in thread] == ["user", "assistant", "user", "assistant"]
        assert thread[1].text == "".join(heard)
        assert outcome.usage.cached_tokens > 0


def test_what_does_not_fit_is_refused_with_both_numbers_and_kept_as_a_draft(tmp_path: Path, talker: Path) -> None:
    pages = tuple(Page(number, "word " * 100, 500) for number in range(1, 4))
    document = Document("/a/long.txt", "long.txt", "text", "1" * 64, pages)
    with desk_in(tmp_path) as (desk, loop):
        load(desk, loop, talker, n_ctx=1024)
        turn, outcome = ask(desk, loop, Wish("What does it say?", (document,), thinking=False))
        assert outcome.state == "failed"
        assert outcome.error is not None
        assert outcome.error.code == "does_not_fit"
        assert "1,024" in str(outcome.error)
        chat = desk.store.call(lambda store: store.list_chats()[0])
        assert chat.draft == "What does it say?"
        assert desk.store.call(lambda store: store.thread(turn.chat_id or 0)) == []
