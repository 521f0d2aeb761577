"""What the conversation shows: plain values, made from whatever the caller keeps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from app.core.chat import AnswerState


@dataclass(frozen=True, slots=True)
class FileNote:
    """A file named under a user's message. `tokens` is 0 when unknown."""

    name: str
    pages: int = 0
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class FailureNote:
    """What went wrong with an answer, said in whole sentences, and one thing to do about it.

    `action` is handed back by `ChatView.action_requested`; without `action_label` there is no button. `other` is a
    second, quieter thing to do.
    """

    cause: str
    saved: str = ""
    action_label: str = ""
    action: str = ""
    other_label: str = ""
    other: str = ""


@dataclass(frozen=True, slots=True)
class MessageItem:
    """One message. `key` is the caller's own name for it (a store id); the view only hands it back."""

    role: Literal["user", "assistant"]
    text: str = ""
    key: str = ""
    files: tuple[FileNote, ...] = ()
    thinking: str = ""
    thinking_tokens: int = 0
    thinking_s: float = 0.0
    receipt: str = ""
    details: str = ""
    failure: FailureNote | None = None
    state: AnswerState = "complete"
