"""ChatGPT's data export, `conversations.json`: a list of chats, each a mapping of nodes with parents."""

from __future__ import annotations

from typing import Any

from app.core.chatfile import ChatCopy
from app.session.importing.found import HIDDEN, PICTURE, UNKNOWN, Tally, a_dict, a_key, a_list, a_text, a_time
from app.session.importing.growing import Piece, grow_chat

NAME = "ChatGPT"


def looks_like(chat: dict[str, Any]) -> bool:
    return isinstance(chat.get("mapping"), dict)


def read_chat(chat: dict[str, Any], tally: Tally) -> ChatCopy | None:
    pieces = [_piece(a_key(key), a_dict(node), tally) for key, node in a_dict(chat.get("mapping")).items()]
    return grow_chat(
        a_text(chat.get("title")),
        pieces,
        tally,
        created_at=a_time(chat.get("create_time")),
        updated_at=a_time(chat.get("update_time")),
        shown=a_key(chat.get("current_node")),
    )


def _piece(key: str, node: dict[str, Any], tally: Tally) -> Piece:
    parent, message = a_key(node.get("parent")), a_dict(node.get("message"))
    role = a_text(a_dict(message.get("author")).get("role"))
    text, thinking = _said(a_dict(message.get("content")), tally)
    metadata = a_dict(message.get("metadata"))
    if metadata.get("is_visually_hidden_from_conversation"):
        if text.strip():
            tally.add(HIDDEN)
        return Piece(key, parent)
    if a_list(metadata.get("attachments")):
        tally.add(PICTURE, len(a_list(metadata.get("attachments"))))
    model = a_text(metadata.get("model_slug"))
    return Piece(key, parent, role, text, thinking, a_time(message.get("create_time")), model)


def _said(content: dict[str, Any], tally: Tally) -> tuple[str, str]:
    """The words and the thoughts of a message."""
    match content.get("content_type"):
        case "text" | "multimodal_text":
            return "\n\n".join(part for part in (_part(one, tally) for one in a_list(content.get("parts"))) if part), ""
        case "code" | "execution_output":
            text = a_text(content.get("text")).strip()
            language = a_text(content.get("language"))
            return (
                f"```{language if language.isalnum() and language != 'unknown' else ''}\n{text}\n```" if text else ""
            ), ""
        case "thoughts":
            thoughts = [a_dict(one) for one in a_list(content.get("thoughts"))]
            lines = [p for one in thoughts for p in (a_text(one.get("summary")), a_text(one.get("content"))) if p]
            return "", "\n\n".join(lines)
        case "reasoning_recap":
            return "", a_text(content.get("content"))
        case None:
            return "", ""
    if any(content.get(name) for name in ("text", "parts", "result", "content")):
        tally.add(UNKNOWN)
    return a_text(content.get("text")), ""


def _part(part: Any, tally: Tally) -> str:
    if isinstance(part, str):
        return a_text(part)
    known = a_dict(part)
    if a_text(known.get("text")):
        return a_text(known.get("text"))
    tally.add(PICTURE if "asset_pointer" in str(known.get("content_type", "")) else UNKNOWN)
    return ""
