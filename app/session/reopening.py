"""What a long run needs from the store at its beginning, and when it is gone on with after a crash."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from app.core.chat import Document
from app.core.params import Choices
from app.core.run import PassResult, RunPlan
from app.session.prompt import Said
from app.session.turn import Wish, said_before, title_of
from app.store.rows import Message, Run
from app.store.store import Store


@dataclass(frozen=True, slots=True)
class Opened:
    """The chat of a run. `thread` ends with its question; `question` is None until that is in the store."""

    chat_id: int = 0
    leaf_id: int | None = None
    thread: tuple[Said, ...] = ()
    choices: Choices = field(default_factory=Choices)
    question: Message | None = None
    results: tuple[PassResult, ...] = ()

    @property
    def documents(self) -> tuple[Document, ...]:
        """All documents of the conversation, D1 first."""
        return tuple(document for said in self.thread for document in said.documents)

    def renewed(self, documents: dict[Document, Document]) -> Opened:
        """The same with documents counted anew."""
        thread = (
            replace(said, documents=tuple(documents.get(document, document) for document in said.documents))
            for said in self.thread
        )
        return replace(self, thread=tuple(thread))


def open_wish(store: Store, wish: Wish) -> Opened:
    """The chat, begun when there is none, with the words durable as its draft."""
    with store.transaction():
        chat_id = wish.chat_id or store.create_chat(title_of(wish.text)).id
        store.set_draft(chat_id, wish.text)
        choices = store.chat(chat_id).choices.joined(wish.choices)
        store.set_choices(chat_id, choices)
        before = store.thread(chat_id)
        thread = (*said_before(store, before), Said("user", wish.text, wish.documents))
        return Opened(chat_id, before[-1].id if before else None, thread, choices)


def open_run(store: Store, run: Run) -> Opened:
    """The question of a run with what stands before it, and the results that were kept."""
    question = store.message(run.question_id)
    before, parent_id = [], question.parent_id
    while parent_id is not None:
        before.append(store.message(parent_id))
        parent_id = before[-1].parent_id
    said = Said("user", question.text, tuple(store.documents_of(question.id)))
    thread = (*said_before(store, before[::-1]), said)
    choices = store.chat(question.chat_id).choices
    return Opened(question.chat_id, question.parent_id, thread, choices, question, store.run(run.id).results)


def write_run(store: Store, opened: Opened, plan: RunPlan, run_id: int, model: str) -> tuple[Message, Message, int]:
    """The question with its documents, the empty answer and the run, all or nothing."""
    with store.transaction():
        question = opened.question or _write_question(store, opened)
        answer = store.begin_answer(opened.chat_id, question.id, model)
        if run_id:
            store.change_plan(run_id, plan)
        else:
            run_id = store.begin_run(question.id, plan).id
        return question, answer, run_id


def _write_question(store: Store, opened: Opened) -> Message:
    said = opened.thread[-1]
    documents = [store.save_document(document) for document in said.documents]
    chosen = [document.chosen for document in said.documents]
    store.set_draft(opened.chat_id, "")
    return store.add_message(opened.chat_id, opened.leaf_id, "user", said.text, documents, chosen)
