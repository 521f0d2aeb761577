"""Jan's threads: `thread.json` says what the thread is, `messages.jsonl` beside it holds what was said."""

from __future__ import annotations

from typing import Any

from app.core.chatfile import ChatCopy
from app.session.importing.content import count_calls, names_of, said_in
from app.session.importing.found import Tally, a_dict, a_key, a_list, a_text, a_time
from app.session.importing.growing import Piece, grow_chat

NAME = "Jan"


def is_thread(value: dict[str, Any]) -> bool:
    return value.get("object") == "thread" or (isinstance(value.get("assistants"), list) and "mapping" not in value)


def is_message(value: dict[str, Any]) -> bool:
    return value.get("object") == "thread.message" or ("thread_id" in value and "role" in value)


def read_thread(thread: dict[str, Any], messages: list[dict[str, Any]], tally: Tally) -> ChatCopy | None:
    """Messages stand in the order of their times, whatever the order of the lines."""
    assistant = next((a_dict(one) for one in a_list(thread.get("assistants"))), {})
    model = a_text(a_dict(assistant.get("model")).get("id")) or a_text(a_dict(thread.get("model")).get("id"))
    timed = sorted(enumerate(messages), key=lambda one: (a_time(one[1].get("created_at")), one[0]))
    pieces: list[Piece] = []
    for number, message in timed:
        said = said_in(message.get("content"), tally)
        files = said.files + names_of(message.get("attachments"), tally)
        count_calls(message, tally)
        key, parent = a_key(message.get("id")) or str(number), pieces[-1].key if pieces else ""
        role, when = a_text(message.get("role")), a_time(message.get("created_at"))
        pieces.append(Piece(f"{key}.{number}", parent, role, said.words, said.thoughts, when, model, files))
    title = a_text(thread.get("title")) or a_text(a_dict(thread.get("metadata")).get("title"))
    return grow_chat(
        title or a_text(thread.get("summary")),
        pieces,
        tally,
        created_at=a_time(thread.get("created")) or a_time(thread.get("created_at")),
        updated_at=a_time(thread.get("updated")) or a_time(thread.get("updated_at")),
        shown=pieces[-1].key if pieces else "",
        instructions=a_text(assistant.get("instructions")),
    )
