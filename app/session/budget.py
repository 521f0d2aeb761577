"""Whether a prompt fits the context, said with both numbers before anything is sent. Nothing is ever cut."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.chat import Document
from app.core.errors import CarrelError

ANSWER_ROOM_TOKENS = 1024


def answer_room(n_ctx: int) -> int:
    """Tokens kept free for the answer: 1,024, or an eighth of a small context."""
    return min(ANSWER_ROOM_TOKENS, n_ctx // 8)


def refuse_if_too_long(prompt_tokens: int, n_ctx: int, documents: Sequence[Document]) -> None:
    """Raise CarrelError("does_not_fit") with both numbers and what would fit."""
    room = answer_room(n_ctx)
    if prompt_tokens + room <= n_ctx:
        return
    over = prompt_tokens + room - n_ctx
    needed = -(-(prompt_tokens + room) // 256) * 256
    facts = {"prompt": f"{prompt_tokens:,}", "context": f"{n_ctx:,}", "room": f"{room:,}", "needed": f"{needed:,}"}
    whole = next((d for d in sorted(documents, key=lambda d: d.sent_tokens) if d.sent_tokens >= over), None)
    if whole is not None and len(documents) > 1:
        raise CarrelError(
            "does_not_fit",
            "This needs {prompt} tokens and {room} for the answer; the context holds {context}.",
            "Leave out {name} ({tokens} tokens), or load the model with a context of {needed}.",
            name=whole.name,
            tokens=f"{whole.sent_tokens:,}",
            **facts,
        )
    raise CarrelError(
        "does_not_fit",
        "This needs {prompt} tokens and {room} for the answer; the context holds {context}.",
        "Load the model with a context of {needed}, or choose a shorter document.",
        **facts,
    )
