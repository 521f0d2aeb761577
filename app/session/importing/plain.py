"""Plain lists of messages, `[{"role": …, "content": …}]`, alone or under "messages", and Claude's export."""

from __future__ import annotations

from typing import Any

from app.core.chatfile import ChatCopy
from app.session.importing.content import count_calls, names_of, said_in
from app.session.importing.found import Tally, a_dict, a_list, a_text, a_time
from app.session.importing.growing import Piece, grow_chat

NAME = "JSON"
CLAUDE = "Claude"
_TIMES = ("created_at", "create_time", "createdAt", "timestamp", "time", "date")
_ROLES = {"human": "user", "user": "user", "assistant": "assistant", "ai": "assistant", "gpt": "assistant"}
_ROLES |= {"model": "assistant", "bot": "assistant", "system": "system", "developer": "system"}


def looks_like(chat: dict[str, Any]) -> bool:
    return any(_is_message(one) for one in _messages(chat))


def is_message(value: dict[str, Any]) -> bool:
    return _is_message(value)


def is_claude(chat: dict[str, Any]) -> bool:
    return isinstance(chat.get("chat_messages"), list)


def read_chat(chat: dict[str, Any], tally: Tally) -> ChatCopy | None:
    pieces: list[Piece] = []
    for number, one in enumerate(_messages(chat)):
        message = a_dict(one)
        said = next((message[name] for name in ("content", "text", "value", "message") if message.get(name)), "")
        part = said_in(said, tally)
        count_calls(message, tally)
        thoughts = part.thoughts or next(
            (t for n in ("thinking", "reasoning", "reasoning_content") if (t := a_text(message.get(n)))), ""
        )
        files = part.files
        for name in ("attachments", "files", "images"):
            files += names_of(message.get(name), tally)
        who = a_text(message.get("role")) or a_text(message.get("sender")) or a_text(message.get("from"))
        model = a_text(message.get("model")) or a_text(chat.get("model"))
        parent = pieces[-1].key if pieces else ""
        role, when = _ROLES.get(who.lower(), who), _time(message)
        pieces.append(Piece(str(number), parent, role, part.words, thoughts, when, model, files))
    title = next((t for name in ("title", "name", "topic") if (t := a_text(chat.get(name)))), "")
    updated = a_time(chat.get("updated_at")) or a_time(chat.get("updatedAt"))
    instructions = a_text(chat.get("system")) or a_text(chat.get("system_prompt")) or a_text(chat.get("systemPrompt"))
    return grow_chat(title, pieces, tally, created_at=_time(chat), updated_at=updated, instructions=instructions)


def _messages(chat: dict[str, Any]) -> list[Any]:
    return next(
        (a_list(chat[n]) for n in ("messages", "chat_messages", "conversation", "conversations") if chat.get(n)), []
    )


def _is_message(value: Any) -> bool:
    message = a_dict(value)
    return any(isinstance(message.get(who), str) for who in ("role", "sender", "from")) and any(
        name in message for name in ("content", "text", "value", "message")
    )


def _time(value: dict[str, Any]) -> float:
    return next((when for name in _TIMES if (when := a_time(value.get(name)))), 0.0)
