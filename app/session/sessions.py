"""The saved sessions as a list, for whoever wants to see or remove them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.session.desk import Desk
from app.session.shelf import SavedSession


@dataclass(frozen=True, slots=True)
class Listing:
    """What is kept, the one used last first, and what all of it may take at most."""

    sessions: tuple[SavedSession, ...]
    budget_bytes: int

    @property
    def size_bytes(self) -> int:
        return sum(session.size_bytes for session in self.sessions)


def list_sessions(desk: Desk, done: Callable[[Listing], object]) -> None:
    """Everything that is kept."""
    shelf, chosen_gb = desk.resume.shelf, desk.settings.sessions_gb
    desk.jobs.run(lambda: Listing(tuple(shelf.sessions()), shelf.budget_bytes(chosen_gb)), done)


def prune_sessions(desk: Desk, done: Callable[[int], object]) -> None:
    """Remove what cannot be used any more and what is over the budget; `done(bytes freed)`."""
    shelf, settings, build = desk.resume.shelf, desk.settings, desk.engine.state.build

    def work() -> int:
        before = sum(one.size_bytes for one in shelf.sessions())
        shelf.remove_stale(build)
        shelf.prune(shelf.budget_bytes(settings.sessions_gb))
        return before - sum(one.size_bytes for one in shelf.sessions())

    desk.jobs.run(work, done)


def clear_sessions(desk: Desk, done: Callable[[int], object]) -> None:
    """Remove all of them; `done(bytes freed)`. They are made again when their documents are asked about."""
    desk.jobs.run(desk.resume.shelf.clear, done)
