"""The passes of a run: each reads some pages, or notes of others, and its own are durable before the next begins."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from app.core.chat import AnswerState
from app.core.emitter import Emitter
from app.core.errors import CarrelError
from app.core.run import PassMade, PassResult, RunPlan
from app.engine import messages as m
from app.session.budget import answer_room
from app.session.checking import citations_of
from app.session.course import Course
from app.session.desk import Desk
from app.session.failures import as_carrel_error
from app.session.inquiry import Inquiry
from app.session.packing import excerpts, pages_in
from app.session.passes import form_of, pass_turns
from app.session.record.origin import prompt_hash
from app.session.reopening import Opened
from app.session.sampling import instructions_of
from app.store.store import Store

T = TypeVar("T")


class Noting:
    """What a kind of run must know: `_go_on` after a pass, `_end` and `_fail`.

    Events: `prefilled(done, total, cached)` tokens of the pass under way; `noted(result)` when a pass is kept.
    """

    def __init__(self, desk: Desk, plan: RunPlan) -> None:
        self._desk = desk
        self.prefilled: Emitter[[int, int, int]] = Emitter()
        self.noted: Emitter[[PassResult]] = Emitter()
        self.run_id = 0
        self.course = Course(plan)
        self._opened = Opened()
        self._overhead_tokens = 0
        self._inquiry = Inquiry(desk, self._fail)

    def _go_on(self) -> None:
        raise NotImplementedError

    def _end(self, state: AnswerState, error: CarrelError | None = None) -> None:
        raise NotImplementedError

    def _fail(self, error: CarrelError) -> None:
        raise NotImplementedError

    def _prepare(self, number: int) -> None:
        """Count the pass as it will be sent: one that is too long after all is read in two halves."""
        plan = self.course.plan
        one = plan.passes[number - 1]
        read = excerpts(one, self._opened.documents, self._budget_tokens)
        turns = pass_turns(plan, read, [self.course.results[note] for note in one.notes], self._instructions)
        room = answer_room(self._n_ctx)

        def counted(tokens: int) -> None:
            if tokens + room > self._n_ctx and self.course.split(number):
                self._keep_plan()
            else:
                wish = self._inquiry.wish(turns, self._opened.choices, most_tokens=room, form=form_of(plan))
                made = PassMade(
                    prompt_hash(turns), wish.sampling, self._budget_tokens, len(self.course.plan.passes), time.time()
                )
                self._inquiry.ask(
                    wish, tokens, self._on_reading, lambda done, text: self._on_pass(number, made, done, text)
                )

        self._inquiry.count(turns, counted)

    def _on_reading(self, event: m.Up) -> None:
        if isinstance(event, m.PrefillProgress):
            self.prefilled.emit(event.done, event.total, event.cached)

    def _on_pass(self, number: int, made: PassMade, done: m.Done, text: str) -> None:
        if done.reason == "cancelled":
            self._end("stopped")
        elif done.reason == "length" and not self.course.plan.passes[number - 1].again and self.course.split(number):
            self._keep_plan()
        else:
            self._keep(number, made, done, text)

    def _keep_plan(self) -> None:
        plan = self.course.plan
        self._store(lambda store: store.change_plan(self.run_id, plan), lambda _: self._go_on())

    def _keep(self, number: int, made: PassMade, done: m.Done, text: str) -> None:
        """The notes with their citations checked, durable before the next pass begins."""
        plan, thread = self.course.plan, self._opened.thread
        state: AnswerState = "length" if done.reason == "length" else "complete"
        pages, usage = len(pages_in([plan.passes[number - 1]])), done.usage

        def check() -> PassResult:
            found = citations_of(text, thread) if plan.kind == "cover" else ()
            return PassResult(number, text, pages, usage.answer_tokens, state, usage, done.timing, found, made)

        def kept(result: PassResult) -> None:
            self.course.results[number] = result
            self.noted.emit(result)
            self._go_on()

        def checked(result: PassResult) -> None:
            self._store(lambda store: store.keep_pass(self.run_id, result), lambda _: kept(result))

        self._desk.jobs.run(check, checked, lambda error: self._fail(as_carrel_error(error)))

    @property
    def _n_ctx(self) -> int:
        return self._desk.engine.state.n_ctx

    @property
    def _budget_tokens(self) -> int:
        """What the pages of a pass may take."""
        return self._n_ctx - self._overhead_tokens - answer_room(self._n_ctx)

    @property
    def _instructions(self) -> str:
        return instructions_of(self._desk, self._opened.choices)

    def _store(self, work: Callable[[Store], T], done: Callable[[T], object]) -> None:
        self._desk.store.ask(work, done, lambda error: self._fail(as_carrel_error(error)))
