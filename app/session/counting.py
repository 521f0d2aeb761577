"""Exact token counts: with the loaded model's vocabulary, or with Qwen3's own while none is loaded."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from app.config.paths import resource
from app.core.chat import Document, Page
from app.core.errors import CarrelError
from app.engine import messages as m
from app.engine.state import Phase
from app.engine.supervisor import Event, Supervisor
from app.session.desk import Desk

Counted = Callable[[tuple[int, ...]], object]
Failed = Callable[[CarrelError], object]


class Counter:
    """Counts tokens of texts. `close` ends the small child it may have started."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._own: Supervisor | None = None

    def count(self, texts: tuple[str, ...], done: Counted, failed: Failed) -> None:
        """`done(counts)` in the order of `texts`, or `failed(error)`; both on the main thread."""
        engine = self._desk.engine
        if engine.state.has_model:
            engine.tokenize(texts, _answer(done, failed))
        else:
            self._with_own(lambda own: own.tokenize(texts, _answer(done, failed)), failed)

    def close(self) -> None:
        if self._own is not None:
            self._own.stop()
            self._own = None

    def _with_own(self, then: Callable[[Supervisor], object], failed: Failed) -> None:
        if self._own is not None and self._own.state.phase is not Phase.FAILED:
            own = self._own
            if own.state.has_model:
                then(own)
            else:
                self._when_loaded(own, then, failed)
            return
        own = self._own = Supervisor(self._desk.connect, self._desk.post)
        spec = m.Load(0, path=str(resource("vocab", "qwen3-vocab.gguf")), vocab_only=True)

        def on_event(event: Event) -> None:
            if isinstance(event, CarrelError):
                failed(event)

        own.load(spec, on_event)
        self._when_loaded(own, then, failed)

    def _when_loaded(self, own: Supervisor, then: Callable[[Supervisor], object], failed: Failed) -> None:
        """Wait for the vocabulary: a second question may come while the first still loads it."""

        def on_change(_state: object) -> None:
            if own.state.has_model:
                disconnect()
                then(own)
            elif own.state.phase is Phase.FAILED and own.state.cause:
                disconnect()

        disconnect = own.changed.connect(on_change)


def _answer(done: Counted, failed: Failed) -> Callable[[Event], None]:
    def on_event(event: Event) -> None:
        if isinstance(event, m.Tokens):
            done(event.counts)
        elif isinstance(event, CarrelError):
            failed(event)

    return on_event


def with_counts(document: Document, counts: tuple[int, ...]) -> Document:
    """The document with the tokens of every page filled in."""
    pages = tuple(Page(page.number, page.text, tokens) for page, tokens in zip(document.pages, counts, strict=True))
    return msgspec.structs.replace(document, pages=pages)
