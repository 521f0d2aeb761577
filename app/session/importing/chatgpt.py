"""ChatGPT's data export, `conversations.json`: a list of chats, each a mapping of nodes with parents."""

from __future__ import annotations

from typing import Any

from app.core.chatfile import ChatCopy
from app.session.importing.content import Said, file_kind, names_of
from app.session.importing.found import HIDDEN, UNKNOWN, Tally, a_dict, a_key, a_list, a_text, a_time
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
    said = _said(a_dict(message.get("content")), tally)
    metadata = a_dict(message.get("metadata"))
    if metadata.get("is_visually_hidden_from_conversation"):
        if said.words.strip():
            tally.add(HIDDEN)
        return Piece(key, parent)
    model, files = a_text(metadata.get("model_slug")), names_of(metadata.get("attachments"), tally)
    unnamed = () if files else said.files  # a picture in the text is among the attachments too
    when = a_time(message.get("create_time"))
    return Piece(key, parent, role, said.words, said.thoughts, when, model, files + unnamed)


def _said(content: dict[str, Any], tally: Tally) -> Said:
    match content.get("content_type"):
        case "text" | "multimodal_text":
            parts = a_list(content.get("parts"))
            files = [one for one in parts if "asset_pointer" in str(a_dict(one).get("content_type", ""))]
            words = [_part(one, tally) for one in parts if one not in files]
            named = [{"type": file_kind(a_dict(one).get("content_type")) or "file"} for one in files]
            return Said("\n\n".join(part for part in words if part), "", names_of(named, tally))
        case "code" | "execution_output":
            text = a_text(content.get("text")).strip()
            language = a_text(content.get("language"))
            language = language if language.isalnum() and language != "unknown" else ""
            return Said(f"```{language}\n{text}\n```" if text else "")
        case "thoughts":
            thoughts = [a_dict(one) for one in a_list(content.get("thoughts"))]
            lines = [p for one in thoughts for p in (a_text(one.get("summary")), a_text(one.get("content"))) if p]
            return Said("", "\n\n".join(lines))
        case "reasoning_recap":
            return Said("", a_text(content.get("content")))
        case None:
            return Said()
    if any(content.get(name) for name in ("text", "parts", "result", "content")):
        tally.add(UNKNOWN)
    return Said(a_text(content.get("text")))


def _part(part: Any, tally: Tally) -> str:
    if isinstance(part, str):
        return a_text(part)
    known = a_dict(part)
    if a_text(known.get("text")):
        return a_text(known.get("text"))
    tally.add(UNKNOWN)
    return ""
