"""LM Studio's conversations: a list of messages, each with its versions and the one that is shown."""

from __future__ import annotations

from typing import Any

from app.core.chatfile import ChatCopy
from app.session.importing.content import said_in
from app.session.importing.found import TOOL, UNKNOWN, Tally, a_dict, a_list, a_text, a_time
from app.session.importing.growing import Piece, grow_chat

NAME = "LM Studio"


def looks_like(chat: dict[str, Any]) -> bool:
    return any(isinstance(a_dict(one).get("versions"), list) for one in a_list(chat.get("messages")))


def read_chat(chat: dict[str, Any], tally: Tally) -> ChatCopy | None:
    model = a_text(a_dict(chat.get("lastUsedModel")).get("identifier"))
    pieces: list[Piece] = []
    parent = ""
    for number, message in enumerate(a_list(chat.get("messages"))):
        versions = [a_dict(one) for one in a_list(a_dict(message).get("versions"))]
        for version, one in enumerate(versions):
            pieces.append(_piece(f"{number}.{version}", parent, one, model, tally))
        if versions:
            chosen = a_dict(message).get("currentlySelected")
            chosen = chosen if isinstance(chosen, int) and 0 <= chosen < len(versions) else len(versions) - 1
            parent = f"{number}.{int(chosen)}"
    return grow_chat(
        a_text(chat.get("name")),
        pieces,
        tally,
        created_at=a_time(chat.get("createdAt")),
        updated_at=a_time(chat.get("assistantLastMessagedAt")) or a_time(chat.get("userLastMessagedAt")),
        shown=parent,
        instructions=_instructions(chat),
    )


def _instructions(chat: dict[str, Any]) -> str:
    fields = a_list(a_dict(chat.get("perChatPredictionConfig")).get("fields"))
    named = (a_dict(one) for one in fields)
    found = [a_text(one.get("value")) for one in named if one.get("key") == "llm.prediction.systemPrompt"]
    return a_text(chat.get("systemPrompt")) or next((text for text in found if text), "")


def _piece(key: str, parent: str, version: dict[str, Any], model: str, tally: Tally) -> Piece:
    role = a_text(version.get("role"))
    whole = said_in(version.get("content"), tally)
    words, thoughts, files = whole.words, whole.thoughts, whole.files
    for step in (a_dict(one) for one in a_list(version.get("steps"))):
        match step.get("type"):
            case "contentBlock":
                part = said_in(step.get("content"), tally)
                said, thought, files = part.words, part.thoughts, files + part.files
                if a_dict(step.get("style")).get("type") == "thinking":
                    said, thought = "", "\n\n".join(part for part in (said, thought) if part)
                words = "\n\n".join(part for part in (words, said) if part)
                thoughts = "\n\n".join(part for part in (thoughts, thought) if part)
            case "toolCallRequest" | "toolCallResult" | "toolStatus":
                tally.add(TOOL)
            case "debugInfoBlock" | "status":
                continue
            case _:
                tally.add(UNKNOWN)
    return Piece(key, parent, role, words, thoughts, model=model, files=files)
