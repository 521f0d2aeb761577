"""Fast machines are measured fully, slow ones as far as the time reaches, and never longer than it."""

from __future__ import annotations

import pytest

from app.engine.messages import Cost
from app.engine.worker.speculation.calibration import is_enough, measure
from app.engine.worker.speculation.costs import CostCurve
from tests.unit.engine.speculation import curves


class Machine:
    """Costs time on a clock of its own."""

    def __init__(self, costs: tuple[Cost, ...], prefill_tok_s: float, slower: float = 1.0) -> None:
        self.curve, self.prefill_tok_s, self.slower = CostCurve(costs), prefill_tok_s, slower
        self.now_s, self.held, self.calls = 0.0, 0, 0

    def run(self, rows: int, depth: int) -> float:
        assert depth <= self.held
        self.calls += 1
        ms = self.curve.ms(rows, depth) * self.slower
        self.now_s += ms / 1e3
        return ms

    def prefill(self, tokens: int) -> float:
        seconds = tokens / self.prefill_tok_s
        self.held = tokens
        self.now_s += seconds
        return seconds

    def measure(self, **options: int) -> tuple[Cost, ...]:
        return measure(self.run, self.prefill, 3.0, clock=lambda: self.now_s, **options)


def test_a_card_is_measured_at_two_depths_in_time() -> None:
    machine = Machine(curves.H200, 2400.0)
    costs = machine.measure()
    assert machine.now_s <= 3.0
    depths = sorted({cost.depth for cost in costs})
    assert depths[0] == 256
    assert depths[1] >= 1024
    for depth in depths:
        assert {1, 2, 4, 8, 16, 32, 64} <= {cost.rows for cost in costs if cost.depth == depth}
    measured = CostCurve(costs)
    for rows in (1, 2, 8, 9, 64):
        assert measured.ms(rows, 512) == pytest.approx(machine.curve.ms(rows, 512), rel=0.02)
    assert measured.ms(1, 32_768) == pytest.approx(15.0, rel=0.1)


@pytest.mark.parametrize(("slower", "prefill_tok_s"), [(1, 200.0), (5, 40.0), (20, 8.0), (60, 2.0)])
def test_processors_are_measured_as_far_as_time_reaches(slower: float, prefill_tok_s: float) -> None:
    machine = Machine(curves.PROCESSOR, prefill_tok_s, slower)
    costs = machine.measure()
    assert machine.now_s <= 3.2
    measured = CostCurve(costs)
    truth = machine.curve.ms(1, 256) * slower
    assert measured.ms(1, 256) == pytest.approx(truth, rel=0.1)
    for rows in range(2, measured.most_rows + 1):
        assert measured.ms(rows, 256) >= 0.95 * machine.curve.ms(rows, 256) * slower
    assert len({(cost.rows, cost.depth) for cost in costs}) == len(costs)
    assert is_enough(costs) == (slower < 20)


def test_what_else_the_machine_does_is_not_taken_for_its_cost() -> None:
    """Every third step is disturbed."""

    class Busy(Machine):
        def run(self, rows: int, depth: int) -> float:
            ms = super().run(rows, depth)
            self.now_s += 0.03 * (self.calls % 3 == 0)
            return ms + 30 * (self.calls % 3 == 0)

    machine = Busy(curves.H200, 2400.0)
    measured = CostCurve(machine.measure())
    for rows in (1, 2, 8, 16, 32):
        assert measured.ms(rows, 256) == pytest.approx(machine.curve.ms(rows, 256), rel=0.02)


def test_a_small_context_is_not_left() -> None:
    machine = Machine(curves.H200, 2400.0)
    costs = machine.measure(n_ctx=1500, most_rows=32)
    assert max(cost.depth for cost in costs) <= 1500 - 32
    assert max(cost.rows for cost in costs) == 32
