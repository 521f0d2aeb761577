"""A record's model is found by its hash, wherever it lies now, and what was in memory before comes back after it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.chat import Document
from app.core.errors import CarrelError
from app.core.loop import Loop
from app.session.desk import Desk
from app.session.loading import load_model
from app.session.record.borrowing import BorrowedRerun, is_loaded_alike
from app.session.record.comparing import Comparison
from app.session.record.report import Record, open_record
from app.session.turn import Outcome, Turn, Wish
from app.ui.sample_computer import SAMPLE_MACHINE
from tests.helpers.fake_engine import Script, ScriptedEngine, make_desk
from tests.helpers.models import tiny_qwen3


@pytest.fixture(autouse=True)
def _machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.session.loading.take_snapshot", lambda _: SAMPLE_MACHINE)


def load(desk: Desk, loop: Loop, path: Path) -> None:
    done, errors = list[object](), list[CarrelError]()
    load_model(desk, path, done.append, errors.append)
    assert loop.run_until(lambda: bool(done or errors), 10)
    assert not errors, errors


def ask(desk: Desk, loop: Loop) -> Record:
    turn, ended, ids = Turn(desk, Wish("Dogs?", tuple[Document, ...]())), list[Outcome](), list[int]()
    turn.asked.connect(lambda _, answer: ids.append(answer.id))
    turn.ended.connect(ended.append)
    turn.start()
    assert loop.run_until(lambda: bool(ended), 10)

    def has_hash() -> bool:
        origin = desk.store.call(lambda store: store.origin_of(ids[0]))
        return origin is not None and bool(origin.model.sha256)

    assert loop.run_until(has_hash, 10)
    found = list[Record]()
    open_record(desk, ids[0], found.append, lambda error: pytest.fail(str(error)))
    assert loop.run_until(lambda: bool(found), 10)
    return found[0]


def test_another_model_gives_way_and_comes_back(tmp_path: Path) -> None:
    loop, engine = Loop(), ScriptedEngine(Script("Dogs are not kept."))
    desk = make_desk(tmp_path / "home", loop.post, engine)
    models = desk.home.models
    first = tiny_qwen3(models / "First-Q8_0.gguf")
    load(desk, loop, first)
    record = ask(desk, loop)
    assert is_loaded_alike(desk, record.origin)
    moved = first.rename(models / "Renamed-Q8_0.gguf")
    second = tiny_qwen3(models / "Second-Q8_0.gguf")
    second.write_bytes(second.read_bytes() + b"\0" * 32)
    load(desk, loop, second)
    assert not is_loaded_alike(desk, record.origin)
    plan = desk.plan

    stages, done, back = list[str](), list[Comparison](), list[bool]()
    rerun = BorrowedRerun(desk, record.answer.id, record.origin, done.append, lambda error: pytest.fail(str(error)))
    rerun.progressed.connect(lambda what, _done, _total: stages.append(what))
    rerun.returned.connect(lambda: back.append(True))
    rerun.start()
    assert loop.run_until(lambda: bool(back), 10)
    assert done[0].is_same
    assert [stage for stage in dict.fromkeys(stages) if stage.endswith("ing")] == [
        "looking", "loading", "reading", "writing", "returning",
    ]  # fmt: skip
    loads = [spec.path for link in engine.links for spec in link.loaded]
    assert [Path(path) for path in loads] == [first, second, moved, second]
    assert desk.engine.state.path == str(second)
    assert desk.plan is not None
    assert plan is not None
    assert (desk.plan.n_ctx, desk.plan.kv_type) == (plan.n_ctx, plan.kv_type)
    assert desk.settings.last_model == str(second)
    desk.close()


def test_a_model_that_does_not_come_back_is_told(tmp_path: Path) -> None:
    loop, engine = Loop(), ScriptedEngine(Script("Dogs are not kept."))
    desk = make_desk(tmp_path / "home", loop.post, engine)
    first = tiny_qwen3(desk.home.models / "First-Q8_0.gguf")
    load(desk, loop, first)
    record = ask(desk, loop)
    second = tiny_qwen3(desk.home.models / "Second-Q8_0.gguf")
    second.write_bytes(second.read_bytes() + b"\0" * 32)
    load(desk, loop, second)
    told, done, back = list[str](), list[Comparison](), list[bool]()
    desk.noticed.connect(told.append)
    rerun = BorrowedRerun(desk, record.answer.id, record.origin, done.append, lambda error: pytest.fail(str(error)))
    rerun.progressed.connect(lambda what, *_: second.write_bytes(b"broken") if what == "returning" else None)
    rerun.returned.connect(lambda: back.append(True))
    rerun.start()
    assert loop.run_until(lambda: bool(back), 10)
    assert done[0].is_same
    assert len(told) == 1
    assert second.name in told[0]
    desk.close()


def test_a_model_that_is_gone_is_named_and_nothing_is_unloaded(tmp_path: Path) -> None:
    loop, engine = Loop(), ScriptedEngine(Script("Dogs are not kept."))
    desk = make_desk(tmp_path / "home", loop.post, engine)
    first = tiny_qwen3(tmp_path / "First-Q8_0.gguf")
    load(desk, loop, first)
    record = ask(desk, loop)
    content = first.read_bytes()
    first.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))  # as large, but another file
    errors, back = list[CarrelError](), list[bool]()
    rerun = BorrowedRerun(desk, record.answer.id, record.origin, lambda _: None, errors.append)
    rerun.returned.connect(lambda: back.append(True))
    rerun.start()
    assert loop.run_until(lambda: bool(back), 10)
    assert errors[0].code == "recorded_model_gone"
    assert desk.engine.state.has_model
    desk.close()
