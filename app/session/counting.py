"""Exact token counts: with the loaded model's vocabulary, or with Qwen3's own while none is loaded."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from app.config.paths import resource
from app.core.chat import Document
from app.core.errors import CarrelError
from app.engine import messages as m
from app.engine.state import Phase
from app.engine.supervisor import Event, Supervisor
from app.session.desk import Desk

Counted = Callable[[Document], object]
Failed = Callable[[CarrelError], object]
Ask = Callable[[Supervisor], object]


class Counter:
    """Counts the tokens of documents, page by page. `close` ends the small child it may have started."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._own: Supervisor | None = None
        self._waiting: list[tuple[Ask, Failed]] = []

    def count(self, document: Document, done: Counted, failed: Failed) -> None:
        """`done(document)` with its counts, or `failed(error)`; both on the main thread."""
        self._ask(lambda engine: _count(engine, document, done, failed), failed)

    def count_text(self, text: str, done: Callable[[int], object], failed: Failed) -> None:
        """`done(tokens)` of a text as it stands, or `failed(error)`; both on the main thread."""
        self._ask(lambda engine: _count_text(engine, text, done, failed), failed)

    def measure(self, turns: tuple[m.Turn, ...], done: Callable[[int], object], failed: Failed) -> None:
        """`done(tokens)` of the whole prompt as the chat template writes it, thinking allowed; or `failed(error)`."""
        self._ask(lambda engine: _measure(engine, turns, done, failed), failed)

    def _ask(self, ask: Ask, failed: Failed) -> None:
        if self._desk.engine.state.has_model:
            ask(self._desk.engine)
        elif self._own is not None and self._own.state.has_model:
            ask(self._own)
        else:
            self._waiting.append((ask, failed))
            if self._own is None or self._own.state.phase is Phase.FAILED:
                self._start_own()

    def close(self) -> None:
        if self._own is not None:
            self._own.stop()
            self._own = None

    def _start_own(self) -> None:
        own = self._own = Supervisor(self._desk.connect, self._desk.post)

        def on_event(event: Event) -> None:
            if isinstance(event, m.Loaded | CarrelError):
                waiting, self._waiting = self._waiting, []
                if isinstance(event, CarrelError) and self._own is own:
                    self.close()
                for ask, failed in waiting:
                    failed(event) if isinstance(event, CarrelError) else ask(own)

        own.load(m.Load(0, path=str(resource("vocab", "qwen3-vocab.gguf")), vocab_only=True), on_event)


def _measure(engine: Supervisor, turns: tuple[m.Turn, ...], done: Callable[[int], object], failed: Failed) -> None:
    def on_event(event: Event) -> None:
        if isinstance(event, m.Tokens):
            done(event.turns_total)
        elif isinstance(event, CarrelError):
            failed(event)

    engine.tokenize((), on_event, turns=turns)


def _count_text(engine: Supervisor, text: str, done: Callable[[int], object], failed: Failed) -> None:
    def on_event(event: Event) -> None:
        if isinstance(event, m.Tokens):
            done(event.counts[0])
        elif isinstance(event, CarrelError):
            failed(event)

    engine.tokenize((text,), on_event)


def _count(engine: Supervisor, document: Document, done: Counted, failed: Failed) -> None:
    tokenizer = engine.state.tokenizer

    def on_event(event: Event) -> None:
        if isinstance(event, m.Tokens):
            done(with_counts(document, event.counts, tokenizer))
        elif isinstance(event, CarrelError):
            failed(event)

    engine.tokenize(tuple(page.text for page in document.pages), on_event)


def with_counts(document: Document, counts: Sequence[int], tokenizer: str) -> Document:
    """The document with the tokens of every page filled in, as `tokenizer` counted them."""
    counted = zip(document.pages, counts, strict=True)
    pages = tuple(msgspec.structs.replace(page, tokens=tokens) for page, tokens in counted)
    return msgspec.structs.replace(document, pages=pages, tokenizer=tokenizer)


def recount(documents: Sequence[Document], counts: Sequence[int], tokenizer: str) -> dict[Document, Document]:
    """Each document with its share of `counts`, which are those of all their pages in order."""
    renewed, start = {}, 0
    for document in documents:
        end = start + len(document.pages)
        renewed[document] = with_counts(document, counts[start:end], tokenizer)
        start = end
    return renewed
