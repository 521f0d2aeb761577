from __future__ import annotations

import threading

import pytest

from app.core.emitter import Emitter
from app.core.loop import Jobs, Loop


def test_posted_functions_run_on_the_waiting_thread_in_order() -> None:
    loop, seen = Loop(), list[tuple[int, int]]()
    for number in range(3):
        threading.Thread(target=lambda n=number: loop.post(lambda: seen.append((n, threading.get_ident())))).start()
    assert loop.run_until(lambda: len(seen) == 3, 30)
    assert sorted(number for number, _ in seen) == [0, 1, 2]
    assert {ident for _, ident in seen} == {threading.get_ident()}


def test_run_until_stops_at_its_time() -> None:
    assert not Loop().run_until(lambda: False, 0.02)
    assert Loop().run_until(lambda: True, 0.0)


def test_nothing_runs_once_it_is_done() -> None:
    loop, seen = Loop(), list[int]()
    loop.post(lambda: seen.append(1))
    loop.post(lambda: seen.append(2))
    assert loop.run_until(lambda: bool(seen), 30)
    assert seen == [1]


def test_jobs_bring_results_and_errors_home() -> None:
    loop = Loop()
    jobs, results, errors = Jobs(loop.post), list[tuple[int, str]](), list[Exception]()
    jobs.run(lambda: 6 * 7, lambda n: results.append((n, threading.current_thread().name)))
    jobs.run(lambda: 1 // 0, failed=errors.append)
    assert loop.run_until(lambda: bool(results and errors), 30)
    assert results == [(42, threading.current_thread().name)]
    assert isinstance(errors[0], ZeroDivisionError)
    jobs.close()


def test_an_error_nobody_takes_is_raised_at_home() -> None:
    loop = Loop()
    jobs = Jobs(loop.post)
    jobs.run(lambda: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        loop.run_until(lambda: False, 5)
    jobs.close()


def test_closing_waits_for_running_work() -> None:
    loop = Loop()
    jobs, started, release, ended = Jobs(loop.post, workers=1), threading.Event(), threading.Event(), list[int]()

    def work() -> None:
        started.set()
        release.wait(5)
        ended.append(1)

    jobs.run(work)
    jobs.run(lambda: ended.append(2))  # still queued: dropped
    assert started.wait(5)
    threading.Timer(0.02, release.set).start()
    jobs.close()
    assert ended == [1]


def test_listeners_hear_in_order_until_they_leave() -> None:
    heard: list[str] = []
    news: Emitter[[str]] = Emitter()
    leave = news.connect(lambda text: heard.append(f"a {text}"))
    news.connect(lambda text: heard.append(f"b {text}"))
    news.emit("1")
    leave()
    leave()
    news.emit("2")
    assert heard == ["a 1", "b 1", "b 2"]


def test_a_listener_may_leave_while_it_listens() -> None:
    heard: list[int] = []
    news: Emitter[[int]] = Emitter()

    def once(number: int) -> None:
        heard.append(number)
        leave()

    leave = news.connect(once)
    news.connect(heard.append)
    news.emit(1)
    news.emit(2)
    assert heard == [1, 1, 2]
