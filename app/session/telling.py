"""An answer while it is told: journaled, counted, kept with its receipt, and its citations checked at the end."""

from __future__ import annotations

import time
from collections.abc import Sequence

from app.core.chat import AnswerState, Channel
from app.core.citation import Citation
from app.core.emitter import Emitter
from app.core.errors import CarrelError
from app.engine import messages as m
from app.perf.ticker import Ticker
from app.session.checking import check_answer
from app.session.desk import Desk
from app.session.failures import as_carrel_error
from app.session.prompt import Said
from app.session.wish import Outcome
from app.store.journal import FLUSH_EVERY_S, AnswerJournal


class Telling:
    """One answer row from its beginning, or from where it was cut, to its end. `outcome` holds what was said before.

    Events: `spoke(channel, text, tokens)`; `ended(outcome)` exactly once; after it `checked(citations)` once, when the
    answer was kept.
    """

    def __init__(self, desk: Desk, message_id: int, outcome: Outcome) -> None:
        self._desk, self._message_id, self.outcome = desk, message_id, outcome
        self.spoke: Emitter[[Channel, str, int]] = Emitter()
        self.ended: Emitter[[Outcome]] = Emitter()
        self.checked: Emitter[[tuple[Citation, ...]]] = Emitter()
        self._is_over = False
        self._thinking_began_s: float | None = None
        self._thought_before_ms = outcome.thinking_ms
        self._journal = AnswerJournal(desk.store, message_id, time.monotonic)
        self._beat: Ticker[None] = Ticker(lambda: None, lambda _: desk.post(self._keep), FLUSH_EVERY_S)
        self._beat.start()

    def say(self, delta: m.Delta) -> None:
        """Take new text: to the journal, to the outcome, to whoever listens."""
        self._journal.add(delta.channel, delta.text)
        if delta.channel == "thinking":
            now_s = time.monotonic()
            self._thinking_began_s = self._thinking_began_s or now_s
            self.outcome.thinking += delta.text
            self.outcome.thinking_tokens += delta.tokens
            thought_ms = int((now_s - self._thinking_began_s) * 1000)
            self.outcome.thinking_ms = self._thought_before_ms + thought_ms
        else:
            self.outcome.text += delta.text
        self.spoke.emit(delta.channel, delta.text, delta.tokens)

    def end(self, state: AnswerState, thread: Sequence[Said], error: CarrelError | None = None) -> None:
        """Keep the end. `thread` is what its citations are checked against."""
        if self._is_over:
            return
        self._is_over = True
        self._beat.stop()
        outcome = self.outcome
        outcome.state, outcome.error = state, error
        self._journal.finish(
            state=state,
            usage=outcome.usage,
            timing=outcome.timing,
            receipt=outcome.receipt,
            cause=error.code if error else "",
            thinking_ms=outcome.thinking_ms,
            thinking_tokens=outcome.thinking_tokens,
            done=lambda _: self._on_kept(thread),
            failed=self._on_not_kept,
        )

    def _on_kept(self, thread: Sequence[Said]) -> None:
        """The answer is over; what it cites is looked up after it."""
        self.ended.emit(self.outcome)
        check_answer(self._desk, self._message_id, self.outcome.text, thread, self._on_checked)

    def _on_checked(self, citations: tuple[Citation, ...]) -> None:
        self.outcome.citations = citations
        self.checked.emit(citations)

    def _on_not_kept(self, error: Exception) -> None:
        """The end could not be written (a full disk): what was journaled stays, and the answer still ends."""
        self.outcome.state, self.outcome.error = "failed", as_carrel_error(error)
        self.ended.emit(self.outcome)

    def _keep(self) -> None:
        """Text followed by a pause must not wait for the next token."""
        if not self._is_over:
            self._journal.tick()
