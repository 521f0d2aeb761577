"""What a wish stands on in the store: its place in the tree and what was said before it; then its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from app.core.chat import Document
from app.core.errors import CarrelError
from app.core.params import Choices
from app.core.run import PassResult
from app.session.prompt import Said
from app.session.wish import Wish
from app.store.rows import Message
from app.store.store import Store


@dataclass(frozen=True, slots=True)
class Opened:
    """The chat of a wish. `thread` ends with its question, which goes beneath `leaf_id`; `question` is None until
    that is in the store, `answer` is one that is gone on with.

    `left_out` earlier questions went without an answer. `results` are those of a long run.
    """

    chat_id: int = 0
    leaf_id: int | None = None
    thread: tuple[Said, ...] = ()
    choices: Choices = field(default_factory=Choices)
    question: Message | None = None
    answer: Message | None = None
    left_out: int = 0
    results: tuple[PassResult, ...] = ()

    @property
    def documents(self) -> tuple[Document, ...]:
        """All documents of the conversation, D1 first."""
        return tuple(document for said in self.thread for document in said.documents)

    def renewed(self, documents: dict[Document, Document]) -> Opened:
        """The same with documents counted anew: the receipt is about what this model reads."""
        thread = (
            replace(said, documents=tuple(documents.get(document, document) for document in said.documents))
            for said in self.thread
        )
        return replace(self, thread=tuple(thread))


def open_wish(store: Store, wish: Wish) -> Opened:
    """The place of a wish, its chat begun when there is none. New words are durable as the chat's draft."""
    with store.transaction():
        if wish.continues is not None:
            answer = _cut_answer(store, wish.continues)
            return replace(_open_question(store, answer.parent_id, wish), answer=answer)
        if wish.answers is not None:
            return _open_question(store, wish.answers, wish)
        return _open_new(store, wish)


def _open_new(store: Store, wish: Wish) -> Opened:
    parent_id = wish.beneath
    if wish.edits is not None:
        edited = store.message(wish.edits)
        chat_id, parent_id = edited.chat_id, edited.parent_id
    else:
        chat_id = wish.chat_id or store.create_chat(title_of(wish.text)).id
        parent_id = store.chat(chat_id).leaf_id if parent_id is None else parent_id
    if wish.is_draft:
        store.set_draft(chat_id, wish.text)
    before = store.thread_to(parent_id)
    said = said_before(store, before)
    thread = (*said, Said("user", wish.text, wish.documents))
    left_out = (len(before) - len(said)) // 2
    return Opened(chat_id, parent_id, thread, _choices(store, chat_id, wish), left_out=left_out)


def _open_question(store: Store, question_id: int | None, wish: Wish) -> Opened:
    """A question that is in the store, to be answered as it stands there."""
    question = store.message(question_id or 0)
    if question.role != "user":
        raise CarrelError("not_a_question", "Only a question can be answered.", "Choose the question above it.")
    before = store.thread_to(question.parent_id)
    said = said_before(store, before)
    thread = (*said, Said("user", question.text, tuple(store.documents_of(question.id))))
    choices = _choices(store, question.chat_id, wish)
    left_out = (len(before) - len(said)) // 2
    return Opened(question.chat_id, question.parent_id, thread, choices, question, left_out=left_out)


def _cut_answer(store: Store, answer_id: int) -> Message:
    """Raises CarrelError where there is nothing to go on with, or where going on would change what follows."""
    answer = store.message(answer_id)
    if answer.role != "assistant" or answer.state not in ("length", "stopped", "failed"):
        raise CarrelError(
            "nothing_to_continue", "This answer is not cut off.", "Ask a new question, or regenerate the answer."
        )
    if store.children(answer_id):
        raise CarrelError(
            "answer_went_on",
            "Messages follow this answer already.",
            "Regenerate it instead: the answer that is there stays as a version.",
        )
    if answer.parent_id is not None and any(run.plan.passes for run in store.runs_of(answer.parent_id)):
        raise CarrelError(
            "answer_of_passes",
            "This answer comes from a reading in passes.",
            "Go on with the reading instead.",
        )
    return answer


def _choices(store: Store, chat_id: int, wish: Wish) -> Choices:
    """Those of the chat with those of the wish, kept."""
    kept = store.chat(chat_id).choices
    choices = kept.joined(wish.choices)
    if choices != kept:
        store.set_choices(chat_id, choices)
    return choices


def write_rows(store: Store, opened: Opened, wish: Wish, model: str) -> tuple[Message, Message]:
    """The question with its documents and the answer that begins, or goes on: all or nothing."""
    with store.transaction():
        question = opened.question or write_question(store, opened, wish)
        if opened.answer is not None:
            return question, store.reopen_answer(opened.answer.id, model)
        return question, store.begin_answer(opened.chat_id, question.id, model)


def write_question(store: Store, opened: Opened, wish: Wish | None = None) -> Message:
    """The question becomes a message, and is draft or queued no more."""
    said = opened.thread[-1]
    documents = [store.save_document(document) for document in said.documents]
    chosen = [document.chosen for document in said.documents]
    if wish is None or wish.is_draft:
        store.settle_draft(opened.chat_id)
    elif wish.queued is not None:
        store.drop_queued(wish.queued)
    return store.add_message(opened.chat_id, opened.leaf_id, "user", said.text, documents, chosen)


def said_before(store: Store, thread: Sequence[Message]) -> list[Said]:
    """The conversation so far with its documents' pages. An answer that stayed empty is left out with its question."""
    said: list[Said] = []
    for message in thread:
        if message.role == "assistant" and not message.text:
            if said and said[-1].role == "user":
                said.pop()
        else:
            said.append(Said(message.role, message.text, tuple(store.documents_of(message.id))))
    return said


def title_of(text: str, limit: int = 60) -> str:
    """A chat's first title: the first line of its first question."""
    line = " ".join(text.strip().split("\n", 1)[0].split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
