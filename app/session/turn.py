"""One turn, from the wish to the kept answer.

Order is the promise: the words are durable in the chat's draft before they are counted, in the chat before the engine
sees them, and every delta is journaled before it can be lost. An engine that dies leaves the partial answer, its
cause, and a turn that has ended.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import msgspec

from app.core.chat import AnswerState, Channel, Document
from app.core.citation import Citation
from app.core.emitter import Emitter
from app.core.errors import CarrelError
from app.engine import messages as m
from app.engine.supervisor import Event
from app.session.accounts import joined_timing, joined_usage, receipt_of
from app.session.asking import Asking
from app.session.budget import refuse_if_too_long
from app.session.counting import recount
from app.session.desk import Desk
from app.session.failures import as_carrel_error
from app.session.form import check_form
from app.session.opening import Opened, open_wish, said_before, title_of, write_rows
from app.session.prompt import compose_turns
from app.session.readings import readings_of
from app.session.record.keeping import keep_origin
from app.session.sampling import instructions_of, seeded, usual_sampling
from app.session.telling import Telling
from app.session.wish import Outcome, Wish
from app.store.rows import Message
from app.store.store import Store

__all__ = ["Outcome", "Turn", "Wish", "said_before", "title_of"]

T = TypeVar("T")

_REASON_STATE: dict[str, AnswerState] = {"stop": "complete", "length": "length", "cancelled": "stopped"}


class Turn:
    """A running turn. One chat is answered once at a time: a second turn in it is refused with "chat_is_answering".

    Events: `resuming(seconds)` before a saved reading comes back; `prefilled(done, total, cached)` tokens;
    `spoke(channel, text, tokens)`; `speculated(drafted, accepted, gain)` of the answer so far; `asked(question,
    answer)` when both rows exist in the store; `ended(outcome)` exactly once; after an answer that was kept
    `checked(citations)`, also exactly once. `sent` is what the engine was asked, with its seed, once that is known.
    """

    def __init__(self, desk: Desk, wish: Wish) -> None:
        self._desk, self._wish = desk, replace(wish, text=wish.text.encode("utf-8", "replace").decode())
        self.resuming: Emitter[[float]] = Emitter()
        self.prefilled: Emitter[[int, int, int]] = Emitter()
        self.spoke: Emitter[[Channel, str, int]] = Emitter()
        self.speculated: Emitter[[int, int, float]] = Emitter()
        self.asked: Emitter[[Message, Message]] = Emitter()
        self.ended: Emitter[[Outcome]] = Emitter()
        self.checked: Emitter[[tuple[Citation, ...]]] = Emitter()
        self.outcome = Outcome()
        self.chat_id: int | None = wish.chat_id
        self.sent: m.Generate | None = None
        self.is_over = False
        self._asking: Asking | None = None
        self._telling: Telling | None = None
        self._stopping = self._claimed = False
        self._opened = Opened()
        self._prompt_tokens = self._said_tokens = 0
        self._before = Outcome()  # what an answer that is gone on with had
        self._turns: tuple[m.Turn, ...] = ()

    def start(self) -> None:
        """Begin; everything after happens in callbacks on the main thread."""
        deafen = self._desk.vault.locking.connect(self.stop)
        self.ended.connect(lambda _: deafen())
        self._store(lambda store: open_wish(store, self._wish), self._on_open)

    def stop(self) -> None:
        """Stop at any moment; what was said is kept."""
        self._stopping = True
        if self._asking is not None:
            self._asking.stop()

    @property
    def turns(self) -> tuple[m.Turn, ...]:
        """What the model was asked with; empty before it is known."""
        return self._turns

    # The steps, in order.

    def _on_open(self, opened: Opened) -> None:
        """A model that was let go of comes back first."""
        self._opened, self.chat_id = opened, opened.chat_id
        try:
            self._desk.claim_chat(opened.chat_id)
        except CarrelError as error:
            self._end("failed", error)
            return
        self._claimed = True
        if opened.answer is not None:
            self._take_up(opened.answer)
        self._desk.rest.awaken(self._count, lambda error: self._end("failed", error))

    def _take_up(self, answer: Message) -> None:
        """What there is of an answer that was cut. It is thought about further only when it was thought about."""
        usage, timing = answer.usage, answer.timing
        self._before = Outcome("streaming", answer.text, answer.thinking, usage, timing, answer.receipt)
        thought = (answer.thinking_ms, answer.thinking_tokens)
        self.outcome = replace(self._before, thinking_ms=thought[0], thinking_tokens=thought[1])
        if answer.text or answer.thinking:
            self._wish = replace(self._wish, thinking=bool(answer.thinking))

    def _count(self) -> None:
        opened, before = self._opened, self._before
        self._turns = compose_turns(opened.thread, instructions_of(self._desk, opened.choices))
        tokenizer = self._desk.engine.state.tokenizer
        stale = tuple(d for d in opened.documents if d.tokenizer != tokenizer)
        texts = tuple(page.text for document in stale for page in document.pages)
        begun = tuple(text for text in (before.thinking, before.text) if text)

        def on_counted(event: Event) -> None:
            if isinstance(event, m.Tokens):
                self._opened = opened.renewed(recount(stale, event.counts[: len(texts)], tokenizer))
                self._said_tokens = sum(event.counts[len(texts) :])
            self._on_counted(event)

        try:
            check_form(opened.choices)
            self._desk.engine.tokenize((*texts, *begun), on_counted, turns=self._turns, thinking=self._wish.thinking)
        except CarrelError as error:
            self._end("failed", error)

    def _on_counted(self, event: Event) -> None:
        if isinstance(event, CarrelError):
            self._end("failed", event)
        elif isinstance(event, m.Tokens):
            self._prompt_tokens = event.turns_total
            n_ctx, documents = self._desk.engine.state.n_ctx, list[Document](self._opened.documents)
            try:
                refuse_if_too_long(event.turns_total + self._said_tokens, n_ctx, documents)
            except CarrelError as error:
                self._end("failed", error)
            else:
                self._note_receipt(event.turns_total + self._said_tokens)
                opened, wish, model = self._opened, self._wish, self._desk.engine.state.path
                self._store(lambda store: write_rows(store, opened, wish, model), self._on_written)

    def _on_written(self, rows: tuple[Message, Message]) -> None:
        self._telling = Telling(self._desk, rows[1].id, self.outcome)
        self._telling.spoke.connect(self.spoke.emit)
        self._telling.ended.connect(self.ended.emit)
        self._telling.checked.connect(self.checked.emit)
        self.asked.emit(*rows)
        if self._stopping:
            self._end("stopped")
            return
        self.sent = self._generate()
        instructions = instructions_of(self._desk, self._opened.choices)
        keep_origin(self._desk, rows[1].id, self.sent, instructions, self._opened.documents, self.ended)
        keepable = readings_of(self._opened.thread, instructions_of(self._desk, self._opened.choices))
        self._asking = Asking(self._desk, self.sent, keepable, self.outcome.receipt.context_used)
        self._asking.heard.connect(self._on_event)
        self._asking.resuming.connect(self.resuming.emit)
        self._asking.start()

    def _generate(self) -> m.Generate:
        """All that decides the answer."""
        choices, thinking = self._opened.choices, self._wish.thinking
        sampling = self._wish.sampling or choices.over(usual_sampling(self._desk, thinking=thinking))
        return m.Generate(
            0,
            self._turns,
            seeded(sampling),
            thinking,
            spoken=self._before.text,
            json_schema=choices.json_schema,
            grammar=choices.grammar,
            thought=self._before.thinking,
        )

    def _on_event(self, event: Event) -> None:
        match event:
            case m.PrefillProgress():
                self.prefilled.emit(event.done, event.total, event.cached)
            case m.Delta() if self._telling is not None:
                self._telling.say(event)
            case m.Speculation():
                self.speculated.emit(event.drafted, event.accepted, event.gain)
            case m.Done():
                self._on_done(event)
            case CarrelError(code="cancelled") if self._stopping:
                self._end("stopped")
            case CarrelError():
                self._end("failed", event)

    def _on_done(self, done: m.Done) -> None:
        usage, timing = done.usage, msgspec.structs.replace(done.timing, load_s=self._desk.engine.state.load_s)
        if self._opened.answer is not None:
            first = self._before
            usage = joined_usage(first.usage, usage, self._prompt_tokens, self._said_tokens)
            after_tokens = done.usage.answer_tokens
            timing = joined_timing(first.timing, timing, usage.answer_tokens - after_tokens, after_tokens)
        self.outcome.usage, self.outcome.timing = usage, timing
        self._note_receipt(usage.prompt_tokens + usage.answer_tokens)
        self._end(_REASON_STATE[done.reason])

    def _note_receipt(self, context_used: int) -> None:
        """What the model was given, kept with the answer however it ends."""
        restored = self._asking.restored_tokens if self._asking is not None else 0
        self.outcome.receipt = receipt_of(
            self._opened.thread,
            self.outcome.usage,
            context_used,
            self._desk.engine.state.n_ctx or self.outcome.receipt.context_size,
            restored_tokens=max(restored, self._before.receipt.restored_tokens),
            turns_left_out=self._opened.left_out,
        )

    def _end(self, state: AnswerState, error: CarrelError | None = None) -> None:
        """One end, whatever comes after it."""
        if self.is_over:
            return
        self.is_over = True
        if self._claimed and self.chat_id is not None:
            self._desk.release_chat(self.chat_id)
        if self._telling is not None:
            self._telling.end(state, self._opened.thread, error)
        else:
            self.outcome.state, self.outcome.error = state, error
            self.ended.emit(self.outcome)

    def _store(self, work: Callable[[Store], T], done: Callable[[T], object]) -> None:
        self._desk.store.ask(work, done, lambda error: self._end("failed", as_carrel_error(error)))
