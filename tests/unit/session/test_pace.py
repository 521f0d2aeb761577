"""What can be expected at a depth, held against what one H200 measured with Qwen3-32B Q4_K_M."""

from __future__ import annotations

from itertools import combinations, pairwise
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.chat import Receipt, Timing, Usage
from app.core.loop import Loop
from app.core.record import EngineUsed, ModelUsed, Origin
from app.engine import messages as m
from app.fit.plan import Card, Plan, PlanModel, Vram
from app.machine.live import Sample
from app.session.alarms import Circumstances
from app.session.benchbook import BenchBook, BenchPoint, BenchResult
from app.session.desk import Desk
from app.session.expecting import expected_decode_tok_s, expected_prefill_tok_s, slow_share
from app.session.pace import Pace, Prior, Seen, pace_of, without_hindered
from app.session.prior import prior_decode_slope, prior_prefill_slope
from app.store.store import Store
from tests.helpers.fake_engine import Script, ScriptedEngine, make_desk

GIB = 1 << 30
# `carrel bench --depths`: decode and prefill by depth; the tokens read anew for each. Beneath it later runs at
# these depths and others, drafts taken out, on one such card and on two that share the model.
WROTE = {508: 76.7, 4_097: 71.7, 16_382: 69.2, 32_763: 64.2}
READ = {4_097: (3_589, 2_439.0), 16_382: (12_285, 2_190.0), 32_763: (16_381, 1_756.0)}
ONE_CARD = {
    508: 77.06,
    2_048: 75.81,
    4_097: 73.69,
    8_187: 71.76,
    16_382: 68.68,
    24_575: 65.5,
    32_763: 64.02,
    36_860: 62.42,
}
TWO_CARDS = {
    508: 77.01,
    2_048: 73.39,
    4_097: 72.89,
    8_187: 69.65,
    16_382: 66.62,
    24_575: 62.92,
    32_763: 62.25,
    36_860: 60.94,
}
STEPS = (m.Cost(1, 256, 12.6), m.Cost(8, 256, 29.5), m.Cost(1, 6_144, 14.15))  # measured at the first load
CARD = Card("NVIDIA H200", "u", 0, 65, 141 * GIB, 140 * GIB)
H200 = Plan(
    PlanModel("r", "q.gguf", "Q4_K_M", 18 * GIB, n_layers=64, path="/m/q.gguf"),
    n_ctx=40_960,
    kv_type="f16",
    n_ubatch=2048,
    n_gpu_layers=65,
    vram=Vram(18_423 << 20, 10 * GIB, GIB, GIB // 2, 30 * GIB),
    ram_bytes=GIB,
    fits=True,
    reason="",
    mode="gpu",
    cards=(CARD,),
)


def worst_error(pace: Pace | None, measured: dict[int, float] = WROTE) -> float:
    assert pace is not None
    return max(abs(pace.tok_s(depth) / speed - 1) for depth, speed in measured.items())


def seen_at(*depths: int, weight: float = 1.0) -> list[Seen]:
    return [Seen(depth, 1000 / WROTE[depth], weight) for depth in depths]


@pytest.mark.parametrize("known", [0, 1, 2, 3])
def test_every_depth_is_foretold_within_a_twentieth(known: int) -> None:
    """With the steps measured at loading, whichever answers were given meanwhile."""
    steps = [Seen(cost.depth, cost.ms, 3) for cost in STEPS if cost.rows == 1]
    for depths in combinations(WROTE, known):
        assert worst_error(pace_of([*steps, *seen_at(*depths)], prior_decode_slope(H200))) < 0.05, depths


@pytest.mark.parametrize("measured", [ONE_CARD, TWO_CARDS])
def test_four_depths_foretell_the_others(measured: dict[int, float]) -> None:
    steps = [Seen(cost.depth, cost.ms, 3) for cost in STEPS if cost.rows == 1]
    seen = [Seen(depth, 1000 / measured[depth], 3) for depth in (508, 4_097, 16_382, 32_763)]
    assert worst_error(pace_of([*steps, *seen], prior_decode_slope(H200)), measured) < 0.05


def test_three_depths_suffice_without_anything_else() -> None:
    for depths in combinations(WROTE, 3):
        if 508 in depths:  # nothing else tells what an empty context costs
            assert worst_error(pace_of(seen_at(*depths))) < 0.05, depths


def test_answers_that_something_hindered_do_not_bend_the_line() -> None:
    slow = [Seen(depth + 40, 2.8 * 1000 / speed) for depth, speed in WROTE.items()]
    steps = [Seen(cost.depth, cost.ms, 3) for cost in STEPS if cost.rows == 1]
    trusted = pace_of(steps, prior_decode_slope(H200))
    sure = without_hindered([*seen_at(*WROTE), *slow, *slow, *slow], trusted)
    assert len(sure) == len(WROTE)
    assert worst_error(pace_of([*steps, *sure], prior_decode_slope(H200))) < 0.05
    assert len(without_hindered(slow, None)) == len(slow)


@settings(max_examples=40)
@given(
    st.lists(
        st.builds(Seen, st.floats(0, 200_000), st.floats(0.1, 500), st.floats(0.01, 5)),
        min_size=1,
        max_size=8,
    ),
    st.none() | st.builds(Prior, st.floats(0, 0.01), st.floats(100, 10_000)),
)
def test_a_fuller_context_is_never_foretold_faster(seen: list[Seen], prior: Prior | None) -> None:
    pace = pace_of(seen, prior)
    assert pace is not None
    times = [pace.ms(depth) for depth in range(0, 260_000, 5_000)]
    assert all(a <= b * (1 + 1e-9) for a, b in pairwise(times))
    assert times[0] > 0
    assert pace.doubt(1_000_000) >= pace.doubt(1)


def test_without_anything_measured_nothing_is_said_and_a_quantized_cache_is_known_to_be_slow() -> None:
    assert pace_of([]) is None
    assert prior_decode_slope(None) is None
    plain = prior_decode_slope(H200)
    assert plain is not None
    assert plain.slope_ms * 32_255 == pytest.approx(15.62 - 12.98, rel=0.05)
    quantized = msgspec.structs.replace(
        H200, kv_type="q8_0", vram=msgspec.structs.replace(H200.vram, kv_bytes=40_960 * 139_264)
    )
    slow = prior_decode_slope(quantized)
    assert slow is not None
    assert slow.slope_ms * 32_256 == pytest.approx(28.8 - 13.6, rel=0.05)
    reading = pace_of([Seen(2_302, 1000 / 2_439)], prior_prefill_slope(H200, 0.4))
    assert reading is not None
    for depth, (read, speed) in READ.items():
        assert reading.tok_s(depth - read / 2) == pytest.approx(speed, rel=0.05)


def test_answers_and_benchmarks_teach_what_to_expect(tmp_path: Path) -> None:
    loop = Loop()
    desk = make_desk(tmp_path, loop.post, ScriptedEngine(Script("word", costs=STEPS)))
    desk.plan = H200
    point = BenchPoint(16_382, 12_285, 96, 2_190.0, 69.2, 5.64)
    elsewhere = BenchPoint(32_763, 16_381, 96, 500.0, 9.0, 9.0)
    book = BenchBook(desk.home.benchmarks_file)
    one = BenchResult(1.0, "/m/q.gguf", "", 40_960, "f16", "", "", "", "", (point,), "gpu")
    book.keep(one)
    book.keep(BenchResult(2.0, "/m/q.gguf", "", 40_960, "q8_0", "", "", "", "", (elsewhere,), "gpu"))
    desk.store.call(lambda store: _answer(store, 4_097, EngineUsed(kv_type="f16")))
    desk.store.call(lambda store: _answer(store, 32_763, EngineUsed(kv_type="f16")))
    desk.store.call(lambda store: _answer(store, 32_763, EngineUsed(kv_type="f16"), others=1, share=0.3))
    load = desk.engine.load(m.Load(0, "/m/q.gguf", n_ctx=40_960, kv_type="f16", n_gpu_layers=0), lambda _: None)
    assert loop.run_until(lambda: load.ended and desk.monitor.expecting.prefill is not None, 30)
    pace = desk.monitor.expecting
    assert loop.run_until(lambda: pace.decode is not None and len(pace.decode.knots) >= 4, 30)
    assert worst_error(pace.decode) < 0.05
    reading = expected_prefill_tok_s(desk, 24_570)
    assert reading == pytest.approx(1_756.0, rel=0.05)
    _look_at_alarms(desk, loop)
    desk.close()


def _look_at_alarms(desk: Desk, loop: Loop) -> None:
    """What is well known is held to more strictly than what is guessed."""
    expected = expected_decode_tok_s(desk, 30_000)
    assert expected is not None
    sample = Sample(0, ())
    known, guessed = slow_share(desk, 30_000), slow_share(desk, 400_000)
    assert known == pytest.approx(0.7, abs=0.03)
    assert guessed < 0.55
    assert Circumstances(sample, 0.66 * expected, expected, slow_share=known).is_slow
    assert not Circumstances(sample, 0.66 * expected, expected, slow_share=guessed).is_slow


def _answer(store: Store, depth: int, engine: EngineUsed, *, others: int = 0, share: float = 1.0) -> None:
    chat = store.create_chat("c")
    question = store.add_message(chat.id, None, "user", "…")
    answer = store.begin_answer(chat.id, question.id, "/m/q.gguf")
    read, speed = READ[depth]
    usage, timing = Usage(depth, 96, depth - read), Timing(0, 1.0, speed * share, WROTE[depth] * share)
    store.finish_answer(answer.id, "complete", usage, timing, Receipt())
    store.keep_origin(answer.id, Origin(model=ModelUsed("/m/q.gguf"), engine=engine, others=others))
