"""The messages of a chat: every one names its parent, so they are a tree; read along its branches, and added to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest

import msgspec

from app.core.chat import AnswerState, Role
from app.core.citation import Citation
from app.store.branches import SHOWN, UP_FROM, Branches
from app.store.part import no_chat, no_message
from app.store.rows import (
    ATTACHMENT_COLUMNS,
    MESSAGE_COLUMNS,
    Attachment,
    Message,
    attachment_of,
    chosen_column,
    chosen_of,
    message_of,
    to_json,
)

Chosen = tuple[int, ...] | None


class Messages(Branches):
    """Reading the tree, and adding what the user said."""

    def add_message(
        self,
        chat_id: int,
        parent_id: int | None,
        role: Role,
        text: str,
        documents: Sequence[int] = (),
        chosen: Sequence[Chosen] = (),
    ) -> Message:
        """Add a finished message under `parent_id` (None begins the chat anew) and show its branch.

        `documents` are ids from `save_document`, in their order; `chosen` the pages of each, all when not given.
        On the disk when this returns.
        """
        with self._db.transaction():
            message_id = self._insert(chat_id, parent_id, role, "complete", text=text)
            columns = "message_id, document_id, position, chosen"
            for position, (document_id, pages) in enumerate(zip_longest(documents, chosen[: len(documents)])):
                sql = f"INSERT INTO message_documents ({columns}) VALUES (?, ?, ?, ?)"
                self._db.execute(sql, message_id, document_id, position, chosen_column(pages))
            return self.message(message_id)

    def set_citations(self, message_id: int, citations: Sequence[Citation]) -> None:
        """Keep what was found of an answer's quotations and page references."""
        with self._db.transaction():
            sql = "UPDATE messages SET citations = ? WHERE id = ?"
            if not self._db.execute(sql, to_json(tuple(citations)) if citations else "", message_id).rowcount:
                raise no_message()

    def message(self, message_id: int) -> Message:
        """One message, with the text written so far when it is still being answered."""
        found = self._read("WHERE m.id = ?", message_id)
        if not found:
            raise no_message()
        return found[0]

    def thread(self, chat_id: int) -> list[Message]:
        """The branch shown, from its first message to its leaf."""
        return self._read("JOIN branch USING (id) ORDER BY m.id", chat_id, before=SHOWN)

    def thread_to(self, message_id: int | None) -> list[Message]:
        """The branch from its first message down to this one, shown or not; empty for None."""
        if message_id is None:
            return []
        return self._read("JOIN branch USING (id) ORDER BY m.id", message_id, before=UP_FROM)

    def roots(self, chat_id: int) -> list[Message]:
        """The first messages of a chat, oldest first; more than one when the first was edited."""
        return self._read("WHERE m.chat_id = ? AND m.parent_id IS NULL ORDER BY m.id", chat_id)

    def children(self, message_id: int) -> list[Message]:
        """The replies to one message, oldest first."""
        chat_id = self._chat_of(message_id)
        return self._read("WHERE m.chat_id = ? AND m.parent_id = ? ORDER BY m.id", chat_id, message_id)

    def _insert(
        self,
        chat_id: int,
        parent_id: int | None,
        role: Role,
        state: AnswerState,
        *,
        text: str = "",
        model: str = "",
        writer: str = "",
    ) -> int:
        """Add a row under its parent, make it the leaf, move its chat to the top of the list."""
        if parent_id is not None:
            self._require_message(chat_id, parent_id)
        now = self._now()
        if not self._db.execute("UPDATE chats SET updated_at = ? WHERE id = ?", now, chat_id).rowcount:
            raise no_chat()
        columns = "chat_id, parent_id, role, created_at, state, text, model, writer"
        sql = f"INSERT INTO messages ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        message_id = self._db.execute(sql, chat_id, parent_id, role, now, state, text, model, writer).lastrowid
        assert message_id is not None
        self._show_leaf(chat_id, message_id, parent_id)
        return message_id

    def _read(self, where: str, *values: int, before: str = "") -> list[Message]:
        rows = self._db.rows(f"{before} SELECT {MESSAGE_COLUMNS} FROM messages m {where}", *values)
        messages = [message_of(row) for row in rows]
        documents = self._attachments(f"{before} SELECT m.id FROM messages m {where}", *values) if rows else {}
        return [self._whole(message, documents.get(message.id, ())) for message in messages]

    def _attachments(self, ids_sql: str, *values: int) -> dict[int, tuple[Attachment, ...]]:
        sql = (
            f"SELECT a.message_id, a.chosen, {ATTACHMENT_COLUMNS} "
            "FROM message_documents a JOIN documents d ON d.id = a.document_id "
            f"WHERE a.message_id IN ({ids_sql}) ORDER BY a.message_id, a.position"
        )
        found: dict[int, tuple[Attachment, ...]] = {}
        for message_id, chosen, *row in self._db.rows(sql, *values):
            attachment = msgspec.structs.replace(attachment_of(row), chosen=chosen_of(chosen))
            found[message_id] = (*found.get(message_id, ()), attachment)
        return found

    def _whole(self, message: Message, documents: tuple[Attachment, ...]) -> Message:
        if message.state == "streaming":
            message = with_chunks(message, self._chunks(message.id))
        return msgspec.structs.replace(message, documents=documents) if documents else message

    def _chunks(self, message_id: int) -> list[tuple[str, str]]:
        sql = "SELECT channel, text FROM answer_chunks WHERE message_id = ? ORDER BY seq"
        return [(channel, text) for channel, text in self._db.rows(sql, message_id)]


def with_chunks(message: Message, chunks: Iterable[tuple[str, str]]) -> Message:
    """The message with the pieces of its journal at the end of its two texts."""
    pieces = list(chunks)
    answer = "".join(text for channel, text in pieces if channel == "answer")
    thinking = "".join(text for channel, text in pieces if channel == "thinking")
    return msgspec.structs.replace(message, text=message.text + answer, thinking=message.thinking + thinking)
