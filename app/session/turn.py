"""One turn, from the wish to the kept answer.

Order is the promise: the words are durable in the chat's draft before they are counted, in the chat before the engine
sees them, and every delta is journaled before it can be lost. An engine that dies leaves the partial answer, its
cause, and a turn that has ended.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import msgspec

from app.core.chat import AnswerState, Channel, Document, Receipt, Timing, Usage
from app.core.citation import Citation
from app.core.emitter import Emitter
from app.core.errors import CarrelError
from app.core.params import Choices, Sampling
from app.engine import messages as m
from app.engine.supervisor import Event
from app.perf.ticker import Ticker
from app.session.asking import Asking
from app.session.budget import refuse_if_too_long
from app.session.checking import check_answer
from app.session.counting import recount
from app.session.desk import Desk
from app.session.failures import as_carrel_error
from app.session.form import check_form
from app.session.prompt import Said, compose_turns, readings
from app.session.resume import readings_of
from app.session.sampling import instructions_of, usual_sampling
from app.store.journal import FLUSH_EVERY_S, AnswerJournal
from app.store.rows import Message
from app.store.store import Store

T = TypeVar("T")

_REASON_STATE: dict[str, AnswerState] = {"stop": "complete", "length": "length", "cancelled": "stopped"}


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user asks: words, dropped documents, and how to answer. `chat_id` None begins a new chat.

    `choices` join those of the chat and are kept with it. `sampling` is for this answer alone and goes before them.
    """

    text: str
    documents: tuple[Document, ...] = ()
    chat_id: int | None = None
    thinking: bool = True
    choices: Choices = field(default_factory=Choices)
    sampling: Sampling | None = None


@dataclass(slots=True)
class Outcome:
    """What became of a turn. `error` is set when state is "failed"; the text so far is kept all the same."""

    state: AnswerState = "streaming"
    text: str = ""
    thinking: str = ""
    usage: Usage = field(default_factory=Usage)
    timing: Timing = field(default_factory=Timing)
    receipt: Receipt = field(default_factory=Receipt)
    error: CarrelError | None = None
    thinking_ms: int = 0
    citations: tuple[Citation, ...] = ()


