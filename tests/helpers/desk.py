"""A desk in a folder of its own, with the terminal's loop."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.boot import build_desk
from app.config.paths import open_home
from app.core.loop import Loop
from app.engine import messages as m
from app.session.desk import Desk
from app.session.turn import Outcome, Turn, Wish


@contextmanager
def desk_in(folder: Path) -> Iterator[tuple[Desk, Loop]]:
    """A running desk; everything is closed at the end."""
    loop = Loop()
    desk = build_desk(open_home(folder), loop.post)
    try:
        yield desk, loop
    finally:
        desk.close()


def fill_pool(desk: Desk, workers: int = 4) -> None:
    """Have the pool start all its threads: one that outlives a test must not grow in it."""
    meeting = threading.Barrier(workers + 1)
    for _ in range(workers):
        desk.jobs.run(lambda: meeting.wait(10))
    meeting.wait(10)


def load(desk: Desk, loop: Loop, path: Path, n_ctx: int = 2048) -> None:
    """Load without planning: tests choose the context."""
    request = desk.engine.load(m.Load(0, str(path), n_ctx=n_ctx), lambda _: None)
    assert loop.run_until(lambda: request.ended, 60)
    assert request.error is None, request.error


def ask(desk: Desk, loop: Loop, wish: Wish) -> tuple[Turn, Outcome]:
    """A turn to its end."""
    turn = Turn(desk, wish)
    ended: list[Outcome] = []
    turn.ended.connect(ended.append)
    turn.start()
    assert loop.run_until(lambda: bool(ended), 60)
    return turn, ended[0]
