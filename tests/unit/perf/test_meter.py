"""The meter: every figure against a hand-made run of the clock."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.perf.meter import TurnMeter


def test_a_whole_turn() -> None:
    meter = TurnMeter(100.0)
    meter.prefill(100.5, done=1000, total=3000, cached=1000)
    meter.prefill(101.5, done=2000, total=3000, cached=1000)
    meter.prefill(102.5, done=3000, total=3000, cached=1000)
    for step in range(11):
        meter.delta(102.6 + step * 0.1, tokens=5)
    timing = meter.timing(load_s=7.0)
    assert timing.load_s == 7.0
    assert timing.ttft_s == pytest.approx(2.6)
    assert timing.prefill_tok_s == pytest.approx(1000.0)  # what was cached is not counted as read
    assert timing.decode_tok_s == pytest.approx(50.0)  # the first delta is not counted as decoded
    assert meter.answer_tokens == 55


def test_nothing_is_known_at_first() -> None:
    figures = TurnMeter(5.0).figures(6.5)
    assert figures.elapsed_s == 1.5
    assert figures.ttft_s is figures.tok_s is figures.prefill_tok_s is figures.prefill_left_s is None
    assert figures.prefill_fraction == 0.0
    assert TurnMeter(5.0).timing().decode_tok_s == 0.0


def test_a_first_report_after_work_is_timed_from_the_request() -> None:
    meter = TurnMeter(10.0)
    meter.prefill(12.0, done=512, total=1024)
    assert meter.figures(12.0).prefill_tok_s == pytest.approx(256.0)
    assert meter.figures(12.0).prefill_left_s == pytest.approx(2.0)
    assert meter.figures(13.5).prefill_left_s == pytest.approx(0.5)  # counts down between two reports
    assert meter.figures(30.0).prefill_left_s == 0.0
    assert meter.figures(12.0).prefill_fraction == 0.5


def test_time_left_follows_the_speed_of_late() -> None:
    meter = TurnMeter(0.0)
    meter.prefill(0.0, done=0, total=20_000)
    for second in range(1, 11):
        meter.prefill(float(second), done=second * 1000, total=20_000)
    for second in range(11, 21):
        meter.prefill(float(second), done=10_000 + (second - 10) * 100, total=20_000)
    assert meter.figures(20.0).prefill_left_s == pytest.approx(9000 / 100)
    assert meter.figures(20.0).prefill_tok_s == pytest.approx(11_000 / 20)


def test_nothing_is_left_when_all_is_read() -> None:
    meter = TurnMeter(0.0)
    meter.prefill(1.0, done=10, total=10)
    assert meter.figures(1.0).prefill_left_s == 0.0
    assert meter.figures(1.0).prefill_fraction == 1.0


def test_live_speed_follows_the_last_seconds_only() -> None:
    meter = TurnMeter(0.0)
    for tick in range(1000):
        meter.delta(tick * 0.01)  # 100 a second for ten seconds
    assert meter.figures(9.99).tok_s == pytest.approx(100.0, rel=0.02)
    for tick in range(100):
        meter.delta(10.05 + tick * 0.05)  # then 20 a second for five
    assert meter.figures(15.0).tok_s == pytest.approx(20.0, rel=0.03)


def test_live_speed_sinks_in_a_stall() -> None:
    meter = TurnMeter(0.0)
    for tick in range(100):
        meter.delta(tick * 0.02)
    speeds = [meter.figures(1.98 + wait).tok_s or 0.0 for wait in (0.0, 0.5, 1.0, 1.9, 5.0, 60.0)]
    assert speeds == sorted(speeds, reverse=True)
    assert speeds[0] == pytest.approx(50.0, rel=0.02)
    assert speeds[-1] < 0.1


def test_a_slow_model_does_not_flicker() -> None:
    meter = TurnMeter(0.0)
    for tick in range(10):
        meter.delta(tick * 3.0)
    assert all(meter.figures(27.0 + wait).tok_s == pytest.approx(1 / 3) for wait in (0.0, 1.0, 2.0, 2.9))
    assert (meter.figures(36.0).tok_s or 1.0) < 0.25


@given(st.lists(st.tuples(st.floats(0, 10), st.integers(0, 50)), max_size=60), st.floats(0, 100))
def test_no_run_of_deltas_breaks_it(deltas: list[tuple[float, int]], wait_s: float) -> None:
    meter, at_s = TurnMeter(0.0), 0.0
    for gap_s, tokens in deltas:
        at_s += gap_s
        meter.delta(at_s, tokens)
        meter.prefill(at_s, tokens, 50, cached=tokens // 2)
    figures = meter.figures(at_s + wait_s)
    assert figures.answer_tokens == sum(tokens for _, tokens in deltas)
    assert figures.tok_s is None or figures.tok_s >= 0
    assert 0 <= figures.prefill_fraction <= 1
