from __future__ import annotations

import csv
from pathlib import Path

import pytest

from app.core.chat import Receipt, Timing, Usage
from app.core.chatfile import ChatCopy, MessageCopy
from app.core.errors import CarrelError
from app.core.loop import Loop
from app.core.params import Sampling
from app.engine import messages as m
from app.perf.alerts import Alert
from app.perf.meter import Figures
from app.session.alert_words import alert_line, alert_words
from app.session.benchbook import BenchBook, BenchPoint, BenchResult, bench_csv, change_share, comparable
from app.session.benchmark import Benchmark, deepest, duration_s, usual_depths
from app.session.desk import Desk
from app.session.figures import answers_csv, history_csv, save_figures, summarize
from app.store.store import Store
from app.ui.sample_computer import SampleTelemetry
from tests.helpers.fake_engine import Script, ScriptedEngine, make_desk


def make(folder: Path, script: Script) -> tuple[Desk, Loop]:
    loop = Loop()
    desk = make_desk(folder, loop.post, ScriptedEngine(script))
    load = desk.engine.load(m.Load(0, "/m/q.gguf", n_ctx=9_000, kv_type="q8_0"), lambda _: None)
    assert loop.run_until(lambda: load.ended, 30)
    return desk, loop


def run(desk: Desk, loop: Loop, depths: tuple[int, ...], stop_after: int = 0) -> tuple[list[BenchPoint], object]:
    bench, points, ends = Benchmark(desk, depths, 8), list[BenchPoint](), list[object]()
    bench.measured.connect(points.append)
    bench.measured.connect(lambda _: bench.stop() if len(points) == stop_after else None)
    bench.ended.connect(ends.append)
    bench.failed.connect(ends.append)
    bench.start()
    assert loop.run_until(lambda: bool(ends), 10)
    return points, ends[0]


def test_depths_are_met_and_grow(tmp_path: Path) -> None:
    desk, loop = make(tmp_path, Script("word " * 8, costs=(m.Cost(1, 0, 20.0), m.Cost(1, 1000, 40.0))))
    points, result = run(desk, loop, (2_000, 512, 50_000, 512))
    assert isinstance(result, BenchResult)
    assert len(points) == 3
    for point, wanted in zip(points, (512, 2_000, deepest(9_000)), strict=True):
        assert point.depth_tokens == pytest.approx(wanted, rel=0.05), "the last does not fit and is moved to the end"
    assert points[0].expected_tok_s == pytest.approx(1000 / (20 + 20 * points[0].depth_tokens / 1000))
    assert (result.n_ctx, result.kv_type, result.model, result.points) == (9_000, "q8_0", "q.gguf", tuple(points))
    assert result.machine
    desk.close()


def test_a_stopped_run_keeps_what_it_has_and_without_a_model_there_is_none(tmp_path: Path) -> None:
    desk, loop = make(tmp_path, Script("word " * 8))
    points, result = run(desk, loop, (256, 512, 1024), stop_after=1)
    assert isinstance(result, BenchResult)
    assert len(points) == len(result.points) == 1
    busy = desk.engine.generate((m.Turn("user", "Hello"),), Sampling(), lambda _: None)
    bench, refusals = Benchmark(desk, (256,)), list[CarrelError]()
    bench.failed.connect(refusals.append)
    bench.start()
    assert [error.code for error in refusals] == ["bench_beside_answer"]
    assert loop.run_until(lambda: busy.ended, 30)
    unloaded = desk.engine.unload()
    assert unloaded is not None
    assert loop.run_until(lambda: unloaded.ended, 30)
    _, failed = run(desk, loop, (256,))
    assert isinstance(failed, CarrelError)
    desk.close()


def test_usual_depths_end_where_the_context_does() -> None:
    assert usual_depths(40_960) == (512, 2_048, 8_192, 16_384, 32_768, deepest(40_960))
    assert usual_depths(40_960, 8_192) == (512, 2_048, 8_192)
    assert usual_depths(1_000) == (512, 808)
    assert usual_depths(300) == (128,)
    assert duration_s((512, 8_192), 1024, 64) == 8 + 3
    assert duration_s((), 1024, 64) == duration_s((512,), 0, 64) == 0


def result_at(at_s: float, speed: float, model: str = "a.gguf") -> BenchResult:
    points = tuple(BenchPoint(depth, depth, 64, 900.0, speed, 0.5, 1.0, 50.0) for depth in (500, 2_000))
    return BenchResult(at_s, f"/m/{model}", "qwen3", 8_192, "f16", "RTX 4090", "570", "b1 | CUDA : …", "1", points)


def test_runs_are_kept_compared_and_come_back(tmp_path: Path) -> None:
    book = BenchBook(tmp_path / "benchmarks.json")
    assert book.list() == ()
    old, new, other = result_at(1.0, 40.0), result_at(2.0, 44.0), result_at(3.0, 9.0, "b.gguf")
    for one in (new, old, other):
        book.keep(one)
    assert [one.at_s for one in BenchBook(tmp_path / "benchmarks.json").list()] == [3.0, 2.0, 1.0]
    assert comparable(new, book.list()) == [old]
    share = change_share(new, old)
    assert share is not None
    assert share == pytest.approx(0.1)
    assert new.engine == "b1"
    book.remove(2.0)
    assert [one.at_s for one in book.list()] == [3.0, 1.0]
    book.keep(new)
    assert len(book.list()) == 3
    rows = list(csv.DictReader(bench_csv([new]).decode("utf-8-sig").splitlines()))
    assert [(row["model"], row["depth_tokens"], row["decode_tok_s"]) for row in rows] == [
        ("a.gguf", "500", "44.00"),
        ("a.gguf", "2000", "44.00"),
    ]
    (tmp_path / "benchmarks.json").write_bytes(b"{broken")
    assert book.list() == ()
    assert (tmp_path / "benchmarks.json.damaged").read_bytes() == b"{broken", "nothing of the user's is overwritten"


