"""Carrel's own JSON, checked before anything of it is taken in."""

from __future__ import annotations

from typing import Any

import msgspec

from app.core.chatfile import FORMAT, VERSION, ChatCopy, ChatFile, MessageCopy
from app.core.errors import CarrelError
from app.session.importing.found import DAMAGED, Found, Tally

NAME = "Carrel"


def looks_like(value: Any) -> bool:
    return isinstance(value, dict) and value.get("format") == FORMAT


def read_file(value: dict[str, Any]) -> Found:
    """Raises CarrelError for a newer version, or for a file that is not what it says it is."""
    version = value.get("version")
    if isinstance(version, int) and version > VERSION:
        raise CarrelError(
            "chats_newer", "These chats were exported by a newer Carrel.", "Update Carrel, then import them again."
        )
    try:
        file = msgspec.convert(value, ChatFile)
    except (msgspec.ValidationError, RecursionError, ValueError, OverflowError) as error:
        raise CarrelError(
            "chats_damaged",
            "The file says that it is Carrel's, but it is damaged: {cause}.",
            "Export the chats again, or restore a backup.",
            cause=str(error),
        ) from error
    tally = Tally()
    documents = {document.number for document in file.documents}
    chats = tuple(_sound(chat, documents, tally) for chat in file.chats)
    return Found(NAME, chats, file.documents, dict(+tally.counts))


def _sound(chat: ChatCopy, documents: set[int], tally: Tally) -> ChatCopy:
    """Parents before children, every number once, every document there."""
    known: set[int] = set()
    messages: list[MessageCopy] = []
    for message in _parents_first(chat.messages):
        if message.number in known:
            tally.add(DAMAGED)
            continue
        if message.parent is not None and message.parent not in known:
            tally.add(DAMAGED)
            message = msgspec.structs.replace(message, parent=None)
        refs = tuple(ref for ref in message.documents if ref.document in documents)
        tally.add(DAMAGED, len(message.documents) - len(refs))
        known.add(message.number)
        messages.append(msgspec.structs.replace(message, documents=refs))
    queued = tuple(
        msgspec.structs.replace(one, documents=tuple(ref for ref in one.documents if ref.document in documents))
        for one in chat.queued
    )
    return msgspec.structs.replace(chat, messages=tuple(messages), queued=queued)


def _parents_first(messages: tuple[MessageCopy, ...]) -> list[MessageCopy]:
    """As they stand, which is right when Carrel wrote them; what stands before its parent goes behind it."""
    children: dict[int | None, list[MessageCopy]] = {}
    done: set[int | None] = {None}
    ordered: list[MessageCopy] = []
    for message in messages:
        if message.parent not in done:
            children.setdefault(message.parent, []).append(message)
            continue
        ready = [message]
        while ready:
            one = ready.pop(0)
            ordered.append(one)
            if one.number not in done:
                done.add(one.number)
                ready += children.pop(one.number, [])
    return ordered + [one for waiting in children.values() for one in waiting]
