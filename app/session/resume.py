"""Keeps what the engine has read of long documents, and brings it back instead of reading them again.

Asked before every answer and after it; never stands in the way of one: what goes wrong here is logged, and the
documents are read anew. Main thread; the disk is touched by jobs, the KV state by the engine alone.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from app.core.chat import Timing, Usage
from app.core.emitter import Emitter
from app.core.errors import CarrelError
from app.engine import messages as m
from app.engine import saved
from app.engine.state import EngineState, Phase
from app.engine.supervisor import Event
from app.session.prompt import Said
from app.session.readings import Look, Reading, is_worth_it, key_of, readings_of
from app.session.shelf import SavedSession, Shelf
from app.store.cipher import locked

if TYPE_CHECKING:
    from app.session.desk import Desk

log = logging.getLogger(__name__)

WHOLE = 0.9  # of the documents' tokens must be in a session, or it is not theirs
QUIET_S = 3.0  # after an answer, before its reading is saved: the next question may be on its way
MEASURED_TOKENS = 512  # a shorter reading says little about the speed


Done = Callable[[int, Look | None], object]


class Resume:
    """Event: `kept(tokens, size_bytes)` when a session was saved."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.shelf = Shelf(desk.home.sessions_folder, desk.vault.sessions_key)
        self.kept: Emitter[[int, int]] = Emitter()
        self._held = ""  # key of what the engine's cache begins with
        self._wanted: Look | None = None  # to be saved when the engine is idle
        self._wanted_s = 0.0
        self._saving = False
        self._hopeless: set[str] = set()  # keys that could not be saved
        self._build = ""
        self._known: tuple[m.Load, str, saved.Identity] | None = None  # of the model in memory
        desk.engine.changed.connect(self._on_engine)

    @property
    def is_settled(self) -> bool:
        """Whether nothing is being saved or waits for it."""
        return not self._saving and self._wanted is None

    def restore_before(self, readings: tuple[Reading, ...], told: Callable[[float], object], done: Done) -> None:
        """Bring back what the engine does not hold already; `done(tokens, look)` always comes, with 0 when nothing was.

        `told(seconds)` comes before, when there is something to bring back. `look` is for `save_after_answer`.
        """
        engine = self._desk.engine
        spec, build = engine.spec, engine.state.build
        if not readings or spec is None or not self._desk.settings.keep_sessions:
            self._held, self._wanted = "", None
            done(0, None)
            return

        def looked(look: Look) -> None:
            if self._wanted is not None and self._wanted.keys[0] != look.keys[0]:
                self._wanted = None  # another conversation may push it out of the cache
            if look.found is None or self._holds_more(look) or not is_worth_it(look.found, look.rates):
                done(0, look)
                return
            told(look.found.size_bytes / look.rates.restore_bytes_s)
            self._restore(look, look.found, done)

        def failed(error: Exception) -> None:
            log.warning("saved sessions could not be looked at", exc_info=error)
            done(0, None)

        self._desk.jobs.run(lambda: self._look_up(readings, spec, build), looked, failed)

    def find(
        self, thread: Sequence[Said], instructions: str, done: Callable[[SavedSession | None, float], object]
    ) -> None:
        """The saved reading that a conversation would begin with, and the seconds it takes to bring it back.

        None without one, and while no model is loaded: whose reading it is depends on the model.
        """
        spec, build = self._desk.engine.spec, self._desk.engine.state.build
        if spec is None or not self._desk.engine.state.has_model or not self._desk.settings.keep_sessions:
            done(None, 0.0)
            return

        def look() -> Look:
            return self._look_up(readings_of(thread, instructions), spec, build)

        def found(look: Look) -> None:
            size_bytes = look.found.size_bytes if look.found else 0
            done(look.found, size_bytes / look.rates.restore_bytes_s)

        self._desk.jobs.run(look, found, lambda _: done(None, 0.0))

    def save_after_answer(self, look: Look | None, usage: Usage, timing: Timing) -> None:
        """Note that the answer has come, and keep what was read for it, once and when the engine is idle."""
        if look is None:
            return
        self._held = key = look.keys[0]
        if usage.prompt_tokens - usage.cached_tokens >= MEASURED_TOKENS and timing.prefill_tok_s > 0:
            self._measured(read_tok_s=timing.prefill_tok_s)
        if key not in self._hopeless and not (look.found and look.found.path == self.shelf.path_of(key)):
            self._wanted, self._wanted_s = look, time.monotonic()

    def go_on(self, now_s: float = math.inf) -> None:
        """Save what waits for it, if the engine has nothing to do. Called by the desk's beat, or to have it at once."""
        if now_s - self._wanted_s < QUIET_S:
            return
        if self._wanted is not None and not self._saving and not self._desk.engine.is_busy:
            look, self._wanted, self._saving = self._wanted, None, True
            self._desk.jobs.run(
                lambda: self._make_room(look), lambda good: self._save(look) if good else self._saved(look), self._lost
            )

    # Restoring.

    def _look_up(self, readings: tuple[Reading, ...], spec: m.Load, build: str) -> Look:
        """Away from the main thread: reads samples of the model file."""
        if self._known is None or self._known[:2] != (spec, build):
            self._known = (spec, build, saved.identify(spec, build, 0))
        identity = self._known[2]
        secret = self._desk.vault.sessions_key() or b""
        keys = tuple(key_of(reading, identity, secret) for reading in readings)
        found = next((one for one in map(self.shelf.find, keys) if one), None)
        return Look(readings, keys, found, self.shelf.rates())

    def _holds_more(self, look: Look) -> bool:
        """Whether the engine's cache begins with at least as much as the session found."""
        if self._held not in look.keys or look.found is None:
            return False
        return look.keys.index(self._held) <= look.keys.index(look.found.path.stem)

    def _restore(self, look: Look, session: SavedSession, done: Done) -> None:
        def on_event(event: Event) -> None:
            if isinstance(event, m.Restored):
                self._held = session.path.stem
                if event.restore_s > 0 and event.size_bytes:
                    self._measured(restore_bytes_s=event.size_bytes / event.restore_s)
                self._desk.jobs.run(lambda: self.shelf.touch(session.path))
                done(event.tokens if event.size_bytes else 0, look)
            elif isinstance(event, CarrelError):
                log.warning("a saved session was not restored: %s (%s)", event.code, event.params.get("log"))
                if event.code.startswith("engine_") and not self._desk.engine.state.has_model:
                    # It took the engine with it: never again.
                    saved.remove(session.path)
                is_gone = event.code in ("session_refused", "session_missing")  # then this answer makes it again
                done(0, replace(look, found=None) if is_gone else look)

        try:
            self._desk.engine.restore_session(str(session.path), on_event, key=self._secret())
        except CarrelError:
            done(0, look)

    # Saving.

    def _make_room(self, look: Look) -> bool:
        """Away from the main thread: whether the session will have a place within what sessions may take."""
        plan, spec = self._desk.plan, self._desk.engine.spec
        known = plan is not None and spec is not None and plan.n_ctx == spec.n_ctx
        expected = plan.vram.kv_bytes * look.readings[0].tokens // plan.n_ctx if plan and known else 0
        budget = self.shelf.budget_bytes(self._desk.settings.sessions_gb)
        if expected > budget:
            return False
        self.shelf.prune(budget - expected)
        return True

    def _save(self, look: Look) -> None:
        path, reading = self.shelf.path_of(look.keys[0]), look.readings[0]

        def on_event(event: Event) -> None:
            if isinstance(event, m.Saved):
                self._desk.jobs.run(lambda: self._tidy(look, event), lambda _: self._saved(look, event), self._lost)
            elif isinstance(event, CarrelError):
                log.warning("a session was not saved: %s (%s)", event.code, event.params.get("log"))
                if event.code == "session_disk_full":
                    self._desk.noticed.emit(str(event))
                self._saved(look)

        if self._desk.engine.is_busy:  # a question came meanwhile
            self._saving, self._wanted = False, look
            return
        try:
            self._desk.engine.save_session(reading.turns, str(path), on_event, key=self._secret())
        except CarrelError:
            self._saved(look)

    def _tidy(self, look: Look, event: m.Saved) -> None:
        """Away from the main thread: keep the new session if it is what it should be, and the folder in bounds."""
        path, reading = self.shelf.path_of(look.keys[0]), look.readings[0]
        if event.tokens < WHOLE * reading.tokens:
            saved.remove(path)
            return
        self.shelf.name(path, reading.documents)
        self.shelf.prune(self.shelf.budget_bytes(self._desk.settings.sessions_gb))

    def _saved(self, look: Look, event: m.Saved | None = None) -> None:
        self._saving = False
        if event is not None and event.tokens >= WHOLE * look.readings[0].tokens:
            self.kept.emit(event.tokens, event.size_bytes)
        else:
            self._hopeless.add(look.keys[0])

    def _lost(self, error: Exception) -> None:
        self._saving = False
        log.warning("a session was not saved", exc_info=error)

    def _secret(self) -> str:
        """For the engine, over the pipe and nowhere else. Raises CarrelError while the vault is locked."""
        key = self._desk.vault.sessions_key()
        if key is None:
            raise locked()
        return key.hex()

    def _measured(self, **changes: float) -> None:
        self._desk.jobs.run(lambda: self.shelf.keep_rates(msgspec.structs.replace(self.shelf.rates(), **changes)))

    def _on_engine(self, state: EngineState) -> None:
        if not state.has_model:
            self._held, self._wanted = "", None
        elif state.phase is Phase.LOADED and state.build != self._build:
            self._build = state.build
            self._desk.jobs.run(lambda: self.shelf.remove_stale(state.build))
