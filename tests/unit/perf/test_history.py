from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.perf.alerts import AlertBook, Rule, percentile
from app.perf.flow import Flow
from app.perf.history import History
from app.perf.steady import Steady


def test_an_hour_is_kept_and_no_more() -> None:
    history = History(("a", "b"), rows=10)
    for second in range(25):
        history.add(second, {"a": second * 2.0})
    assert len(history) == 10
    assert history.points("a", 0) == [(second, second * 2.0) for second in range(15, 25)]
    assert history.points("a", 22.5) == [(23, 46.0), (24, 48.0)]
    assert history.latest("a") == 48.0
    assert history.latest("b") is None
    assert list(history.rows(23)) == [(23, (46.0, None)), (24, (48.0, None))]


def test_averages_keep_gaps() -> None:
    history = History(("a",))
    for second in range(100):
        history.add(second, {"a": None if 40 <= second < 60 else 1.0})
    for second in range(400, 500):  # the window was minimized
        history.add(second, {"a": 3.0})
    points = history.points("a", 0, 50)
    assert len(points) <= 50
    values = [value for _, value in points]
    assert values[0] == 1.0
    assert values[-1] == 3.0
    assert values.count(None) == 2, "what was not known, and when nobody looked"


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=300), st.integers(2, 60))
def test_averages_never_leave_the_range(values: list[float], most: int) -> None:
    history = History(("a",))
    for second, value in enumerate(values):
        history.add(second, {"a": value})
    points = history.points("a", -1, most)
    assert 0 < len(points) <= max(most, 1)
    assert all(value is None or min(values) - 1e-6 <= value <= max(values) + 1e-6 for _, value in points)
    assert [at for at, _ in points] == sorted(at for at, _ in points)


def test_alerts_begin_late_and_end_late() -> None:
    book, changes = AlertBook(), list[int]()
    book.changed.connect(lambda: changes.append(len(book.active)))
    rule = Rule("vram", 85, 3)
    for now, value in enumerate([86, 90, 84, 90, 91, 92, 80, 84, 83]):
        book.judge(rule, value, now)
    assert changes == [1]
    alert = book.active[0]
    assert (alert.since_s, alert.peak, alert.value, alert.until_s) == (5, 92, 83, None)
    for now in range(9, 18):
        book.judge(rule, 70, now)
    book.judge(rule, None, 18)
    assert book.active, "nine looks below are not enough, and not knowing is no look"
    book.judge(rule, 70, 19)
    assert (book.active, book.recent[0].until_s, changes) == ((), 19, [1, 0])


def test_alerts_can_be_put_aside_and_switched_off() -> None:
    book = AlertBook()
    for now in range(3):
        book.judge(Rule("temperature", 85, 3), 90, now, quiet=True)
        book.judge(Rule("vram", 85, 3), 99, now)
    assert [alert.kind for alert in book.loud] == ["vram"], "what is as it was meant to be has no badge"
    book.see("vram")
    assert not book.loud
    assert len(book.active) == 2
    book.judge(Rule("temperature", 85, 3), 90, 4)
    assert [alert.kind for alert in book.loud] == ["temperature"]
    book.judge(Rule("temperature", 0, 3), 90, 5)
    assert [alert.kind for alert in book.active] == ["vram"]


def test_percentiles_are_values_that_were_there() -> None:
    assert percentile([], 0.99) is None
    assert percentile([3.0], 0.99) == 3.0
    assert percentile([float(n) for n in range(1, 101)], 0.99) == 99.0
    assert percentile([float(n) for n in range(1, 101)], 0.5) == 50.0
    assert percentile([1.0, 2.0], 0.5) == 1.0


def test_a_state_is_believed_after_a_while() -> None:
    steady: Steady[str] = Steady(rise=2, fall=2)
    assert steady.look({"a"}) == ()
    assert steady.look({"a"}) == ("a",)
    assert steady.look(()) == ("a",)
    assert steady.look({"a", "b"}) == ("a",)
    assert steady.look(()) == ("a",), "b was only seen once"
    assert steady.look({"b"}) == ()
    steady.clear()
    assert steady.held == ()


def test_speeds_of_several_answers_add_up() -> None:
    flow = Flow()
    for number in (1, 2, 3):
        flow.begin(number, 0.0)
    assert flow.waiting == 2, "one of three is about to begin"
    for tenth in range(11):
        flow.prefill(1, tenth / 10, tenth * 10, 100, 0)
    speed = flow.prefill_tok_s(1.0)
    assert speed is not None
    assert math.isclose(speed, 100.0)
    assert flow.decode_tok_s(1.0) is None
    assert flow.waiting == 2
    for tenth in range(21):
        flow.delta(1, 1 + tenth / 10, 1)
        flow.delta(2, 1 + tenth / 10, 2)
    speed = flow.decode_tok_s(3.0)
    assert speed is not None
    assert 28 < speed < 32
    assert flow.writing(3.0) is None, "two share the card: neither can be held against what one should reach"
    assert flow.end(2)
    assert not flow.end(2)
    assert flow.end(3)
    alone = flow.writing(3.0)
    assert alone is not None
    assert alone.tok_s == pytest.approx(10, rel=0.1)
    assert flow.prefill_tok_s(3.0) is None
    flow.clear()
    assert flow.is_idle
    flow.delta(9, 4.0, 1)
    assert flow.is_idle, "a title is not watched"
