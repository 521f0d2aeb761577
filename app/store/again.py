"""A chat that was taken in before and comes again with more in it: only what is new is added."""

from __future__ import annotations

from collections.abc import Mapping

from app.core.chatfile import ChatCopy
from app.store.rows import Message
from app.store.transfer import Transfer

Key = tuple[int | None, str, str, str]


class Again(Transfer):
    """Recognises chats of other programs by their beginning."""

    def grow_chat(self, copy: ChatCopy, documents: Mapping[int, int], source: str, digest: str) -> int | None:
        """The number of the chat that this is a later state of, with what was said since; None when there is none.

        What the user has gone on with here stays what is shown.
        """
        with self._db.transaction():
            if self._db.rows("SELECT 1 FROM imports WHERE digest = ?", digest):
                return None  # all of it is here
            sql = "SELECT i.chat_id FROM imports i JOIN chats c ON c.id = i.chat_id "
            sql += "WHERE i.source = ? AND c.created_at = ?"
            rows = self._db.rows(sql, source, copy.created_at) if copy.created_at > 0 and copy.messages else []
            for (chat_id,) in rows:
                if self._grow(chat_id, copy, documents):
                    sql = "INSERT INTO imports (digest, chat_id, source, imported_at) VALUES (?, ?, ?, ?)"
                    self._db.execute(sql, digest, chat_id, source, self._now())
                    return int(chat_id)
            return None

    def _grow(self, chat_id: int, copy: ChatCopy, documents: Mapping[int, int]) -> bool:
        """Whether it begins the same."""
        here = {_key(one.parent_id, one): one.id for one in reversed(self.all_messages(chat_id))}
        numbers: dict[int, int] = {}
        for message in copy.messages:
            parent_id = None if message.parent is None else numbers[message.parent]
            known = here.get((parent_id, message.role, message.text, message.thinking))
            if known is None and not numbers:
                return False
            added = known or self._insert_message(chat_id, message, numbers, documents)
            numbers[message.number] = added
        before = self.chat(chat_id)
        shown = numbers.get(copy.shown or 0, before.leaf_id)
        leaf = shown if before.leaf_id in numbers.values() else before.leaf_id
        sql = "UPDATE chats SET leaf_id = ?, updated_at = max(updated_at, ?), deleted_at = NULL WHERE id = ?"
        self._db.execute(sql, leaf, copy.updated_at, chat_id)
        return True


def _key(parent_id: int | None, message: Message) -> Key:
    return (parent_id, message.role, message.text, message.thinking)
