"""Figures from the terminal: a benchmark over depths, the last answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.core.chat import Receipt, Timing, Usage
from app.core.errors import CarrelError
from app.core.loop import Loop
from app.session.benchbook import BenchBook
from app.session.demo import demo_model_path
from app.terminal.arguments import read_arguments
from app.terminal.bench import run_bench, run_figures
from app.ui.sample_computer import SAMPLE_MACHINE
from tests.helpers.fake_engine import Script, ScriptedEngine, make_desk


def test_depths_are_measured_printed_kept_and_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("app.session.loading.take_snapshot", lambda _: SAMPLE_MACHINE)
    loop = Loop()
    desk = make_desk(tmp_path, loop.post, ScriptedEngine(Script("word " * 8, decode_tok_s=62.0)))
    model, file = str(demo_model_path()), str(tmp_path / "run.csv")
    args = read_arguments(["bench", "--model", model, "--depths", "256,512", "--csv", file, "--ctx", "2048"])
    assert run_bench(desk, loop, args) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:3] == ["depth", "read", "tok/s"]
    assert len(lines) == 3
    (kept,) = BenchBook(desk.home.benchmarks_file).list()
    assert [point.decode_tok_s for point in kept.points] == [62.0, 62.0]
    assert len(Path(file).read_text("utf-8-sig").splitlines()) == 3
    everything = read_arguments(["bench", "--model", model, "--depths", "all", "--json", "--ctx", "2048"])
    assert run_bench(desk, loop, everything) == 0
    assert len(json.loads(capsys.readouterr().out)["points"]) == 2
    desk.close()


@pytest.mark.parametrize("wrong", ["0", "512,x", ""])
def test_wrong_depths_are_refused(wrong: str) -> None:
    with pytest.raises(SystemExit):
        read_arguments(["bench", "--depths", wrong])


def test_the_last_answers_are_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    loop = Loop()
    desk = make_desk(tmp_path, loop.post, ScriptedEngine(Script()))
    with pytest.raises(CarrelError, match="No answer has been timed"):
        run_figures(desk, loop, read_arguments(["figures"]))

    def write(store: object) -> None:
        from app.store.store import Store

        assert isinstance(store, Store)
        chat = store.create_chat("The lease")
        question = store.add_message(chat.id, None, "user", "…")
        answer = store.begin_answer(chat.id, question.id, "/m/q.gguf")
        store.finish_answer(answer.id, "complete", Usage(900, 100, 0, 40, 30), Timing(0, 0.8, 2400, 46, 1.6), Receipt())

    desk.store.call(write)
    file = tmp_path / "answers.csv"
    assert run_figures(desk, loop, read_arguments(["figures", "--csv", str(file)])) == 0
    told = capsys.readouterr()
    assert "30/40  The lease" in told.out
    assert "99 of 100 within 0.8 s" in told.err
    assert "The lease,q.gguf,complete,0.800,2400,46" in file.read_text("utf-8-sig")
    desk.close()