def test_answers_are_listed_summed_and_written(tmp_path: Path) -> None:
    store = Store(tmp_path / "c.db", lambda: 1_700_000_000.0)
    chat, gone = store.create_chat("=SUM(A1)"), store.create_chat("gone")
    for number, owner in enumerate([chat] * 3 + [gone]):
        question = store.add_message(owner.id, None, "user", "…")
        answer = store.begin_answer(owner.id, question.id, "/m/q.gguf")
        usage = Usage(1_000, 50, 400, 20 * number, 10 * number)
        store.finish_answer(answer.id, "complete", usage, Timing(0, 1.0 + number, 900.0, 40.0 - number, 1.5), Receipt())
    store.delete_chat(gone.id)
    foreign = ChatCopy("Of another program", 1.0, 1.0, (MessageCopy(1, "assistant", "So.", 1.0),))
    assert store.take_in(foreign, {}, "ChatGPT") is not None
    answers = store.answer_figures()
    assert [one.ttft_s for one in answers] == [3.0, 2.0, 1.0], (
        "the newest first, without those in the bin or from elsewhere"
    )
    assert (answers[0].read_tokens, answers[0].depth_tokens, answers[0].accepted_tokens) == (600, 1_050, 20)
    assert len(store.answer_figures(2)) == 2
    summary = summarize(answers)
    assert (summary.ttft_p50_s, summary.ttft_p99_s) == (2.0, 3.0)
    assert (summary.decode_p50_tok_s, summary.decode_p99_tok_s, summary.accepted_share) == (39.0, 38.0, 0.5)
    assert summarize([]).ttft_p50_s is None
    save_figures(tmp_path / "answers.csv", answers_csv(answers))
    rows = list(csv.DictReader((tmp_path / "answers.csv").read_text("utf-8-sig").splitlines()))
    assert rows[0]["chat"] == "'=SUM(A1)", "no formula for a spreadsheet"
    assert (rows[0]["time"], rows[0]["ttft_s"], rows[0]["draft_gain"]) == ("2023-11-14T22:13:20Z", "3", "1.500")
    store.close()


def test_the_monitor_keeps_an_hour_and_judges_it(tmp_path: Path) -> None:
    desk, loop = make(tmp_path, Script("word " * 30, delay_s=0.002, ttft_s=45.0))
    monitor, telemetry = desk.monitor, SampleTelemetry()
    telemetry.sampled.connect(monitor.take)
    telemetry.play(seconds=4)
    assert [alert.kind for alert in monitor.alerts.active] == ["vram"]
    assert "Close other programs" in alert_words(monitor.alerts.active[0])
    answer = desk.engine.generate((m.Turn("user", "Hello"),), Sampling(), lambda _: None)
    speeds = list[float | None]()

    def look() -> bool:
        telemetry.play(seconds=1)
        assert monitor.moment is not None
        speeds.append(monitor.moment.decode_tok_s)
        return answer.ended

    assert loop.run_until(look, 10)
    assert max(speed or 0 for speed in speeds) > 0
    telemetry.play(seconds=1)
    assert monitor.moment is not None
    assert monitor.moment.decode_tok_s is None
    assert monitor.latency()[0] == 45.0
    kinds = {alert.kind: alert for alert in monitor.alerts.active}
    assert "45 s; your limit is 30 s" in alert_words(kinds["ttft"])
    queue = monitor.count_waiting(lambda: 5)
    telemetry.play(seconds=4)
    assert "5 questions wait" in alert_words({alert.kind: alert for alert in monitor.alerts.active}["waiting"])
    queue()
    telemetry.gpu = {"temperature_c": 91.0, "throttle": ("heat",)}
    telemetry.play(seconds=5)
    assert [alarm.key for alarm in monitor.alarms] == ["heat"]
    assert "temperature" in {alert.kind for alert in monitor.alerts.active}
    assert "temperature" not in {alert.kind for alert in monitor.loud}, "its cause is told already"
    rows = list(csv.DictReader(history_csv(monitor).decode("utf-8-sig").splitlines()))
    assert len(rows) == len(monitor.history)
    last = rows[-1]
    assert (last["gpu_temperature_c"], last["gpu_slowed"], last["vram_total_bytes"]) == ("91", "1", "25769803776")
    desk.close()


def test_alerts_are_told_in_words() -> None:
    full = Alert("vram", 91.6, 85, 0, peak=93)
    assert alert_line(full) == "Graphics memory in use: up to 93 %"
    assert "as planned" in alert_words(Alert("vram", 91.6, 85, 0, is_quiet=True))
    assert "120 ms a token; your limit is 100 ms" in alert_words(Alert("token", 120, 100, 0))


def test_what_drafts_cost_raises_no_alarm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, _ = make(tmp_path, Script("word", costs=(m.Cost(1, 0, 20.0), m.Cost(1, 20_000, 21.0))))
    monitor, telemetry = desk.monitor, SampleTelemetry()
    telemetry.sampled.connect(monitor.take)
    for gain, keys in ((0.4, []), (1.0, ["waits"])):
        figures = Figures(tok_s=20.0, prefill_done=500, answer_tokens=40, gain=gain)
        monkeypatch.setattr(monitor.flow, "writing", lambda _, figures=figures: figures)
        monkeypatch.setattr(monitor.flow, "decode_tok_s", lambda _: 20.0)
        telemetry.play(seconds=5)
        assert [alarm.key for alarm in monitor.alarms] == keys
    desk.close()
