"""The recycle bin: chats that were deleted and can come back, until they are deleted for ever."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from app.store.indexing import Indexing
from app.store.rows import CHAT_COLUMNS, Chat, chat_of

_USERS = """SELECT m.name, f."from" FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f
    WHERE m.type = 'table' AND f."table" = 'documents' AND m.name != 'pages'"""


class BinnedChat(msgspec.Struct, frozen=True):
    """A deleted chat and how much is in it."""

    chat: Chat
    messages: int
    documents: int


class Erased(msgspec.Struct, frozen=True):
    """What is gone for ever: how many chats, and the documents that nothing else uses, by name."""

    chats: int = 0
    documents: tuple[str, ...] = ()


class Bin(Indexing):
    """What is deleted for ever is overwritten in the file (`secure_delete`), its words in the index as well."""

    def list_deleted(self) -> list[BinnedChat]:
        """The chats in the bin, the one deleted last first."""
        where = "WHERE deleted_at IS NOT NULL ORDER BY deleted_at DESC, id DESC"
        chats = [chat_of(row) for row in self._db.rows(f"SELECT {CHAT_COLUMNS} FROM chats {where}")]
        return [BinnedChat(chat, *self._size_of(chat.id)) for chat in chats]

    def delete_chats(self, chat_ids: Iterable[int]) -> None:
        """Put chats into the bin. Everything in them is kept, `restore_chats` brings them back."""
        with self._db.transaction():
            for chat_id in chat_ids:
                sql = "UPDATE chats SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL"
                self._db.execute(sql, self._now(), chat_id)

    def restore_chats(self, chat_ids: Iterable[int]) -> None:
        with self._db.transaction():
            for chat_id in chat_ids:
                self._db.execute("UPDATE chats SET deleted_at = NULL WHERE id = ?", chat_id)

    def deleted_before(self, moment_s: float) -> list[int]:
        """The chats in the bin that were deleted before then (Unix seconds)."""
        return [row[0] for row in self._db.rows("SELECT id FROM chats WHERE deleted_at < ? ORDER BY id", moment_s)]

    def erase_chats(self, chat_ids: Sequence[int]) -> Erased:
        """Delete for ever chats that are in the bin, with the documents that nothing uses any more.

        The rows are overwritten at once; `index_some` then wipes their words from the index and empties the log.
        """
        with self._db.transaction():
            count, used = 0, set[int]()
            for chat_id in chat_ids:
                sql = "SELECT a.document_id FROM message_documents a JOIN messages m ON m.id = a.message_id "
                used |= {row[0] for row in self._db.rows(sql + "WHERE m.chat_id = ?", chat_id)}
                gone = self._db.execute("DELETE FROM chats WHERE id = ? AND deleted_at IS NOT NULL", chat_id)
                count += gone.rowcount
            if not count:
                return Erased()
            names = self._erase_documents(used)
            self.wipe_index()
            return Erased(count, names)

    def document_names(self) -> set[str]:
        """The names of all documents that are kept."""
        return {row[0] for row in self._db.rows("SELECT DISTINCT name FROM documents")}

    def _erase_documents(self, document_ids: Iterable[int]) -> tuple[str, ...]:
        """Those of the documents that no message, no set and nothing else refers to; their names."""
        users = self._db.rows(_USERS)
        free = " AND ".join(f"NOT EXISTS (SELECT 1 FROM {table} WHERE {column} = ?1)" for table, column in users)
        names = []
        for document_id in sorted(document_ids):
            rows = self._db.rows(f"SELECT name FROM documents WHERE id = ?1 AND {free}", document_id)
            if rows:
                self._db.execute("DELETE FROM documents WHERE id = ?", document_id)
                names.append(str(rows[0][0]))
        return tuple(names)

    def _size_of(self, chat_id: int) -> tuple[int, int]:
        sql = "SELECT count(*), (SELECT count(DISTINCT a.document_id) FROM message_documents a "
        sql += "JOIN messages n ON n.id = a.message_id WHERE n.chat_id = ?1) FROM messages WHERE chat_id = ?1"
        found = self._db.rows(sql, chat_id)[0]
        return int(found[0]), int(found[1])
