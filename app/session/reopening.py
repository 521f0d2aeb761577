"""What a long run needs from the store when it is gone on with after a stop or a crash, and what it writes there."""

from __future__ import annotations

from app.core.run import RunPlan
from app.session.opening import Opened, open_wish, said_before, write_question
from app.session.prompt import Said
from app.store.rows import Message, Run
from app.store.store import Store

__all__ = ["Opened", "open_run", "open_wish", "write_run"]


def open_run(store: Store, run: Run) -> Opened:
    """The question of a run with what stands before it, and the results that were kept."""
    question = store.message(run.question_id)
    said = Said("user", question.text, tuple(store.documents_of(question.id)))
    thread = (*said_before(store, store.thread_to(question.parent_id)), said)
    choices, results = store.chat(question.chat_id).choices, store.run(run.id).results
    return Opened(question.chat_id, question.parent_id, thread, choices, question, results=results)


def write_run(store: Store, opened: Opened, plan: RunPlan, run_id: int, model: str) -> tuple[Message, Message, int]:
    """The question with its documents, the empty answer and the run, all or nothing."""
    with store.transaction():
        question = opened.question or write_question(store, opened)
        answer = store.begin_answer(opened.chat_id, question.id, model)
        if run_id:
            store.change_plan(run_id, plan)
        else:
            run_id = store.begin_run(question.id, plan).id
        return question, answer, run_id
