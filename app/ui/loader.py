"""Loading from the window: one wish at a time, its failure kept for the card that tells it. Holds no widgets."""

from __future__ import annotations

from pathlib import Path

from app.core.emitter import Emitter
from app.core.errors import CarrelError
from app.core.words import say
from app.engine.state import EngineState
from app.fit.plan import Plan
from app.session.desk import Desk
from app.session.loading import load_model, reload_last, with_context


class Loader:
    """Events: `failed(error)`, `succeeded(state)`, `changed()` when `is_busy` did. Progress: `desk.engine.changed`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.last_error: CarrelError | None = None
        self.is_busy = False
        self.changed: Emitter[[]] = Emitter()
        self.failed: Emitter[[CarrelError]] = Emitter()
        self.succeeded: Emitter[[EngineState]] = Emitter()

    def load(self, path: Path, plan: Plan | None = None) -> None:
        """Load this file, planned for this computer."""
        if self.is_busy:
            return
        self._become(busy=True)
        load_model(self._desk, path, self._on_done, self._on_failed, plan)

    def reload(self) -> None:
        """Load again what was loaded last."""
        if self.is_busy:
            return
        self._become(busy=True)
        reload_last(self._desk, self._on_done, self._on_failed)

    def reload_with(self, n_ctx: int) -> None:
        """Load what is in memory again with another context, the rest as it is. Not while an answer runs."""
        desk = self._desk
        if self.is_busy or not desk.engine.state.has_model:
            return
        if desk.engine.is_busy:
            desk.noticed.emit(say("The model is answering. Stop it, or wait for its end, then reload."))
            return
        self._become(busy=True)
        load_model(desk, Path(desk.engine.state.path), self._on_done, self._on_failed, fixed=with_context(desk, n_ctx))

    def _become(self, *, busy: bool) -> None:
        self.is_busy = busy
        if busy:
            self.last_error = None
        self.changed.emit()

    def _on_done(self, state: EngineState) -> None:
        self._become(busy=False)
        self.succeeded.emit(state)

    def _on_failed(self, error: CarrelError) -> None:
        self.last_error = error
        self._become(busy=False)
        if error.code != "cancelled":
            self.failed.emit(error)
