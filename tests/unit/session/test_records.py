"""What an answer was made with is kept, told, and made again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.core.chat import Document, Page
from app.core.errors import CarrelError
from app.core.loop import Loop
from app.core.params import Choices, Sampling
from app.core.record import AdapterUsed, EngineUsed, LibraryUsed, ModelUsed, Origin
from app.engine import messages as m
from app.session.desk import Desk
from app.session.record.comparing import Comparison, comparison_words, find_parting
from app.session.record.differing import differences, doubts
from app.session.record.report import Record, open_record, record_bytes, record_facts, save_record
from app.session.record.rerun import Rerun
from app.session.turn import Outcome, Turn, Wish
from tests.helpers.fake_engine import Script, ScriptedEngine, make_desk
from tests.helpers.models import tiny_qwen3

LEASE = Document(
    "/a/lease.pdf", "lease.pdf", "pdf", "ab" * 32, (Page(1, "Rent 900", 3), Page(2, "No dogs", 2)), chosen=(2,)
)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_qwen3(tmp_path_factory.mktemp("models") / "Tiny-Q8_0.gguf")


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine(Script(answer="Dogs are not kept. [D1 p.2]", thinking="Page two."))


@pytest.fixture
def desk(tmp_path: Path, engine: ScriptedEngine, model: Path) -> Iterator[tuple[Desk, Loop]]:
    loop = Loop()
    made = make_desk(tmp_path / "home", loop.post, engine)
    load = made.engine.load(
        m.Load(0, str(model), n_ctx=2048, kv_type="q8_0", adapters=(m.Adapter("/l", 0.5),)), lambda _: None
    )
    assert loop.run_until(lambda: load.ended, 10)
    yield made, loop
    made.close()


def _ask(desk: Desk, loop: Loop, **wish: object) -> int:
    """The number of the answer, when its origin is kept and its model's hash known."""
    turn = Turn(desk, Wish("Dogs?", (LEASE,), choices=Choices(instructions="Be brief."), **wish))  # type: ignore[arg-type]
    ended: list[Outcome] = []
    answers: list[int] = []
    turn.asked.connect(lambda _question, answer: answers.append(answer.id))
    turn.ended.connect(ended.append)
    turn.start()
    assert loop.run_until(lambda: bool(ended), 10)
    assert loop.run_until(lambda: _has_hash(desk, answers[0]), 10)
    return answers[0]


def _has_hash(desk: Desk, message_id: int) -> bool:
    origin = desk.store.call(lambda store: store.origin_of(message_id))
    return origin is not None and bool(origin.model.sha256)


def _rerun(desk: Desk, loop: Loop, message_id: int) -> Comparison:
    done: list[Comparison] = []
    errors: list[CarrelError] = []
    Rerun(desk, message_id, done.append, errors.append).start()
    assert loop.run_until(lambda: bool(done or errors), 10)
    assert not errors, errors
    return done[0]


def test_everything_that_decides_is_kept(desk: tuple[Desk, Loop], model: Path) -> None:
    made, loop = desk
    message_id = _ask(made, loop, sampling=Sampling(temperature=0.3, seed=77), thinking=True)
    record = _open(made, loop, message_id)
    origin = record.origin
    assert origin.model.sha256 == hashlib.sha256(model.read_bytes()).hexdigest()
    assert (origin.model.size_bytes, origin.model.quantization) == (model.stat().st_size, "Q8_0")
    assert len(origin.model.template_sha256) == 64
    assert (origin.sampling.seed, origin.sampling.temperature, origin.thinking) == (77, 0.3, True)
    assert (origin.engine.kv_type, origin.engine.adapters) == ("q8_0", (AdapterUsed("/l", 0.5),))
    assert origin.system_prompt == "Be brief."
    assert [(one.name, one.sha256, one.pages, one.total_pages) for one in origin.documents] == [
        ("lease.pdf", "ab" * 32, "2", 2)
    ]
    assert origin.asked_at <= origin.ended_at
    facts = dict(record_facts(record))
    assert facts["Seed"] == "77"
    assert facts["D1"] == f"lease.pdf · pages 2 of 2 · SHA-256 {'ab' * 32}"


def test_a_seed_that_nobody_chose_is_known(desk: tuple[Desk, Loop]) -> None:
    made, loop = desk
    assert _open(made, loop, _ask(made, loop)).origin.sampling.seed is not None


def test_a_record_is_written_in_three_formats(desk: tuple[Desk, Loop], tmp_path: Path) -> None:
    made, loop = desk
    record = _open(made, loop, _ask(made, loop))
    files: list[Path] = []
    for name in ("r.json", "r.html", "r.md"):
        save_record(made, record, tmp_path / name, files.append, lambda error: pytest.fail(str(error)))
    assert loop.run_until(lambda: len(files) == 3, 10)
    content = json.loads((tmp_path / "r.json").read_text())
    assert (content["format"], content["version"]) == ("carrel-record", 1)
    assert content["origin"]["model"]["sha256"] == record.origin.model.sha256
    for name in ("r.html", "r.md"):
        assert record.origin.model.sha256 in (tmp_path / name).read_text("utf-8")
    assert msgspec.json.decode(record_bytes(record, ".json"), type=Record) == record


