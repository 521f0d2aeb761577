"""Whole chats as values that leave Carrel and come back: the schema of its own JSON.

Version 1. A file is one `ChatFile`. Numbers of messages and documents mean something inside the file alone. Readers
ignore fields they do not know; a change that older readers would misread raises `VERSION`.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from app.core.chat import AnswerState, Document, Receipt, Role, Timing, Usage
from app.core.citation import Citation
from app.core.params import Choices
from app.core.record import Origin
from app.core.run import PassResult, RunPlan, RunState

FORMAT: Literal["carrel-chats"] = "carrel-chats"
VERSION = 1


class DocumentRef(msgspec.Struct, frozen=True, omit_defaults=True):
    """A document of a message: its number in the file, and the pages that were sent (None: all)."""

    document: int
    chosen: tuple[int, ...] | None = None


class RunCopy(msgspec.Struct, frozen=True, omit_defaults=True):
    """A reading in passes that a question began."""

    plan: RunPlan
    state: RunState
    created_at: float
    updated_at: float
    results: tuple[PassResult, ...] = ()


class MessageCopy(msgspec.Struct, frozen=True, omit_defaults=True):
    """One message of the tree; `parent` is the number of the one it follows, None for a beginning. Of several replies
    to it `shown` is the one that was shown last.
    """

    number: int
    role: Role
    text: str
    created_at: float
    parent: int | None = None
    state: AnswerState = "complete"
    thinking: str = ""
    thinking_ms: int = 0
    model: str = ""
    cause: str = ""
    usage: Usage = Usage()
    timing: Timing = Timing()
    receipt: Receipt = Receipt()
    citations: tuple[Citation, ...] = ()
    documents: tuple[DocumentRef, ...] = ()
    origin: Origin | None = None
    runs: tuple[RunCopy, ...] = ()
    shown: int | None = None
    thinking_tokens: int = 0


class QueuedCopy(msgspec.Struct, frozen=True, omit_defaults=True):
    """A message that waits for the answer before it."""

    text: str
    thinking: bool
    documents: tuple[DocumentRef, ...] = ()


class ChatCopy(msgspec.Struct, frozen=True, omit_defaults=True):
    """One chat with all its branches; `shown` is the last message of the one that is shown, `folder` the name of the
    folder it lies in, `note` what the user wrote beside it. Of a draft the words are here, not the files.
    """

    title: str
    created_at: float
    updated_at: float
    messages: tuple[MessageCopy, ...] = ()
    shown: int | None = None
    draft: str = ""
    choices: Choices = Choices()
    folder: str = ""
    pinned_at: float | None = None
    note: str = ""
    queued: tuple[QueuedCopy, ...] = ()


class DocumentCopy(msgspec.Struct, frozen=True, omit_defaults=True):
    """A document with the text of its pages, as the messages refer to it."""

    number: int
    read_at: float
    content: Document


class ChatFile(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a file holds. `carrel` is the version of the program that wrote it, `written_at` in Unix seconds."""

    chats: tuple[ChatCopy, ...]
    documents: tuple[DocumentCopy, ...] = ()
    format: str = ""
    version: int = 0
    carrel: str = ""
    written_at: float = 0.0
