from __future__ import annotations

import itertools
import logging
import queue
import threading
import time

import pytest

from app.perf.ticker import Ticker


def test_samples_come_at_a_beat_from_its_own_thread() -> None:
    seen: queue.SimpleQueue[tuple[int, str]] = queue.SimpleQueue()
    numbers = itertools.count()
    ticker = Ticker(lambda: next(numbers), lambda n: seen.put((n, threading.current_thread().name)), 0.01)
    ticker.start()
    got = [seen.get(timeout=5) for _ in range(3)]
    assert ticker.stop()
    assert [number for number, _ in got] == [0, 1, 2]
    assert {name for _, name in got} == {"carrel-ticker"}


def test_nothing_comes_after_stop() -> None:
    seen: list[int] = []
    ticker = Ticker(lambda: 1, seen.append, 0.005)
    ticker.start()
    time.sleep(0.03)
    assert ticker.stop()
    count = len(seen)
    time.sleep(0.03)
    assert count >= 1
    assert len(seen) == count


def test_pause_and_resume() -> None:
    seen: queue.SimpleQueue[int] = queue.SimpleQueue()
    ticker = Ticker(lambda: 1, seen.put, 0.005)
    ticker.start()
    seen.get(timeout=5)
    ticker.pause()
    time.sleep(0.05)  # one under way may still arrive
    while not seen.empty():
        seen.get()
    time.sleep(0.05)
    assert seen.empty()
    ticker.resume()
    seen.get(timeout=5)
    ticker.pause()
    assert ticker.stop()


def test_a_failing_sample_does_not_end_the_beat() -> None:
    outcomes: queue.SimpleQueue[object] = queue.SimpleQueue()
    numbers = itertools.count()

    def sample() -> int:
        number = next(numbers)
        if number == 0:
            raise OSError("GPU is lost")
        return number

    ticker = Ticker(sample, outcomes.put, 0.01, on_failed=outcomes.put)
    ticker.start()
    first, second = outcomes.get(timeout=5), outcomes.get(timeout=5)
    ticker.stop()
    assert isinstance(first, OSError)
    assert second == 1


def test_a_row_of_failures_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    calls: queue.SimpleQueue[int] = queue.SimpleQueue()

    def sample() -> int:
        calls.put(1)
        raise OSError("no driver")

    with caplog.at_level(logging.ERROR):
        ticker = Ticker(sample, lambda _: None, 0.005)
        ticker.start()
        for _ in range(4):
            calls.get(timeout=5)
        ticker.stop()
    assert len(caplog.records) == 1


def test_a_hanging_driver_does_not_hold_up_the_end() -> None:
    release, entered = threading.Event(), threading.Event()

    def sample() -> bool:
        entered.set()
        return release.wait(10)

    ticker = Ticker(sample, lambda _: None)
    ticker.start()
    assert entered.wait(5)
    assert not ticker.stop(timeout_s=0.05)
    release.set()
    assert ticker.stop()


def test_stop_before_start() -> None:
    assert Ticker(lambda: 1, lambda _: None).stop()