def test_the_same_answer_is_found_the_same_and_leaves_nothing(desk: tuple[Desk, Loop], engine: ScriptedEngine) -> None:
    made, loop = desk
    message_id = _ask(made, loop)
    before = made.store.call(lambda store: store.all_messages(1))
    comparison = _rerun(made, loop, message_id)
    assert comparison.is_same
    assert comparison.differences == ()
    assert made.store.call(lambda store: store.all_messages(1)) == before
    first, again = engine.links[0].generated[-2:]
    assert (again.turns, again.sampling, again.thinking, again.side) == (
        first.turns,
        first.sampling,
        first.thinking,
        True,
    )


def test_another_text_and_its_reasons_are_told(desk: tuple[Desk, Loop], engine: ScriptedEngine, model: Path) -> None:
    made, loop = desk
    message_id = _ask(made, loop)
    engine.script = Script("Dogs are kept.", "Page two.")
    request = made.engine.load(m.Load(0, str(model), n_ctx=4096, kv_type="f16"), lambda _: None)
    for link in engine.links:
        link._script = engine.script
    assert loop.run_until(lambda: request.ended, 10)
    comparison = _rerun(made, loop, message_id)
    assert comparison.parting is not None
    assert (comparison.parting.where, comparison.parting.at) == ("answer", 9)
    assert comparison.parting.then.startswith("not kept")
    assert comparison_words(comparison) == "Another text came out: the answers part at character 10."
    told = " ".join(comparison.differences)
    for words in ("4096 instead of 2048", "f16 instead of q8_0", "Other adapters"):
        assert words in told


def test_what_has_no_record_says_so(desk: tuple[Desk, Loop]) -> None:
    made, loop = desk
    message_id = _ask(made, loop)
    made.store.call(lambda store: store._db.execute("DELETE FROM origins"))
    errors: list[CarrelError] = []
    Rerun(made, message_id, lambda _: None, errors.append).start()
    open_record(made, message_id, lambda _: None, errors.append)
    assert loop.run_until(lambda: len(errors) == 2, 10)
    assert {error.code for error in errors} == {"no_origin"}


def test_an_answer_of_several_passes_has_a_record_and_is_not_made_again(desk: tuple[Desk, Loop]) -> None:
    made, loop = desk
    message_id = _ask(made, loop)
    origin = msgspec.structs.replace(_open(made, loop, message_id).origin, passes=3)
    made.store.call(lambda store: store.keep_origin(message_id, origin))
    errors: list[CarrelError] = []
    Rerun(made, message_id, lambda _: None, errors.append).start()
    assert loop.run_until(lambda: bool(errors), 10)
    assert errors[0].code == "answer_of_passes"
    assert dict(record_facts(_open(made, loop, message_id)))["Passes"] == "3"


def test_a_rerun_can_be_stopped(desk: tuple[Desk, Loop], engine: ScriptedEngine) -> None:
    made, loop = desk
    message_id = _ask(made, loop)
    errors: list[CarrelError] = []
    rerun = Rerun(made, message_id, lambda _: None, errors.append)
    rerun.progressed.connect(lambda _what, _done, _total: rerun.stop())
    rerun.start()
    assert loop.run_until(lambda: bool(errors), 10)
    assert errors[0].code == "cancelled"


def test_parting_is_found_where_it_is() -> None:
    assert find_parting(("t", "abc"), ("t", "abc"), cut_then=False) is None
    assert find_parting(("t", "ab"), ("t", "abc"), cut_then=True) is None
    whole = find_parting(("t", "ab"), ("t", "abc"), cut_then=False)
    assert whole is not None
    assert (whole.where, whole.at, whole.then, whole.now) == ("answer", 2, "", "c")
    thought = find_parting(("tx", ""), ("ty", "abc"), cut_then=True)
    assert thought is not None
    assert (thought.where, thought.at) == ("thinking", 1)


def test_differences_are_named_and_doubts_only_where_there_are_some() -> None:
    then = Origin("1", model=ModelUsed("/a.gguf", 1, "aa"), engine=EngineUsed("b1 | x", ("CPU",), "550"))
    assert differences(then, then) == ()
    assert doubts(then, then) == ()
    now = msgspec.structs.replace(
        then, model=ModelUsed("/b.gguf", 1, "bb"), engine=EngineUsed("b2 | x", ("CUDA0",), "570", n_gpu_layers=-1)
    )
    files = LibraryUsed("libggml.so", "1"), LibraryUsed("libllama.so", "2")
    built = msgspec.structs.replace(then, engine=EngineUsed("b1", ("CPU",), "550", commit="c1", libraries=files))
    other = msgspec.structs.replace(
        built.engine, commit="c2", libraries=(files[0], LibraryUsed("libllama.so", "3"), LibraryUsed("libx.so", "4"))
    )
    assert differences(built, msgspec.structs.replace(built, engine=other)) == (
        "The engine was made from other sources: c2 instead of c1.",
        "Files of the engine are others: libllama.so, libx.so.",
    )
    assert differences(then, built) == (), "what an older record does not know is no difference"
    told = " ".join(differences(then, now))
    for words in ("b.gguf instead of a.gguf", "b2 instead of b1", "CUDA0 instead of CPU", "570 instead of 550"):
        assert words in told
    assert len(doubts(msgspec.structs.replace(then, others=2, reloaded=True, spoken_chars=3), now)) == 4


def _open(desk: Desk, loop: Loop, message_id: int) -> Record:
    found: list[Record] = []
    open_record(desk, message_id, found.append, lambda error: pytest.fail(str(error)))
    assert loop.run_until(lambda: bool(found), 10)
    return found[0]
