"""A model that nobody asks leaves memory after a while, and comes back with the next question."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.errors import CarrelError
from app.core.units import format_duration
from app.core.words import say
from app.engine import messages as m
from app.engine.state import Phase
from app.engine.supervisor import Event

if TYPE_CHECKING:
    from app.session.desk import Desk

log = logging.getLogger(__name__)

Failed = Callable[[CarrelError], object]


class Rest:
    """Lets go and brings back. `look` is called by the desk's beat."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._active_s: float | None = None  # when the engine was last seen at work, monotonic
        self._waiting: list[tuple[Callable[[], object], Failed]] = []
        self._is_leaving = False  # asked to leave memory, and not gone yet

    def look(self, now_s: float) -> None:
        """Let the model go when nothing was asked for as long as the settings say."""
        engine, minutes = self._desk.engine, self._desk.settings.idle_unload_min
        if self._active_s is None or engine.is_open or not engine.state.has_model or not self._desk.resume.is_settled:
            self._active_s = now_s
        elif minutes > 0 and now_s - self._active_s >= 60 * minutes:
            self._active_s, self._is_leaving = now_s, True
            engine.unload(self._on_left, resting=True)
            self._desk.noticed.emit(
                say(
                    "The model left memory after {time} without a question. The next question loads it again.",
                    time=format_duration(60 * minutes),
                )
            )

    def let_go(self) -> None:
        """Have the model leave memory now, unless it answers; the next question brings it back."""
        engine = self._desk.engine
        if engine.state.phase is Phase.LOADED and not self._is_leaving:
            self._is_leaving = True
            engine.unload(self._on_left, resting=True)

    def awaken(self, then: Callable[[], object], failed: Failed) -> None:
        """Call `then` at once, or, when the model rests, once it is in memory again."""
        if not (self._desk.engine.state.resting or self._is_leaving or self._waiting):
            then()
            return
        self._waiting.append((then, failed))
        if len(self._waiting) == 1 and not self._is_leaving:
            self._load()

    def _on_left(self, event: Event) -> None:
        """A question that came while it left is asked once it is back."""
        self._is_leaving = False
        if isinstance(event, CarrelError):
            self._end(event)
        elif self._waiting:
            self._load()

    def _load(self) -> None:
        from app.session.loading import load_model

        self._desk.noticed.emit(say("The model is loaded again."))
        desk, spec = self._desk, self._desk.engine.spec
        assert spec is not None
        if desk.plan is not None:
            load_model(desk, Path(spec.path), lambda _: self._end(None), self._end, desk.plan)
        else:
            desk.engine.load(spec, self._on_event)

    def _on_event(self, event: Event) -> None:
        if isinstance(event, m.Loaded | CarrelError):
            self._end(event if isinstance(event, CarrelError) else None)

    def _end(self, error: CarrelError | None) -> None:
        waiting, self._waiting = self._waiting, []
        for then, failed in waiting:
            failed(error) if error else then()
