"""A question over more than a context holds: fixed passes over all pages, then an answer from all their notes.

Which pages make a pass is decided by exact token counts before the first one, and every page is in one; nothing is
searched and nothing skipped. Each pass's notes are on the disk before the next begins, so after a crash the run goes
on with the next pass. A pass that has too much to note is read again in two halves.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from app.core.chat import AnswerState
from app.core.citation import Citation
from app.core.emitter import Emitter
from app.core.errors import CarrelError
from app.core.run import RunPlan
from app.engine import messages as m
from app.session.budget import answer_room
from app.session.counting import recount
from app.session.course import Course, Progress
from app.session.desk import Desk
from app.session.failures import as_carrel_error
from app.session.noting import Noting
from app.session.packing import pack
from app.session.passes import last_turns, pass_turns
from app.session.prompt import compose_turns
from app.session.record.keeping import keep_origin
from app.session.reopening import Opened, open_run, open_wish, write_run
from app.session.sampling import usual_sampling
from app.session.table import as_answer, table_of
from app.session.telling import Telling
from app.session.wish import Outcome, Wish
from app.store.rows import Message, Run
from app.store.store import Store

T = TypeVar("T")

LEAST_BUDGET_TOKENS = 64


class Coverage(Noting):
    """A run under way: a new one (`wish`, with the `plan` of a preset), or a kept `Run` gone on with.

    Events, on the main thread: `asked(question, answer)` when both rows are in the store; `progressed(progress)`;
    `prefilled(done, total, cached)` tokens of the pass under way; `noted(result)` when a pass is kept; `spoke(channel,
    text, tokens)` of the answer; `ended(outcome)` exactly once; after an answer that was kept `checked(citations)`.
    """

    def __init__(self, desk: Desk, wish: Wish | Run, plan: RunPlan | None = None) -> None:
        super().__init__(desk, _plan_of(wish, plan))
        self._wish = wish
        self.asked: Emitter[[Message, Message]] = Emitter()
        self.progressed: Emitter[[Progress]] = Emitter()
        self.spoke: Emitter[[str, str, int]] = Emitter()
        self.ended: Emitter[[Outcome]] = Emitter()
        self.checked: Emitter[[tuple[Citation, ...]]] = Emitter()
        self.outcome = Outcome()
        self.chat_id: int | None = None
        self.run_id = wish.id if isinstance(wish, Run) else 0
        self._telling: Telling | None = None
        self._answer_id = 0
        self._began_at = time.time()
        self._stopping = self._over = self._claimed = False

    def start(self) -> None:
        """Begin or go on; everything after happens in callbacks on the main thread."""
        wish = self._wish

        def open_it(store: Store) -> Opened:
            return open_run(store, wish) if isinstance(wish, Run) else open_wish(store, wish)

        deafen = self._desk.vault.locking.connect(self.stop)
        self.ended.connect(lambda _: deafen())
        self._desk.rest.awaken(lambda: self._store(open_it, self._on_open), self._fail)

    def stop(self) -> None:
        """Stop at any moment; finished passes are kept, and the run can be gone on with."""
        self._stopping = True
        self._inquiry.stop()

    # The plan.

    def _on_open(self, opened: Opened) -> None:
        self._opened, self.chat_id = opened, opened.chat_id
        try:
            self._desk.claim_chat(opened.chat_id)
        except CarrelError as error:
            self._fail(error)
            return
        self._claimed = True
        self.course = Course(self.course.plan, opened.results)
        tokenizer = self._desk.engine.state.tokenizer
        stale = tuple(d for d in opened.documents if d.tokenizer != tokenizer)
        texts = tuple(page.text for document in stale for page in document.pages)
        empty = pass_turns(self.course.plan, {}, (), self._instructions)

        def recounted(counts: tuple[int, ...]) -> None:
            self._opened = opened.renewed(recount(stale, counts, tokenizer))

        def planned(tokens: int) -> None:
            self._overhead_tokens = tokens
            self._make_plan()

        self._inquiry.count(empty, planned, texts, recounted)

    def _make_plan(self) -> None:
        documents, plan = self._opened.documents, self.course.plan
        if not documents:
            self._fail(CarrelError("nothing_to_cover", "There are no documents to read.", "Add files to the question."))
        elif self._budget_tokens < LEAST_BUDGET_TOKENS:
            self._fail(_too_small(self._n_ctx))
        else:
            if not self.run_id:
                self.course.cut(pack(documents, self._budget_tokens, apart=plan.kind == "table"))
            decided, opened, model = self.course.plan, self._opened, self._desk.engine.state.path
            self._store(lambda store: write_run(store, opened, decided, self.run_id, model), self._on_written)

    def _on_written(self, written: tuple[Message, Message, int]) -> None:
        question, answer, self.run_id = written
        self._answer_id = answer.id
        self._telling = Telling(self._desk, answer.id, self.outcome)
        self._telling.spoke.connect(self.spoke.emit)
        self._telling.ended.connect(self.ended.emit)
        self._telling.checked.connect(self.checked.emit)
        self.asked.emit(question, answer)
        self._go_on()

    # The passes.

    def _go_on(self) -> None:
        """The next pass, or the answer when there is none left."""
        waiting = self.course.waiting()
        self.progressed.emit(self.course.progress(self._opened.documents))
        if self._stopping:
            self._end("stopped")
        elif waiting:
            self._prepare(waiting[0])
        elif self.course.plan.kind == "table":
            self._tabulate()
        else:
            self._conclude()

    # The answer.

    def _conclude(self) -> None:
        """Answer from the notes, condensed first while they are too long together."""
        notes, plan = self.course.live(), self.course.plan
        turns = last_turns(plan, self._opened.documents, notes, self._instructions)
        if not notes:
            turns = compose_turns(self._opened.thread, self._instructions)

        def counted(tokens: int) -> None:
            if tokens + answer_room(self._n_ctx) <= self._n_ctx or len(notes) < 2:
                wish = self._inquiry.wish(turns, self._opened.choices, thinking=plan.thinking)
                self._keep_origin(wish, len(self.course.results))
                self._inquiry.ask(wish, tokens, self._on_spoken, self._on_answer)
            elif self.course.join(self._budget_tokens):
                self._keep_plan()
            else:
                self._fail(_too_small(self._n_ctx))

        self._inquiry.count(turns, counted)

    def _keep_origin(self, wish: m.Generate, passes: int) -> None:
        keep_origin(
            self._desk,
            self._answer_id,
            wish,
            self._instructions,
            self._opened.documents,
            self.ended,
            passes=passes,
            run_id=self.run_id if passes else 0,
            asked_at=self._began_at,
        )

    def _on_spoken(self, event: m.Up) -> None:
        self._on_reading(event)
        if isinstance(event, m.Delta) and self._telling is not None:
            self._telling.say(event)

    def _on_answer(self, done: m.Done, _text: str) -> None:
        self.outcome.usage, self.outcome.timing = done.usage, done.timing
        if done.reason == "cancelled":
            self._end("stopped")
        else:
            self._complete("length" if done.reason == "length" else "complete")

    def _tabulate(self) -> None:
        """A table needs no last pass: it is put together from what was read of each document."""
        plan, results, documents = self.course.plan, tuple(self.course.results.values()), self._opened.documents
        sampling = self._opened.choices.over(usual_sampling(self._desk, thinking=False))
        self._keep_origin(m.Generate(0, (), sampling, False), len(results))

        def made(text: str) -> None:
            assert self._telling is not None
            self._telling.say(m.Delta(0, "answer", text, 0))
            self._complete("complete")

        self._desk.jobs.run(
            lambda: as_answer(table_of(plan, results, documents)),
            made,
            lambda error: self._fail(as_carrel_error(error)),
        )

    def _complete(self, state: AnswerState) -> None:
        self._store(lambda store: store.end_run(self.run_id, "complete"), lambda _: self._end(state))

    def _end(self, state: AnswerState, error: CarrelError | None = None) -> None:
        """One end; a run that is not complete stays open and can be gone on with."""
        if self._over:
            return
        self._over = True
        if self._claimed and self.chat_id is not None:
            self._desk.release_chat(self.chat_id)
        if self._telling is None:
            self.outcome.state, self.outcome.error = state, error
            self.ended.emit(self.outcome)
            return
        self.outcome.receipt = self.course.receipt(self._opened.thread, self.outcome.usage, self._n_ctx)
        self._telling.end(state, self._opened.thread, error)

    def _fail(self, error: CarrelError) -> None:
        if self._stopping and error.code == "cancelled":
            self._end("stopped")
        else:
            self._end("failed", error)


def unfinished_runs(desk: Desk, done: Callable[[list[Run]], object]) -> None:
    """Runs that a crash or a stop left, the last one first; `Coverage(desk, run)` goes on with one."""
    desk.store.ask(lambda store: store.unfinished_runs(), done)


def _plan_of(wish: Wish | Run, plan: RunPlan | None) -> RunPlan:
    if isinstance(wish, Run):
        return wish.plan
    return plan or RunPlan("cover", wish.text, thinking=wish.thinking)


def _too_small(n_ctx: int) -> CarrelError:
    return CarrelError(
        "context_too_small",
        "A context of {context} tokens is too small to read documents in passes.",
        "Load the model with a larger one.",
        context=f"{n_ctx:,}",
    )
