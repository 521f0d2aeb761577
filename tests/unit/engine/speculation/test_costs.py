"""The curve keeps its cliffs, learns from steps, and promises nothing beyond what was measured."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.messages import Cost
from app.engine.worker.speculation.costs import CostCurve
from tests.unit.engine.speculation.curves import H200, QUANTIZED_DEEP


def test_measured_points_are_met_and_the_cliff_stays() -> None:
    curve = CostCurve(H200)
    assert [curve.ms(rows, 512) for rows in (1, 8, 9, 64)] == [12.6, 29.3, 23.5, 43.7]
    assert curve.ms(8, 512) > curve.ms(9, 512) > curve.ms(4, 512)
    assert curve.ms(48, 512) == pytest.approx((31.2 + 43.7) / 2)


def test_depth_is_linear_and_goes_on_beyond_the_last() -> None:
    curve = CostCurve(QUANTIZED_DEEP)
    assert curve.ms(1, 512 + (32768 - 512) // 2) == pytest.approx((13.6 + 28.8) / 2, rel=0.01)
    assert curve.ms(1, 65024) == pytest.approx(28.8 + 15.2, rel=0.01)
    assert curve.ms(1, 0) > 0


def test_beyond_the_largest_step_a_row_costs_what_it_costs_there() -> None:
    assert CostCurve(H200).ms(128, 512) == pytest.approx(2 * 43.7)


def test_steps_move_what_was_measured_gently_and_their_neighbours_with_it() -> None:
    curve = CostCurve(H200)
    curve.observe(1, 512, 25.2)
    assert 12.6 < curve.ms(1, 512) < 16
    for _ in range(300):
        curve.observe(1, 512, 13.0)
    assert curve.ms(1, 512) == pytest.approx(13.0, rel=0.01)
    assert curve.ms(64, 512) == pytest.approx(43.7 * 13.0 / 12.6, rel=0.01)  # as long as it is not seen itself
    for _ in range(300):
        curve.observe(64, 512, 60.0)
    assert curve.ms(64, 512) == pytest.approx(60.0, rel=0.01)
    assert curve.ms(1, 512) == pytest.approx(13.0, rel=0.01)
    stored = {(cost.rows, cost.depth): cost.ms for cost in curve.costs()}
    assert stored[64, 512] == pytest.approx(60.0, rel=0.01)


def test_a_prompt_in_the_same_step_teaches_nothing() -> None:
    curve = CostCurve(H200)
    curve.observe(600, 512, 900.0)
    assert curve.costs() == CostCurve(H200).costs()


@given(
    st.lists(st.tuples(st.integers(1, 64), st.floats(0.01, 1e4)), max_size=60),
    st.integers(1, 80),
    st.integers(0, 200_000),
)
def test_no_observation_makes_a_cost_absurd(steps: list[tuple[int, float]], rows: int, depth: int) -> None:
    curve = CostCurve(H200)
    for seen_rows, ms in steps:
        curve.observe(seen_rows, depth, ms)
    plain = CostCurve(H200).ms(rows, depth)
    assert plain / 20 < curve.ms(rows, depth) < plain * 20


def test_nothing_measured_is_said_so() -> None:
    assert not CostCurve(()).is_known
    assert CostCurve((Cost(1, 0, 5.0),)).is_known
