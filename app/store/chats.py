"""The list of chats: begin, name, draft, delete and bring back."""

from __future__ import annotations

from typing import Any

from app.core.params import Choices
from app.store.part import Part, no_chat
from app.store.rows import CHAT_COLUMNS, Chat, chat_of, to_json


class Chats(Part):
    """Chats without their messages."""

    def create_chat(self, title: str = "") -> Chat:
        with self._db.transaction():
            now = self._now()
            sql = "INSERT INTO chats (title, created_at, updated_at) VALUES (?, ?, ?)"
            chat_id = self._db.execute(sql, title, now, now).lastrowid
            assert chat_id is not None
            return self.chat(chat_id)

    def chat(self, chat_id: int) -> Chat:
        """One chat, deleted or not."""
        rows = self._db.rows(f"SELECT {CHAT_COLUMNS} FROM chats WHERE id = ?", chat_id)
        if not rows:
            raise no_chat()
        return chat_of(rows[0])

    def list_chats(self) -> list[Chat]:
        """The chats that are not deleted, the one written in last first."""
        where = "WHERE deleted_at IS NULL ORDER BY updated_at DESC, id DESC"
        return [chat_of(row) for row in self._db.rows(f"SELECT {CHAT_COLUMNS} FROM chats {where}")]

    def rename_chat(self, chat_id: int, title: str) -> None:
        self._change(chat_id, "title = ?", title)

    def delete_chat(self, chat_id: int) -> None:
        """Take it out of the list. Everything in it is kept, `restore_chat` brings it back."""
        self._change(chat_id, "deleted_at = ?", self._now())

    def restore_chat(self, chat_id: int) -> None:
        self._change(chat_id, "deleted_at = NULL")

    def set_draft(self, chat_id: int, text: str) -> None:
        """Keep what is typed and not yet sent; the chat does not move in the list."""
        self._change(chat_id, "draft = ?", text)

    def set_choices(self, chat_id: int, choices: Choices) -> None:
        """Keep how the chat is answered from now on; it does not move in the list."""
        self._change(chat_id, "choices = ?", "" if choices == Choices() else to_json(choices))

    def _change(self, chat_id: int, assignment: str, *values: Any) -> None:
        with self._db.transaction():
            if not self._db.execute(f"UPDATE chats SET {assignment} WHERE id = ?", *values, chat_id).rowcount:
                raise no_chat()
