"""Makes an answer once more, on the side, from the same turns, seed and sampling, and compares: prompt by prompt."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from app.core.emitter import Emitter
from app.core.errors import CarrelError
from app.core.record import Origin
from app.engine import messages as m
from app.engine.supervisor import Event, Request
from app.session.desk import Desk
from app.session.failures import as_carrel_error
from app.session.record.comparing import Comparison, PassCompared, Told, find_parting
from app.session.record.differing import differences, doubts
from app.session.record.keeping import look_at, with_looked
from app.session.record.origin import adapters_of, engine_used, origin_of, prompt_hash
from app.session.record.steps import Made, Step, is_cut, open_made
from app.session.record.tables import TablesCompared, compare_tables
from app.store.store import Store


class Rerun:
    """Nothing of it stays in the chat. `progressed(what, done, total)` in tokens, what is "reading" or "writing", of
    prompt `step` of `steps`: an answer put together from passes is made again pass by pass.

    `done(comparison)` or `failed(error)` is heard once; after `stop()` it fails with the code "cancelled".
    """

    def __init__(
        self,
        desk: Desk,
        message_id: int,
        done: Callable[[Comparison], object],
        failed: Callable[[CarrelError], object],
    ) -> None:
        self.progressed: Emitter[[str, int, int]] = Emitter()
        self.step = self.steps = 0
        self._desk, self._message_id, self._done, self._failed = desk, message_id, done, failed
        self._request: Request | None = None
        self._stopped = False
        self._told: list[Told] = []
        self._text = self._thinking = ""
        self._tokens = 0

    def start(self) -> None:
        def failed(error: Exception) -> None:
            self._failed(as_carrel_error(error))

        def opened(made: Made) -> None:
            self.steps = len(made.steps)
            self._desk.rest.awaken(lambda: self._ask(made), self._failed)

        self._desk.store.ask(lambda store: open_made(store, self._message_id), opened, failed)

    def stop(self) -> None:
        self._stopped = True
        if self._request is not None:
            self._desk.engine.cancel(self._request)

    def _ask(self, made: Made) -> None:
        """The next prompt; after the last one, compare."""
        if self._stopped:
            self._failed(CarrelError("cancelled", "Stopped."))
            return
        if len(self._told) == len(made.steps):
            self._compare(made)
            return
        step, self.step = made.steps[len(self._told)], len(self._told) + 1
        wish = step.wish
        self._text, self._thinking, self._tokens = wish.spoken, wish.thought, 0
        try:
            self._request = self._desk.engine.generate(
                wish.turns,
                wish.sampling,
                lambda event: self._on_event(event, made, step),
                thinking=wish.thinking,
                spoken=wish.spoken,
                json_schema=wish.json_schema,
                grammar=wish.grammar,
                side=True,
                thought=wish.thought,
            )
        except CarrelError as error:
            self._failed(error)

    def _on_event(self, event: Event, made: Made, step: Step) -> None:
        match event:
            case m.PrefillProgress():
                self.progressed.emit("reading", event.done, event.total)
            case m.Delta():
                self._on_delta(event, made, step)
            case m.Done() if event.reason == "cancelled" and self._stopped:
                self._failed(CarrelError("cancelled", "Stopped."))
            case m.Done():
                self._told.append(Told(self._thinking, self._text))
                self._ask(made)
            case CarrelError():
                self._failed(event)

    def _on_delta(self, delta: m.Delta, made: Made, step: Step) -> None:
        if delta.channel == "thinking":
            self._thinking += delta.text
        else:
            self._text += delta.text
        self._tokens += delta.tokens
        tokens = 0 if step.number else made.answer.usage.answer_tokens
        self.progressed.emit("writing", self._tokens, max(self._tokens, tokens))
        long_enough = len(self._text) >= len(step.text) and len(self._thinking) >= len(step.thinking)
        if step.cut and long_enough and self._request is not None:
            self._desk.engine.cancel(self._request)  # there is nothing to compare the rest with

    def _compare(self, made: Made) -> None:
        """With what is true now: the model's hash may take a while to be known."""
        state, spec = self._desk.engine.state, self._desk.engine.spec
        wish = m.Generate(0, (), made.origin.sampling, made.origin.thinking) if made.is_table else made.steps[-1].wish
        now = origin_of(wish, made.origin.system_prompt, made.documents, state, others=0)
        now = msgspec.structs.replace(now, engine=engine_used(state, spec), asked_at=time.time())
        adapters, libraries, told = adapters_of(spec), state.libraries, tuple(self._told)

        def look() -> tuple[Origin, TablesCompared | None]:
            tables = compare_tables(made, told) if made.is_table else None
            try:
                return with_looked(now, look_at(now, adapters, libraries)), tables
            except (OSError, CarrelError):  # the file is gone from the disk, though not from memory
                return now, tables

        def looked(found: tuple[Origin, TablesCompared | None]) -> None:
            whole, tables = found

            def tell(origin: Origin) -> None:
                self._done(_comparison(made, told, origin, tables))

            self._desk.store.ask(lambda store: _with_known_hash(store, whole), tell, lambda _: tell(whole))

        self._desk.jobs.run(look, looked, lambda error: self._failed(as_carrel_error(error)))


def _comparison(made: Made, told: tuple[Told, ...], now: Origin, tables: TablesCompared | None) -> Comparison:
    then, cut = made.answer, is_cut(made.answer)
    before, last = Told(then.thinking, then.text), told[-1]
    if tables is not None:
        before, last = Told("", tables.then), Told("", tables.now)
    return Comparison(
        find_parting(before, last, cut_then=cut and tables is None),
        last.text,
        last.thinking,
        before.text,
        before.thinking,
        differences(made.origin, now),
        doubts(made.origin, now),
        cut,
        passes=tuple(_pass(step, one) for step, one in zip(made.steps, told, strict=True) if step.number),
        cells=tables.cells if tables is not None else (),
    )


def _pass(step: Step, told: Told) -> PassCompared:
    parting = find_parting(Told("", step.text), Told("", told.text), cut_then=False)
    return PassCompared(step.number, step.name, parting, prompt_hash(step.wish.turns) == step.prompt_sha256)


def _with_known_hash(store: Store, origin: Origin) -> Origin:
    path = Path(origin.model.path)
    try:
        stat = path.stat()
    except OSError:
        return origin
    sha256 = store.file_hash(str(path), stat.st_size, stat.st_mtime_ns)
    return msgspec.structs.replace(origin, model=msgspec.structs.replace(origin.model, sha256=sha256))
