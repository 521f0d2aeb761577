"""A new chat that begins as a copy of a branch."""

from __future__ import annotations

from app.store.chats import Chats
from app.store.messages import Messages
from app.store.rows import Chat

_OWN = frozenset({"id", "chat_id", "parent_id", "shown_id", "writer", "state", "text", "thinking"})


class Offshoots(Messages, Chats):
    """Copies share their documents with the originals; everything else is their own."""

    def branch_off(self, message_id: int, title: str = "") -> Chat:
        """A chat with the branch down to this message, answered as its chat is; `title` as there when empty.

        What an answer was made with, was given, took and cites is copied with it. One that is still written is copied
        as far as it is, as stopped.
        """
        with self._db.transaction():
            thread = self.thread_to(message_id)
            source = self.chat(self._chat_of(message_id))
            made = self.create_chat(title or source.title)
            self.set_choices(made.id, source.choices)
            alike = [name for name in self._columns("messages") if name not in _OWN]
            parent_id: int | None = None
            for message in thread:
                state = "stopped" if message.state == "streaming" else message.state
                columns = "chat_id, parent_id, state, text, thinking"
                sql = f"INSERT INTO messages ({columns}, {', '.join(alike)}) "
                sql += f"SELECT ?, ?, ?, ?, ?, {', '.join(alike)} FROM messages WHERE id = ?"
                values = (made.id, parent_id, state, message.text, message.thinking)
                parent_id = self._db.execute(sql, *values, message.id).lastrowid
                self._copy_documents(message.id, parent_id)
                sql = "INSERT INTO origins (message_id, origin) SELECT ?, origin FROM origins WHERE message_id = ?"
                self._db.execute(sql, parent_id, message.id)
            self.set_leaf(made.id, parent_id)
            return self.chat(made.id)

    def _copy_documents(self, message_id: int, copy_id: int | None) -> None:
        sql = "INSERT INTO message_documents (message_id, document_id, position, chosen) "
        sql += "SELECT ?, document_id, position, chosen FROM message_documents WHERE message_id = ?"
        self._db.execute(sql, copy_id, message_id)

    def _columns(self, table: str) -> list[str]:
        return [str(row[1]) for row in self._db.rows(f"PRAGMA table_info({table})")]
