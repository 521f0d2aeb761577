"""What the store hands out: frozen values, equal when their content is equal. Times are Unix seconds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import msgspec

from app.core.chat import AnswerState, Receipt, Role, Timing, Usage
from app.core.citation import Citation
from app.core.params import Choices
from app.core.run import PassResult, RunPlan, RunState

CHAT_COLUMNS = "id, title, created_at, updated_at, leaf_id, draft, deleted_at, choices, folder_id, pinned_at"
MESSAGE_COLUMNS = (
    "m.id, m.chat_id, m.parent_id, m.role, m.created_at, m.state, m.text, m.thinking, m.thinking_ms, "
    "m.model, m.cause, m.usage, m.timing, m.receipt, m.citations, m.thinking_tokens"
)
ATTACHMENT_COLUMNS = (
    "d.id, d.path, d.name, d.kind, d.sha256, d.read_at, d.warnings, "
    "(SELECT count(*) FROM pages p WHERE p.document_id = d.id), "
    "(SELECT coalesce(sum(p.tokens), 0) FROM pages p WHERE p.document_id = d.id)"
)


class Chat(msgspec.Struct, frozen=True):
    """A conversation. `leaf_id` is the last message of the branch shown; `draft` is what was typed and not sent."""

    id: int
    title: str
    created_at: float
    updated_at: float
    leaf_id: int | None = None
    draft: str = ""
    deleted_at: float | None = None
    choices: Choices = Choices()
    folder_id: int | None = None
    pinned_at: float | None = None


class Folder(msgspec.Struct, frozen=True):
    """A folder of chats."""

    id: int
    name: str
    created_at: float


class Attachment(msgspec.Struct, frozen=True):
    """A document of a message without its text; `Store.load_document(id)` brings the pages.

    `chosen` are the numbers of the pages that went to the model with this message; None is all of them.
    """

    id: int
    path: str
    name: str
    kind: str
    sha256: str
    read_at: float
    warnings: tuple[str, ...] = ()
    pages: int = 0
    tokens: int = 0
    chosen: tuple[int, ...] | None = None


class Message(msgspec.Struct, frozen=True):
    """One message of the tree. `cause` is the stable code of why an answer failed; "" for a good one."""

    id: int
    chat_id: int
    parent_id: int | None
    role: Role
    created_at: float
    state: AnswerState
    text: str
    thinking: str = ""
    thinking_ms: int = 0
    model: str = ""
    cause: str = ""
    usage: Usage = Usage()
    timing: Timing = Timing()
    receipt: Receipt = Receipt()
    citations: tuple[Citation, ...] = ()
    documents: tuple[Attachment, ...] = ()
    thinking_tokens: int = 0


class DocumentSet(msgspec.Struct, frozen=True):
    """A named set of documents, each with the pages chosen of it."""

    id: int
    name: str
    created_at: float
    updated_at: float
    documents: tuple[Attachment, ...] = ()


class Run(msgspec.Struct, frozen=True):
    """A question over more than one context holds: its plan and the results so far."""

    id: int
    question_id: int
    plan: RunPlan
    state: RunState
    created_at: float
    updated_at: float
    results: tuple[PassResult, ...] = ()


_usage = msgspec.json.Decoder(Usage)
_timing = msgspec.json.Decoder(Timing)
_receipt = msgspec.json.Decoder(Receipt)
_choices = msgspec.json.Decoder(Choices)
_citations = msgspec.json.Decoder(tuple[Citation, ...])
_chosen = msgspec.json.Decoder(tuple[int, ...])
_warnings = msgspec.json.Decoder(tuple[str, ...])


def to_json(value: object) -> str:
    """A frozen value as the text of a JSON column."""
    try:
        return msgspec.json.encode(value).decode()
    except UnicodeEncodeError:  # a path that is not UTF-8
        return storable(json.dumps(msgspec.to_builtins(value), ensure_ascii=False))


def storable(text: str) -> str:
    """Text that UTF-8 can hold: halves of a surrogate pair are joined, a lone half becomes the replacement sign."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def chat_of(row: Sequence[Any]) -> Chat:
    values = [*row[:7], _choices_of(row[7]), *row[8:]]
    return Chat(*values)


def _choices_of(text: str) -> Choices:
    """What the chat chose; nothing when it cannot be read: a chat must open all the same."""
    try:
        return _choices.decode(text) if text else Choices()
    except msgspec.MsgspecError:
        return Choices()


def attachment_of(row: Sequence[Any]) -> Attachment:
    values = [*row[:6], _warnings.decode(row[6]), *row[7:]]
    return Attachment(*values)


def citations_of(text: str) -> tuple[Citation, ...]:
    """The checked citations of an answer; none when they cannot be read: a chat must open all the same."""
    try:
        return _citations.decode(text) if text else ()
    except msgspec.MsgspecError:
        return ()


def chosen_of(text: str | None) -> tuple[int, ...] | None:
    """The pages chosen of a document, None for all."""
    return None if text is None else _chosen.decode(text)


def chosen_column(chosen: tuple[int, ...] | None) -> str | None:
    return None if chosen is None else to_json(chosen)


def figures_of(usage: str | None, timing: str | None) -> tuple[Usage, Timing]:
    return _usage.decode(usage) if usage else Usage(), _timing.decode(timing) if timing else Timing()


def message_of(row: Sequence[Any]) -> Message:
    usage, timing, receipt, citations = row[11:15]
    figures = (
        *figures_of(usage, timing),
        _receipt.decode(receipt) if receipt else Receipt(),
        citations_of(citations),
    )
    return Message(*[*row[:11], *figures, (), row[15]])