class Turn:
    """A running turn.

    Events: `resuming(seconds)` before a saved reading comes back; `prefilled(done, total, cached)` tokens;
    `spoke(channel, text, tokens)`; `speculated(drafted, accepted, gain)` of the answer so far; `asked(question,
    answer)` when both rows exist in the store; `ended(outcome)` exactly once; after an answer that was kept
    `checked(citations)`, also exactly once.
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
        self.is_over = False
        self._asking: Asking | None = None
        self._journal: AnswerJournal | None = None
        self._beat: Ticker[None] | None = None
        self._stopping = False
        self._thread: list[Said] = []
        self._left_out = 0
        self._answer_id = 0
        self._leaf: int | None = None
        self._choices = Choices()
        self._turns: tuple[m.Turn, ...] = ()
        self._thinking_began_s: float | None = None

    def start(self) -> None:
        """Begin; everything after happens in callbacks on the main thread."""
        self._store(self._open_chat, self._awaken)

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

    def _open_chat(self, store: Store) -> tuple[int, int | None, list[Said], Choices]:
        """On the database thread: the chat with the words durable as its draft, and what was said in it before."""
        with store.transaction():
            chat_id = self._wish.chat_id or store.create_chat(title_of(self._wish.text)).id
            store.set_draft(chat_id, self._wish.text)
            choices = store.chat(chat_id).choices.joined(self._wish.choices)
            store.set_choices(chat_id, choices)
            thread = store.thread(chat_id)
            leaf = thread[-1].id if thread else None
            said = said_before(store, thread)
            self._left_out = (len(thread) - len(said)) // 2
            return chat_id, leaf, said, choices

    def _awaken(self, opened: tuple[int, int | None, list[Said], Choices]) -> None:
        """A model that was let go of comes back first."""
        self._desk.rest.awaken(lambda: self._on_chat_open(opened), lambda error: self._end("failed", error))

    def _on_chat_open(self, opened: tuple[int, int | None, list[Said], Choices]) -> None:
        self.chat_id, self._leaf, self._thread, self._choices = opened
        self._thread.append(Said("user", self._wish.text, self._wish.documents))
        self._turns = compose_turns(self._thread, instructions_of(self._desk, self._choices))
        tokenizer = self._desk.engine.state.tokenizer
        stale = tuple(d for said in self._thread for d in said.documents if d.tokenizer != tokenizer)
        texts = tuple(page.text for document in stale for page in document.pages)

        def on_counted(event: Event) -> None:
            if isinstance(event, m.Tokens):
                self._renew(recount(stale, event.counts, tokenizer))
            self._on_counted(event)

        try:
            check_form(self._choices)
            self._desk.engine.tokenize(texts, on_counted, turns=self._turns, thinking=self._wish.thinking)
        except CarrelError as error:
            self._end("failed", error)

    def _renew(self, renewed: dict[Document, Document]) -> None:
        """Documents counted for another model get the counts of this one: the receipt is about what it reads."""
        self._thread = [
            replace(said, documents=tuple(renewed.get(document, document) for document in said.documents))
            for said in self._thread
        ]

    def _on_counted(self, event: Event) -> None:
        if isinstance(event, CarrelError):
            self._end("failed", event)
        elif isinstance(event, m.Tokens):
            documents = [document for said in self._thread for document in said.documents]
            try:
                refuse_if_too_long(event.turns_total, self._desk.engine.state.n_ctx, documents)
            except CarrelError as error:
                self._end("failed", error)
            else:
                self._note_receipt(event.turns_total)
                self._store(self._write_question, self._on_written)

    def _write_question(self, store: Store) -> tuple[Message, Message]:
        assert self.chat_id is not None
        with store.transaction():
            documents = [store.save_document(document) for document in self._thread[-1].documents]
            chosen = [document.chosen for document in self._thread[-1].documents]
            question = store.add_message(self.chat_id, self._leaf, "user", self._wish.text, documents, chosen)
            store.set_draft(self.chat_id, "")
            return question, store.begin_answer(self.chat_id, question.id, self._desk.engine.state.path)

    def _on_written(self, rows: tuple[Message, Message]) -> None:
        self._answer_id = rows[1].id
        self._journal = AnswerJournal(self._desk.store, rows[1].id, time.monotonic)
        self._beat = Ticker(lambda: None, lambda _: self._desk.post(self._keep_journal), FLUSH_EVERY_S)
        self._beat.start()
        self.asked.emit(*rows)
        if self._stopping:
            self._end("stopped")
            return
        choices, thinking = self._choices, self._wish.thinking
        sampling = self._wish.sampling or choices.over(usual_sampling(self._desk, thinking=thinking))
        wish = m.Generate(0, self._turns, sampling, thinking, json_schema=choices.json_schema, grammar=choices.grammar)
        keepable = readings_of(self._thread, instructions_of(self._desk, choices))
        self._asking = Asking(self._desk, wish, keepable, self.outcome.receipt.context_used)
        self._asking.heard.connect(self._on_event)
        self._asking.resuming.connect(self.resuming.emit)
        self._asking.start()

    def _on_event(self, event: Event) -> None:
        match event:
            case m.PrefillProgress():
                self.prefilled.emit(event.done, event.total, event.cached)
            case m.Delta():
                self._on_delta(event)
            case m.Speculation():
                self.speculated.emit(event.drafted, event.accepted, event.gain)
            case m.Done():
                self._on_done(event)
            case CarrelError(code="cancelled") if self._stopping:
                self._end("stopped")
            case CarrelError():
                self._end("failed", event)

    def _on_delta(self, delta: m.Delta) -> None:
        assert self._journal is not None
        self._journal.add(delta.channel, delta.text)
        now_s = time.monotonic()
        if delta.channel == "thinking":
            self._thinking_began_s = self._thinking_began_s or now_s
            self.outcome.thinking += delta.text
            self.outcome.thinking_ms = int((now_s - self._thinking_began_s) * 1000)
        else:
            self.outcome.text += delta.text
        self.spoke.emit(delta.channel, delta.text, delta.tokens)

    def _on_done(self, done: m.Done) -> None:
        self.outcome.usage = done.usage
        self.outcome.timing = msgspec.structs.replace(done.timing, load_s=self._desk.engine.state.load_s)
        self._note_receipt(done.usage.prompt_tokens + done.usage.answer_tokens)
        self._end(_REASON_STATE[done.reason])

    def _note_receipt(self, context_used: int) -> None:
        """What the model was given, kept with the answer however it ends."""
        n_ctx = self._desk.engine.state.n_ctx or self.outcome.receipt.context_size
        usage, restored = self.outcome.usage, self._asking.restored_tokens if self._asking is not None else 0
        self.outcome.receipt = Receipt(
            readings(self._thread),
            context_used,
            n_ctx,
            prompt_tokens=usage.prompt_tokens,
            cached_tokens=usage.cached_tokens,
            restored_tokens=min(restored, usage.cached_tokens),
            turns_left_out=self._left_out,
        )

    def _keep_journal(self) -> None:
        """Text followed by a pause must not wait for the next token."""
        if self._journal is not None and not self.is_over:
            self._journal.tick()

    def _end(self, state: AnswerState, error: CarrelError | None = None) -> None:
        if self.is_over:
            return
        self.is_over = True
        self.outcome.state, self.outcome.error = state, error
        if self._beat is not None:
            self._beat.stop()
        outcome = self.outcome
        if self._journal is not None:
            self._journal.finish(
                state=state,
                usage=outcome.usage,
                timing=outcome.timing,
                receipt=outcome.receipt,
                cause=error.code if error else "",
                thinking_ms=outcome.thinking_ms,
                done=lambda _: self._on_kept(),
                failed=self._on_not_kept,
            )
        else:
            self.ended.emit(outcome)

    def _on_kept(self) -> None:
        """The turn is over; what the answer cites is looked up after it."""
        self.ended.emit(self.outcome)
        check_answer(self._desk, self._answer_id, self.outcome.text, self._thread, self._on_checked)

    def _on_checked(self, citations: tuple[Citation, ...]) -> None:
        self.outcome.citations = citations
        self.checked.emit(citations)

    def _on_not_kept(self, error: Exception) -> None:
        """The end could not be written (a full disk): what was journaled stays, and the turn still ends."""
        self.outcome.state, self.outcome.error = "failed", as_carrel_error(error)
        self.ended.emit(self.outcome)

    def _store(self, work: Callable[[Store], T], done: Callable[[T], object]) -> None:
        self._desk.store.ask(work, done, lambda error: self._end("failed", as_carrel_error(error)))


def said_before(store: Store, thread: Sequence[Message]) -> list[Said]:
    """The conversation so far with its documents' pages. An answer that stayed empty is left out with its question."""
    said: list[Said] = []
    for message in thread:
        if message.role == "assistant" and not message.text:
            said.pop()
        else:
            said.append(Said(message.role, message.text, tuple(store.documents_of(message.id))))
    return said


def title_of(text: str, limit: int = 60) -> str:
    """A chat's first title: the first line of its first question."""
    line = " ".join(text.strip().split("\n", 1)[0].split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
