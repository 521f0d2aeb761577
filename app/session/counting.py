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


class Counter:
    """Counts the tokens of documents, page by page. `close` ends the small child it may have started."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._own: Supervisor | None = None
        self._waiting: list[tuple[Document, Counted, Failed]] = []

    def count(self, document: Document, done: Counted, failed: Failed) -> None:
        """`done(document)` with its counts, or `failed(error)`; both on the main thread."""
        if self._desk.engine.state.has_model:
            _ask(self._desk.engine, document, done, failed)
        elif self._own is not None and self._own.state.has_model:
            _ask(self._own, document, done, failed)
        else:
            self._waiting.append((document, done, failed))
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
                for document, done, failed in waiting:
                    failed(event) if isinstance(event, CarrelError) else _ask(own, document, done, failed)

        own.load(m.Load(0, path=str(resource("vocab", "qwen3-vocab.gguf")), vocab_only=True), on_event)


def _ask(engine: Supervisor, document: Document, done: Counted, failed: Failed) -> None:
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
