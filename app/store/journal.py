"""Keeps a streaming answer on the disk, at most `FLUSH_EVERY_S` behind what was shown."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import groupby

from app.core.chat import AnswerState, Channel, Receipt, Timing, Usage
from app.store.rows import Message
from app.store.store import Store
from app.store.thread import StoreThread

FLUSH_EVERY_S = 0.4

Piece = tuple[Channel, str]


class AnswerJournal:
    """Buffers the text of one answer and flushes it through the database thread. Used on the main thread.

    Text whose flush failed stays in the buffer and goes with the next one, in order; `on_failed` hears of it.
    """

    def __init__(
        self,
        store_thread: StoreThread,
        message_id: int,
        clock: Callable[[], float],
        on_failed: Callable[[Exception], object] = lambda _: None,
    ) -> None:
        self._thread, self._message_id, self._clock, self._on_failed = store_thread, message_id, clock, on_failed
        self._lock = threading.Lock()
        self._buffer: list[Piece] = []
        self._flush_asked = False
        self._flushed_at_s = clock()

    def add(self, channel: Channel, text: str) -> None:
        """Take new text; flush when the last flush is long enough ago."""
        with self._lock:
            self._buffer.append((channel, text))
        self.tick()

    def tick(self) -> None:
        """Flush what has waited long enough. Call it from a timer, for text followed by a pause."""
        if self._clock() - self._flushed_at_s >= FLUSH_EVERY_S:
            self.flush()

    def flush(self) -> None:
        """Send the buffer to the disk now; returns at once."""
        with self._lock:
            if not self._buffer or self._flush_asked:
                return
            self._flush_asked = True
        self._flushed_at_s = self._clock()
        self._thread.ask(self._write, failed=self._on_failed)

    def finish(
        self,
        state: AnswerState,
        usage: Usage,
        timing: Timing,
        receipt: Receipt,
        cause: str = "",
        thinking_ms: int = 0,
        thinking_tokens: int = 0,
        done: Callable[[Message], object] | None = None,
        failed: Callable[[Exception], object] | None = None,
    ) -> None:
        """Write the rest and the end of the answer in one transaction; `done` gets the message as it is kept."""

        def end(store: Store) -> Message:
            with self._taken() as pieces, store.transaction():
                store.append_answer(self._message_id, pieces)
                return store.finish_answer(
                    self._message_id, state, usage, timing, receipt, cause, thinking_ms, thinking_tokens
                )

        self._thread.ask(end, done, failed or self._on_failed)

    def _write(self, store: Store) -> None:
        with self._taken() as pieces:
            store.append_answer(self._message_id, pieces)

    @contextmanager
    def _taken(self) -> Iterator[list[Piece]]:
        """On the database thread: the buffered text, joined by channel; put back when the block does not commit."""
        with self._lock:
            taken, self._buffer, self._flush_asked = self._buffer, [], False
        try:
            runs = groupby(taken, lambda piece: piece[0])
            yield [(channel, "".join(text for _, text in run)) for channel, run in runs]
        except BaseException:
            with self._lock:
                self._buffer = taken + self._buffer
            raise
