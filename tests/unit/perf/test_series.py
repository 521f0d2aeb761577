from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.perf.series import Series


def test_holds_three_minutes_and_lets_the_oldest_go() -> None:
    series = Series()
    for second in range(200):
        series.add(float(second), float(second))
    assert len(series) == series.capacity == 180
    assert series.samples()[0] == 20.0
    assert (series.min, series.max, series.last) == (20.0, 199.0, 199.0)


def test_missed_ticks_and_failed_samples_are_gaps() -> None:
    series = Series()
    series.add(0.0, 1.0)
    series.add(1.02, None)
    series.add(4.0, 3.0)
    assert series.samples() == (1.0, None, None, None, 3.0)
    assert (series.min, series.max) == (1.0, 3.0)


def test_jitter_makes_no_gap() -> None:
    series = Series()
    for at_s in (0.0, 1.3, 2.0, 3.4, 4.1):
        series.add(at_s, at_s)
    assert None not in series.samples()
    assert len(series) == 5


def test_a_gap_is_the_last_word_until_the_next_sample() -> None:
    series = Series()
    series.add(0.0, 5.0)
    series.add(1.0, None)
    assert series.last is None
    assert series.max == 5.0


def test_empty_and_cleared() -> None:
    series = Series(span_s=10)
    assert (series.min, series.max, series.last, series.samples()) == (None, None, None, ())
    series.add(3.0, 1.0)
    series.clear()
    series.add(500.0, 2.0)
    assert series.samples() == (2.0,)


def test_a_long_sleep_empties_the_curve_but_costs_nothing() -> None:
    series = Series()
    series.add(0.0, 1.0)
    series.add(1e12, 2.0)
    assert series.samples() == (*[None] * 179, 2.0)


@given(st.lists(st.tuples(st.floats(-5, 400), st.none() | st.floats(-1e9, 1e9)), max_size=80))
def test_any_run_of_samples(steps: list[tuple[float, float | None]]) -> None:
    series, at_s = Series(span_s=30), 0.0
    for step_s, value in steps:
        at_s += step_s
        series.add(at_s, value)
        assert series.last == value
        assert len(series) <= 30
    measured = [sample for sample in series.samples() if sample is not None]
    assert (series.min, series.max) == (min(measured, default=None), max(measured, default=None))
