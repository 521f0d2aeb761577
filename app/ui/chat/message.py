"""What the conversation shows: plain values, made from whatever the caller keeps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from app.core.chat import AnswerState
from app.core.citation import Citation

SHOW_FILE = "show file "
"""Begins the action of a file under a question; its place follows, from 0."""

COPY, COPY_PLAIN, EDIT, AGAIN, AGAIN_THINKING, AGAIN_PLAIN, CONTINUE, EARLIER, LATER, BRANCH, RECORD = (
    "copy",
    "copy plain",
    "edit",
    "answer again",
    "answer again, thinking first",
    "answer again, without thinking",
    "continue",
    "earlier version",
    "later version",
    "new chat from here",
    "record",
)
"""What can be done with a message."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a message stands in the tree: which of how many versions it is, whether it was cut and can be gone on
    with, and whether it is the last one.
    """

    version: int = 1
    versions: int = 1
    can_go_on: bool = False
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class FileNote:
    """A file named under a user's message. `tokens` is 0 when unknown; of `pages` only `sent_pages` went out if that
    is not None. `path` is where it lay, "" when that is not known.
    """

    name: str
    pages: int = 0
    tokens: int = 0
    sent_pages: int | None = None
    path: str = ""


@dataclass(frozen=True, slots=True)
class FailureNote:
    """What went wrong with an answer, said in whole sentences, and one thing to do about it.

    `action` is handed back by `ChatView.action_requested`; without `action_label` there is no button. `other` is a
    second, quieter thing to do. An `alarm` is red; what is only offered is not.
    """

    cause: str
    saved: str = ""
    action_label: str = ""
    action: str = ""
    other_label: str = ""
    other: str = ""
    alarm: bool = True


@dataclass(frozen=True, slots=True)
class ReceiptFile:
    """A line of the reading receipt, in words: the file, what of it was sent, and what was dropped."""

    name: str
    pages: str
    tokens: str
    dropped: str


@dataclass(frozen=True, slots=True)
class ReceiptDetails:
    """What the receipt opens to: files, then facts as name and value. `markdown` is what is copied."""

    files: tuple[ReceiptFile, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    markdown: str = ""


@dataclass(frozen=True, slots=True)
class PassNote:
    """What one pass of a long reading noted. `title` names the pass and its pages."""

    title: str
    text: str
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class CoverageNote:
    """How far a reading in passes is, in `words`, and what was noted so far."""

    words: str
    share: float = 1.0
    notes: tuple[PassNote, ...] = ()
    running: bool = False


@dataclass(frozen=True, slots=True)
class MessageItem:
    """One message. `key` is the caller's own name for it (a store id); the view only hands it back.

    `awaits_check` keeps a line free for what the check of its quotations will say.
    """

    role: Literal["user", "assistant"]
    text: str = ""
    key: str = ""
    files: tuple[FileNote, ...] = ()
    thinking: str = ""
    thinking_tokens: int = 0
    thinking_s: float = 0.0
    receipt: str = ""
    details: ReceiptDetails | None = None
    failure: FailureNote | None = None
    state: AnswerState = "complete"
    citations: tuple[Citation, ...] = ()
    awaits_check: bool = False
    coverage: CoverageNote | None = None
    standing: Standing = Standing()
