"""What was read once is brought back: after a restart, in a new chat, and only when it is really the same."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.chat import Document, Page
from app.core.loop import Loop
from app.core.params import Sampling
from app.engine import messages as m
from app.session.desk import Desk
from app.session.turn import Outcome, Turn, Wish
from tests.helpers.desk import ask, desk_in
from tests.helpers.models import script_model, tiny_qwen3

N_CTX = 6144
GREEDY = Sampling(temperature=0, max_tokens=12)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_qwen3(tmp_path_factory.mktemp("models") / "reader.gguf")


def document(name: str = "lease.txt", seed: str = "clause ") -> Document:
    pages = tuple(Page(number, f"{seed}{number} " * 60) for number in range(1, 5))
    return Document(f"/a/{name}", name, "text", name.rjust(64, "0"), pages)


def load(desk: Desk, loop: Loop, path: Path, **spec: object) -> None:
    request = desk.engine.load(m.Load(0, str(path), n_ctx=N_CTX, **spec), lambda _: None)  # type: ignore[arg-type]
    assert loop.run_until(lambda: request.ended, 60)
    assert request.error is None, request.error


def question(desk: Desk, loop: Loop, text: str, *documents: Document, chat: int | None = None) -> Outcome:
    """An answer over documents, after which everything that is to be kept is kept."""
    _, outcome = ask(desk, loop, Wish(text, documents, chat, thinking=False, sampling=GREEDY))
    assert outcome.error is None, outcome.error
    desk.resume.go_on()
    assert loop.run_until(lambda: desk.resume.is_settled, 30)
    return outcome


def states(desk: Desk) -> list[Path]:
    return sorted(desk.home.sessions_folder.glob("*.kv"))


def test_a_new_chat_after_a_restart_goes_on_from_what_was_read(tmp_path: Path, model: Path) -> None:
    with desk_in(tmp_path) as (desk, loop):
        load(desk, loop, model)
        fresh = question(desk, loop, "What is due?", document())
        assert fresh.receipt.restored_tokens == 0
        assert len(states(desk)) == 1
        [session] = desk.resume.shelf.sessions()
        assert session.documents == ("lease.txt",)
        other = question(desk, loop, "When?", document())
    with desk_in(tmp_path) as (desk, loop):
        load(desk, loop, model)
        told: list[float] = []
        turn = Turn(desk, Wish("When?", (document(),), thinking=False, sampling=GREEDY))
        ended: list[Outcome] = []
        turn.resuming.connect(told.append)
        turn.ended.connect(ended.append)
        turn.start()
        assert loop.run_until(lambda: bool(ended), 30)
        receipt = ended[0].receipt
        assert receipt.restored_tokens == receipt.cached_tokens >= session.sidecar.tokens - 1
        assert ended[0].text == other.text  # word for word what an engine says that has read it itself
        assert len(told) == 1
        again = question(desk, loop, "Where?", document())
        assert again.receipt.restored_tokens == 0  # the engine holds it already
        assert again.receipt.cached_tokens >= session.sidecar.tokens


def test_it_is_saved_once_and_not_for_short_documents_or_when_switched_off(tmp_path: Path, model: Path) -> None:
    with desk_in(tmp_path) as (desk, loop):
        load(desk, loop, model)
        kept: list[int] = []
        desk.resume.kept.connect(lambda tokens, _size: kept.append(tokens))
        short = Document("/a/s.txt", "s.txt", "text", "1" * 64, (Page(1, "word " * 100),))
        question(desk, loop, "Q", short)
        assert states(desk) == []
        desk.change_settings(keep_sessions=False)
        question(desk, loop, "Q", document())
        assert states(desk) == []
        desk.change_settings(keep_sessions=True)
        ask(desk, loop, Wish("Q1", (document(),), thinking=False, sampling=GREEDY))
        desk.resume.go_on(time.monotonic())  # too early: the next question may be on its way
        assert not desk.engine.is_busy
        assert not desk.resume.is_settled
        question(desk, loop, "Q2", document())
        assert len(kept) == len(states(desk)) == 1


def test_a_damaged_session_is_read_anew_deleted_and_made_again(tmp_path: Path, model: Path) -> None:
    with desk_in(tmp_path) as (desk, loop):
        load(desk, loop, model)
        first = question(desk, loop, "What?", document())
        [path] = states(desk)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)
    with desk_in(tmp_path) as (desk, loop):
        load(desk, loop, model)
        outcome = question(desk, loop, "What?", document())
        assert outcome.receipt.restored_tokens == 0
        assert outcome.receipt.cached_tokens == 0
        assert outcome.text == first.text
        [again] = desk.resume.shelf.sessions()
        assert again.size_bytes == len(content)


def test_another_way_of_loading_takes_another_session(tmp_path: Path, model: Path) -> None:
    with desk_in(tmp_path) as (desk, loop):
        load(desk, loop, model)
        question(desk, loop, "What?", document())
        load(desk, loop, model, kv_type="q8_0")
        outcome = question(desk, loop, "What?", document())
        assert outcome.receipt.restored_tokens == 0
        assert len(states(desk)) == 2


def test_sessions_stay_within_their_budget_and_the_oldest_goes_first(tmp_path: Path, model: Path) -> None:
    with desk_in(tmp_path) as (desk, loop):
        load(desk, loop, model)
        names = ("one.txt", "two.txt", "three.txt")
        question(desk, loop, "Q", document(names[0]))
        size_gb = desk.resume.shelf.sessions()[0].size_bytes / 1e9
        desk.change_settings(sessions_gb=size_gb * 2.5)
        for name in names[1:]:
            question(desk, loop, "Q", document(name))
        assert [one.documents for one in desk.resume.shelf.sessions()] == [("three.txt",), ("two.txt",)]
        desk.change_settings(sessions_gb=size_gb / 2)
        question(desk, loop, "Q", document("four.txt"))
        assert desk.resume.shelf.sessions() == []


def test_a_disk_that_is_full_costs_the_session_and_nothing_else(
    tmp_path: Path, model: Path, small_files: Callable[[int, int], None]
) -> None:
    with desk_in(tmp_path) as (desk, loop):
        load(desk, loop, model)
        assert desk.engine.pid is not None
        small_files(desk.engine.pid, 50_000)
        told: list[str] = []
        desk.noticed.connect(told.append)
        outcome = question(desk, loop, "What?", document())
        assert outcome.state in ("complete", "length")
        assert list(desk.home.sessions_folder.glob("*.kv*")) == []
        assert len(told) == 1
        assert "disk is full" in told[0]
        assert question(desk, loop, "And?", document()).receipt.cached_tokens > 2000


@pytest.fixture
def small_files() -> Callable[[int, int], None]:
    resource = pytest.importorskip("resource")

    def limit(pid: int, size_bytes: int) -> None:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size_bytes, size_bytes))

    return limit


def test_a_thought_is_left_out_of_history_and_the_document_is_not_read_again(tmp_path: Path) -> None:
    model = script_model(tmp_path / "thinker.gguf", "The rent is 4,800.", thinking="Let me look at page two. " * 8)
    with desk_in(tmp_path / "home") as (desk, loop):
        load(desk, loop, model)
        turn, first = ask(desk, loop, Wish("What is the rent?", (document(),)))
        assert first.thinking.count("page two") == 8
        _, second = ask(desk, loop, Wish("And when?", chat_id=turn.chat_id))
        read_first = first.usage.prompt_tokens  # up to where the thought began
        assert second.usage.cached_tokens >= read_first - 1
        fresh = second.usage.prompt_tokens - second.usage.cached_tokens
        assert fresh < 100  # the answer without its thought, and the question
        assert second.usage.prompt_tokens < read_first + len("The rent is 4,800.") + 120  # one token a byte at most
