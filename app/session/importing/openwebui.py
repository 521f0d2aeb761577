"""Open WebUI's chat export: a list of records, or one; each holds a history of messages by id."""

from __future__ import annotations

from typing import Any

from app.core.chatfile import ChatCopy
from app.session.importing.content import count_calls, names_of, said_in
from app.session.importing.found import Tally, a_dict, a_key, a_text, a_time
from app.session.importing.growing import Piece, grow_chat

NAME = "Open WebUI"


def looks_like(record: dict[str, Any]) -> bool:
    return isinstance(a_dict(_chat(record).get("history")).get("messages"), dict)


def read_chat(record: dict[str, Any], tally: Tally) -> ChatCopy | None:
    chat = _chat(record)
    history = a_dict(chat.get("history"))
    pieces = [_piece(a_key(key), a_dict(one), tally) for key, one in a_dict(history.get("messages")).items()]
    names_of(chat.get("files"), tally)  # those of the messages once more, or of the whole chat
    begun = a_time(record.get("created_at")) or a_time(chat.get("timestamp"))
    return grow_chat(
        a_text(record.get("title")) or a_text(chat.get("title")),
        pieces,
        tally,
        created_at=begun,
        updated_at=a_time(record.get("updated_at")),
        shown=a_key(history.get("currentId")),
        instructions=a_text(a_dict(chat.get("params")).get("system")) or a_text(chat.get("system")),
        pinned_at=(a_time(record.get("updated_at")) or begun) if record.get("pinned") is True else None,
    )


def _chat(record: dict[str, Any]) -> dict[str, Any]:
    """The record of a whole export wraps the chat; a single one stands bare."""
    return a_dict(record.get("chat")) or record


def _piece(key: str, message: dict[str, Any], tally: Tally) -> Piece:
    said = said_in(message.get("content"), tally)
    thinking = said.thoughts or a_text(message.get("reasoning_content"))
    count_calls(message, tally)
    return Piece(
        a_key(message.get("id")) or key,
        a_key(message.get("parentId")),
        a_text(message.get("role")),
        said.words,
        thinking,
        a_time(message.get("timestamp")),
        a_text(message.get("model")),
        said.files + names_of(message.get("files"), tally),
    )
