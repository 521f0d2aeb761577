"""Keeps one engine child honest: starts it, gives every request exactly one end, and says in words why it died.

It does no I/O of its own: `connect(on_line, on_exit)` hands it a link to a child, and tests hand it a scripted one.
Only the main thread calls it; the link's callbacks are brought home by `post`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import msgspec

from app.core.child import Exit
from app.core.emitter import Emitter
from app.core.errors import CarrelError
from app.core.loop import Post
from app.core.params import Sampling
from app.engine import causes
from app.engine import messages as m
from app.engine.link import Connect, Link, NoChild
from app.engine.pulse import Pulse, Verdict
from app.engine.request import Command, Event, OnEvent, OpenRequests, Request
from app.engine.state import EngineState, Phase

__all__ = ["Connect", "Event", "Link", "OnEvent", "Request", "Supervisor"]


class Supervisor:
    """The engine as the rest of the program knows it.

    Events: `changed(state)` on every change of state; `heard(message)` of every answer: that it was asked for
    (Generate), what is said of it, and its last word unless the child died.
    """

    def __init__(self, connect: Connect, post: Post, clock: Callable[[], float] = time.monotonic) -> None:
        self._connect, self._post, self._clock = connect, post, clock
        self._link: Link | None = None
        self._generation = 0
        self._requests = OpenRequests()
        self._loading = 0  # the load that counts: an older one may still report
        self._resting = False  # the model about to leave memory is to come back
        self._pulse = Pulse(self._clock())
        self.spec: m.Load | None = None  # what was asked to be loaded last
        self.state = EngineState()
        self.changed: Emitter[[EngineState]] = Emitter()
        self.heard: Emitter[[m.Up | m.Generate]] = Emitter()

    @property
    def pid(self) -> int | None:
        """The process number of the child, None when there is none."""
        return self._link.pid if self._link else None

    def start(self) -> None:
        """Start the child when there is none, so that it has greeted before it is needed."""
        self._ensure_child()

    def load(self, spec: m.Load, on_event: OnEvent) -> Request:
        """Load a model, starting the child when there is none. `spec.id` is filled in here."""
        self._ensure_child()
        self._cancel_open()
        request = self._ask(lambda number: msgspec.structs.replace(spec, id=number), on_event)
        self._loading, self.spec = request.id, spec
        self._pulse.load()
        self._become(replace(self.state.without_model(Phase.LOADING), path=spec.path))
        return request

    def unload(self, on_event: OnEvent = lambda _: None, *, resting: bool = False) -> Request | None:
        """Free the model's memory; the child stays. A running answer or load is stopped first."""
        self._cancel_open()
        self._resting = resting
        return self._ask(m.Unload, on_event) if self._link else None

    def generate(
        self,
        turns: tuple[m.Turn, ...],
        sampling: Sampling,
        on_event: OnEvent,
        *,
        thinking: bool = True,
        spoken: str = "",
        json_schema: str = "",
        grammar: str = "",
        side: bool = False,
        thought: str = "",
    ) -> Request:
        """Answer a conversation. Raises CarrelError("no_model") when nothing is loaded.

        What is asked on the side (a title) does not make the engine an answering one.
        """
        self._need_model()
        wish = m.Generate(0, turns, sampling, thinking, spoken, json_schema, grammar, side, thought)
        request = self._ask(lambda number: msgspec.structs.replace(wish, id=number), on_event)
        self.heard.emit(msgspec.structs.replace(wish, id=request.id))
        if not side:
            self._become(replace(self.state, phase=Phase.ANSWERING))
        return request

    def tokenize(
        self, texts: tuple[str, ...], on_event: OnEvent, *, turns: tuple[m.Turn, ...] = (), thinking: bool = True
    ) -> Request:
        """Count tokens exactly; does not wait for a running answer. Raises CarrelError("no_model")."""
        self._need_model()
        return self._ask(lambda number: m.Tokenize(number, texts, turns, thinking), on_event)

    def save_session(
        self, turns: tuple[m.Turn, ...], path: str, on_event: OnEvent, *, thinking: bool = True, key: str = ""
    ) -> Request:
        """Write what the engine has read of `turns` to a file, under `key`. Raises CarrelError("no_model")."""
        self._need_model()
        return self._ask(lambda number: m.SaveSession(number, turns, path, thinking, key), on_event)

    def restore_session(self, path: str, on_event: OnEvent, *, key: str = "") -> Request:
        """Bring a saved session back before a prompt that begins with it. Raises CarrelError("no_model")."""
        self._need_model()
        return self._ask(lambda number: m.RestoreSession(number, path, key), on_event)

    @property
    def is_open(self) -> bool:
        """Whether anything at all is under way."""
        return bool(self._requests.commands)

    @property
    def is_busy(self) -> bool:
        """Whether anything but counting is under way."""
        return any(not isinstance(command, m.Tokenize) for command in self._requests.commands)

    def cancel(self, request: Request) -> None:
        """Ask for an early end; the request still ends with its own last word."""
        if self._link and not request.ended:
            self._send(m.Cancel(request.id))

    def stop(self) -> None:
        """End the child in order. Open requests end as cancelled."""
        link, self._link = self._link, None
        self._generation += 1
        if link:
            link.send(m.encode(m.Shutdown()))
            link.close()
        self._end_all(CarrelError("cancelled", "Stopped."))
        self._become(EngineState())

    def kill(self) -> None:
        """End the child at once; its death is then told like any other."""
        if self._link:
            self._link.kill()

    def watch(self, now_s: float) -> None:
        """Called every second or so with the time of the clock: a child that is stuck is killed, and that is said."""
        if self._link is None:
            return
        match self._pulse.judge(self._requests.commands, now_s):
            case Verdict.STUCK:
                self._link.kill()
            case Verdict.UNKILLABLE:
                self._generation += 1  # whatever it still says comes too late
                self._on_exit(Exit(0, ""))

    def _cancel_open(self) -> None:
        """What the child is busy with gives way to a load or an unload."""
        for request in self._requests:
            if isinstance(request.command, m.Generate | m.Load):
                self._send(m.Cancel(request.id))

    def _ensure_child(self) -> None:
        if self._link is not None:
            return
        self._generation += 1
        self._pulse = Pulse(self._clock())
        mine = self._generation
        self._become(EngineState(phase=Phase.STARTING))

        def ended(exit_: Exit, error: CarrelError | None = None) -> None:
            self._post(lambda: self._on_exit(exit_, error) if mine == self._generation else None)

        try:
            self._link = self._connect(
                lambda line: self._post(lambda: self._on_line(line) if mine == self._generation else None), ended
            )
        except OSError as error:  # no memory for a process, or the program's files are gone
            self._link = NoChild()
            ended(Exit(0, ""), causes.of_start(error))
        self._send(m.Hello())

    def _ask(self, make: Callable[[int], Command], on_event: OnEvent) -> Request:
        is_first = not self._requests.commands
        request, line = self._requests.open(make, on_event)
        if is_first:
            self._pulse.begin(self._clock())
        assert self._link is not None
        self._link.send(line)
        return request

    def _send(self, message: m.Down) -> None:
        assert self._link is not None
        self._link.send(m.encode(message))

    def _need_model(self) -> None:
        if not self.state.has_model:
            raise self.state.cause or causes.of_refusal("no_model", "")

    def _on_line(self, line: bytes) -> None:
        message = m.decode_up(line)
        if message is not None:
            self._pulse.hear(message, self._clock())
        match message:
            case None | m.Log():
                return
            case m.Ready():
                self._on_ready(message)
            case m.LoadProgress():
                if message.id == self._loading:
                    self._become(replace(self.state, load_fraction=message.fraction))
                self._requests.tell(message.id, message)
            case m.PrefillProgress() | m.Delta() | m.Speculation():
                self.heard.emit(message)
                self._requests.tell(message.id, message)
            case m.Failed():
                self.heard.emit(message)
                self._on_failed(message)
            case m.Loaded() | m.Unloaded() | m.Tokens() | m.Done() | m.Saved() | m.Restored():
                self.heard.emit(message)
                self._on_end(message)

    def _on_ready(self, message: m.Ready) -> None:
        if message.protocol != m.PROTOCOL:
            self._end_all(causes.of_refusal("protocol", f"child speaks {message.protocol}"))
            self.stop()
            return
        self._become(self.state.greeted(message))

    def _on_end(self, message: m.Loaded | m.Unloaded | m.Tokens | m.Done | m.Saved | m.Restored) -> None:
        if isinstance(message, m.Loaded) and message.id == self._loading:
            self._become(self.state.with_model(message))
        elif isinstance(message, m.Unloaded) and self.state.phase is not Phase.LOADING:
            self._become(self.state.at_rest() if self._resting else self.state.without_model(Phase.READY))
        self._finish(message.id, message)

    def _on_failed(self, message: m.Failed) -> None:
        request = self._requests.get(message.id)
        load = request.command if request and isinstance(request.command, m.Load) else None
        path = load.path if load else self.state.path
        error = causes.of_refusal(message.code, message.detail, path, is_load=load is not None)
        if message.id == self._loading:
            phase = Phase.READY if message.code == "cancelled" else Phase.FAILED
            self._become(self.state.without_model(phase, None if message.code == "cancelled" else error))
        self._finish(message.id, error)

    def _on_exit(self, exit_: Exit, error: CarrelError | None = None) -> None:
        """The child is gone without being asked: every open request ends here, in its place."""
        self._link = None
        error, theirs = error or self._pulse.why_killed or causes.of_death(exit_), list(self._requests)
        self._become(self.state.without_model(Phase.FAILED, error))  # who hears it may ask a new child
        for request in theirs:
            self._finish(request.id, error)

    def _finish(self, number: int, event: Event) -> None:
        request = self._requests.close(number)
        if self.state.phase is Phase.ANSWERING and not self._requests.answering:
            self._become(replace(self.state, phase=Phase.LOADED))
        if request:
            request.end(event)

    def _end_all(self, error: CarrelError) -> None:
        for request in self._requests:
            self._finish(request.id, error)

    def _become(self, state: EngineState) -> None:
        if state != self.state:
            self.state = state
            self.changed.emit(state)
