"""Makes an answer once more, on the side, from the same turns, seed and sampling, and compares."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from app.core.chat import Document
from app.core.emitter import Emitter
from app.core.errors import CarrelError
from app.core.record import Origin
from app.engine import messages as m
from app.engine.supervisor import Event, Request
from app.session.desk import Desk
from app.session.failures import as_carrel_error
from app.session.opening import said_before
from app.session.prompt import Said, compose_turns
from app.session.record.comparing import Comparison, find_parting
from app.session.record.differing import differences, doubts
from app.session.record.keeping import Looked, look_at, with_looked
from app.session.record.origin import adapters_of, engine_used, origin_of
from app.store.rows import Message
from app.store.store import Store


@dataclass(frozen=True, slots=True)
class Made:
    """An answer as the store has it, with what was said before it."""

    answer: Message
    origin: Origin
    thread: tuple[Said, ...]

    @property
    def documents(self) -> tuple[Document, ...]:
        return tuple(document for said in self.thread for document in said.documents)


class Rerun:
    """Nothing of it stays in the chat. `progressed(what, done, total)` in tokens, what is "reading" or "writing".

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
        self._desk, self._message_id, self._done, self._failed = desk, message_id, done, failed
        self._request: Request | None = None
        self._stopped = False
        self._text = self._thinking = ""
        self._tokens = 0

    def start(self) -> None:
        def failed(error: Exception) -> None:
            self._failed(as_carrel_error(error))

        def opened(made: Made) -> None:
            self._desk.rest.awaken(lambda: self._ask(made), self._failed)

        self._desk.store.ask(lambda store: open_made(store, self._message_id), opened, failed)

    def stop(self) -> None:
        self._stopped = True
        if self._request is not None:
            self._desk.engine.cancel(self._request)

    def _ask(self, made: Made) -> None:
        if self._stopped:
            self._failed(CarrelError("cancelled", "Stopped."))
            return
        wish = wish_of(made)
        self._text, self._thinking = wish.spoken, wish.thought
        try:
            self._request = self._desk.engine.generate(
                wish.turns,
                wish.sampling,
                lambda event: self._on_event(event, made, wish),
                thinking=wish.thinking,
                spoken=wish.spoken,
                json_schema=wish.json_schema,
                grammar=wish.grammar,
                side=True,
                thought=wish.thought,
            )
        except CarrelError as error:
            self._failed(error)

    def _on_event(self, event: Event, made: Made, wish: m.Generate) -> None:
        match event:
            case m.PrefillProgress():
                self.progressed.emit("reading", event.done, event.total)
            case m.Delta():
                self._on_delta(event, made)
            case m.Done() if event.reason == "cancelled" and self._stopped:
                self._failed(CarrelError("cancelled", "Stopped."))
            case m.Done():
                self._compare(made, wish)
            case CarrelError():
                self._failed(event)

    def _on_delta(self, delta: m.Delta, made: Made) -> None:
        if delta.channel == "thinking":
            self._thinking += delta.text
        else:
            self._text += delta.text
        self._tokens += delta.tokens
        self.progressed.emit("writing", self._tokens, max(self._tokens, made.answer.usage.answer_tokens))
        long_enough = len(self._text) >= len(made.answer.text) and len(self._thinking) >= len(made.answer.thinking)
        if is_cut(made.answer) and long_enough and self._request is not None:
            self._desk.engine.cancel(self._request)  # there is nothing to compare the rest with

    def _compare(self, made: Made, wish: m.Generate) -> None:
        """With what is true now: the model's hash may take a while to be known."""
        state, spec = self._desk.engine.state, self._desk.engine.spec
        now = origin_of(wish, made.origin.system_prompt, made.documents, state, others=0)
        now = msgspec.structs.replace(now, engine=engine_used(state, spec), asked_at=time.time())

        adapters = adapters_of(spec)

        def looked(found: Looked) -> None:
            whole = with_looked(now, found)
            self._desk.store.ask(lambda store: _with_known_hash(store, whole), tell, lambda _: tell(whole))

        def tell(whole: Origin) -> None:
            self._done(self._comparison(made, whole))

        self._desk.jobs.run(lambda: look_at(now, adapters), looked, lambda _: tell(now))

    def _comparison(self, made: Made, now: Origin) -> Comparison:
        then, cut = made.answer, is_cut(made.answer)
        parting = find_parting((then.thinking, then.text), (self._thinking, self._text), cut_then=cut)
        return Comparison(
            parting,
            self._text,
            self._thinking,
            then.text,
            then.thinking,
            differences(made.origin, now),
            doubts(made.origin, now),
            cut,
        )


def is_cut(answer: Message) -> bool:
    """Whether it ended before the model would have ended it."""
    return answer.state in ("stopped", "failed")


def open_made(store: Store, message_id: int) -> Made:
    """On the database thread. Raises CarrelError for an answer of which nothing is known."""
    answer, origin = store.message(message_id), store.origin_of(message_id)
    if origin is None or answer.role != "assistant":
        raise no_origin()
    if origin.passes:
        raise CarrelError(
            "answer_of_passes",
            "This answer was put together from {count} passes, so it cannot be made again at once.",
            "Its record can be saved. To compare, ask the question again.",
            count=origin.passes,
        )
    thread = store.thread_to(answer.parent_id)
    return Made(answer, origin, tuple(said_before(store, thread)))


def wish_of(made: Made) -> m.Generate:
    """What the engine was asked then, put together anew."""
    origin = made.origin
    return m.Generate(
        0,
        compose_turns(made.thread, origin.system_prompt),
        origin.sampling,
        origin.thinking,
        made.answer.text[: origin.spoken_chars],
        origin.json_schema,
        origin.grammar,
        side=True,
        thought=made.answer.thinking[: origin.thought_chars],
    )


def _with_known_hash(store: Store, origin: Origin) -> Origin:
    path = Path(origin.model.path)
    try:
        stat = path.stat()
    except OSError:
        return origin
    sha256 = store.file_hash(str(path), stat.st_size, stat.st_mtime_ns)
    return msgspec.structs.replace(origin, model=msgspec.structs.replace(origin.model, sha256=sha256))


def no_origin() -> CarrelError:
    return CarrelError(
        "no_origin",
        "Nothing is kept of what this answer was made with.",
        "It is older than such records, from another program, or a table over documents. Ask again to have one.",
    )
