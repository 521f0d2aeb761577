"""What an answer was asked in, prompt by prompt, put together anew from what is kept: one for most, many for a reading
in passes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from app.core.chat import Document
from app.core.errors import CarrelError
from app.core.record import Origin
from app.core.run import PassResult, RunPlan
from app.core.units import format_pages
from app.core.words import say
from app.engine import messages as m
from app.session.course import Course
from app.session.opening import said_before
from app.session.packing import excerpts
from app.session.passes import form_of, last_turns, pass_turns, read_by
from app.session.prompt import Said, compose_turns
from app.session.reopening import open_run
from app.store.rows import Message, Run
from app.store.store import Store


@dataclass(frozen=True, slots=True)
class Step:
    """One prompt with what was answered to it then. `number` 0 is the answer itself; `cut` when it was ended before the
    model would have ended it."""

    number: int
    name: str
    wish: m.Generate
    thinking: str
    text: str
    prompt_sha256: str
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """An answer as the store has it, with what was asked for it. `run` is the reading in passes it comes from."""

    answer: Message
    origin: Origin
    documents: tuple[Document, ...]
    steps: tuple[Step, ...]
    run: Run | None = None

    @property
    def is_table(self) -> bool:
        return self.run is not None and self.run.plan.kind == "table"


def open_made(store: Store, message_id: int) -> Made:
    """On the database thread. Raises CarrelError for an answer of which nothing is known."""
    answer, origin = store.message(message_id), store.origin_of(message_id)
    if origin is None or answer.role != "assistant":
        raise no_origin()
    if not origin.passes:
        thread = tuple(said_before(store, store.thread_to(answer.parent_id)))
        return Made(answer, origin, _documents(thread), (_answer_step(answer, origin, thread),))
    run = run_of(store, answer, origin)
    if run is None or not all(result.made.prompt_sha256 for result in run.results):
        raise CarrelError(
            "answer_of_passes",
            "This answer was put together from {count} passes, and it is not known any more what each was asked.",
            "Its record can be saved. To compare, ask the question again.",
            count=origin.passes,
        )
    opened = open_run(store, run)
    steps = tuple(_steps(answer, origin, run, opened.documents))
    return Made(answer, origin, opened.documents, steps, run)


def run_of(store: Store, answer: Message, origin: Origin) -> Run | None:
    """The reading in passes that an answer comes from, while it is still there."""
    if not origin.run_id or answer.parent_id is None:
        return None
    return next((run for run in store.runs_of(answer.parent_id) if run.id == origin.run_id), None)


def pass_name(run: Run, result: PassResult, documents: Sequence[Document]) -> str:
    """ "Pass 2: lease.pdf 4–7" or "Pass 5: the notes of 1, 2"."""
    one = run.plan.passes[result.number - 1]
    if one.notes:
        numbers = say(", ").join(map(str, one.notes))
        return say("Pass {number}: the notes of {numbers}", number=result.number, numbers=numbers)
    read = [piece for source in read_by(run.plan, result.number) for piece in source.pieces]
    pages: dict[int, list[int]] = {}
    for piece in read:
        pages.setdefault(piece.document, []).extend(piece.pages)
    named = [f"{documents[number - 1].name} {format_pages(sorted(set(found)))}" for number, found in pages.items()]
    return say("Pass {number}: {pages}", number=result.number, pages=say(", ").join(named))


def no_origin() -> CarrelError:
    return CarrelError(
        "no_origin",
        "Nothing is kept of what this answer was made with.",
        "It is older than such records, or from another program. Ask again to have one.",
    )


def _steps(answer: Message, origin: Origin, run: Run, documents: Sequence[Document]) -> Iterator[Step]:
    """Each pass reads what it read then, and joins what was noted then: so each is compared by itself."""
    results = {result.number: result for result in run.results}
    for result in run.results:
        yield _pass_step(origin, run, result, results, documents)
    if run.plan.kind != "table":
        notes = Course(run.plan, run.results).live()
        turns = last_turns(run.plan, documents, notes, origin.system_prompt)
        yield Step(0, say("The answer"), _asked(origin, turns), answer.thinking, answer.text, origin.prompt_sha256)


def _pass_step(
    origin: Origin, run: Run, result: PassResult, results: dict[int, PassResult], documents: Sequence[Document]
) -> Step:
    plan: RunPlan = msgspec.structs.replace(run.plan, passes=run.plan.passes[: result.made.passes])
    one = plan.passes[result.number - 1]
    read = excerpts(one, documents, result.made.budget_tokens)
    turns = pass_turns(plan, read, [results[note] for note in one.notes], origin.system_prompt)
    wish = m.Generate(0, turns, result.made.sampling, False, json_schema=form_of(plan), side=True)
    name = pass_name(run, result, documents)
    return Step(result.number, name, wish, "", result.text, result.made.prompt_sha256)


def _answer_step(answer: Message, origin: Origin, thread: Sequence[Said]) -> Step:
    wish = _asked(origin, compose_turns(thread, origin.system_prompt))
    spoken, thought = answer.text[: origin.spoken_chars], answer.thinking[: origin.thought_chars]
    wish = msgspec.structs.replace(wish, spoken=spoken, thought=thought)
    return Step(0, say("The answer"), wish, answer.thinking, answer.text, origin.prompt_sha256, is_cut(answer))


def _asked(origin: Origin, turns: tuple[m.Turn, ...]) -> m.Generate:
    schema, grammar = origin.json_schema, origin.grammar
    return m.Generate(0, turns, origin.sampling, origin.thinking, json_schema=schema, grammar=grammar, side=True)


def is_cut(answer: Message) -> bool:
    """Whether it ended before the model would have ended it."""
    return answer.state in ("stopped", "failed")


def _documents(thread: Sequence[Said]) -> tuple[Document, ...]:
    return tuple(document for said in thread for document in said.documents)
