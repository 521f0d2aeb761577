"""What answers were made with, and the hashes of the files that made them."""

from __future__ import annotations

import msgspec

from app.core.record import Origin
from app.store.messages import Messages
from app.store.part import no_message
from app.store.rows import Message, to_json

_origin = msgspec.json.Decoder(Origin)


class Records(Messages):
    """Origins by answer, hashes by path. A hash holds as long as size and time of its file do."""

    def all_messages(self, chat_id: int) -> list[Message]:
        """Every message of a chat in whatever branch, oldest first."""
        return self._read("WHERE m.chat_id = ? ORDER BY m.id", chat_id)

    def keep_origin(self, message_id: int, origin: Origin) -> None:
        """Keep or replace what an answer was made with."""
        with self._db.transaction():
            self._chat_of(message_id)
            origin = self._with_hash(origin)
            sql = "INSERT INTO origins (message_id, origin) VALUES (?, ?) "
            sql += "ON CONFLICT (message_id) DO UPDATE SET origin = excluded.origin"
            self._db.execute(sql, message_id, to_json(origin))

    def origin_of(self, message_id: int) -> Origin | None:
        """What an answer was made with; None when it is older than that was kept, or was not made here."""
        if not self._db.rows("SELECT 1 FROM messages WHERE id = ?", message_id):
            raise no_message()
        rows = self._db.rows("SELECT origin FROM origins WHERE message_id = ?", message_id)
        return _origin_of(rows[0][0]) if rows else None

    def origins_of(self, chat_id: int) -> dict[int, Origin]:
        """What the answers of a chat were made with, by message."""
        sql = "SELECT o.message_id, o.origin FROM origins o JOIN messages m ON m.id = o.message_id WHERE m.chat_id = ?"
        found = {message_id: _origin_of(text) for message_id, text in self._db.rows(sql, chat_id)}
        return {message_id: origin for message_id, origin in found.items() if origin is not None}

    def file_hash(self, path: str, size_bytes: int, changed_ns: int) -> str:
        """The SHA-256 of a file that is as it was when it was hashed; "" when it is not known."""
        sql = "SELECT sha256 FROM file_hashes WHERE path = ? AND size_bytes = ? AND changed_ns = ?"
        rows = self._db.rows(sql, path, size_bytes, changed_ns)
        return str(rows[0][0]) if rows else ""

    def keep_file_hash(self, path: str, size_bytes: int, changed_ns: int, sha256: str) -> None:
        with self._db.transaction():
            sql = "INSERT OR REPLACE INTO file_hashes (path, size_bytes, changed_ns, sha256) VALUES (?, ?, ?, ?)"
            self._db.execute(sql, path, size_bytes, changed_ns, sha256)
            self._fill_in(path, size_bytes, sha256)

    def _with_hash(self, origin: Origin) -> Origin:
        """With the hash of its model where that is known already."""
        model = origin.model
        if model.sha256 or not model.path:
            return origin
        sql = "SELECT sha256 FROM file_hashes WHERE path = ? AND size_bytes = ?"
        rows = self._db.rows(sql, model.path, model.size_bytes)
        known = msgspec.structs.replace(model, sha256=rows[0][0]) if rows else model
        return msgspec.structs.replace(origin, model=known)

    def _fill_in(self, path: str, size_bytes: int, sha256: str) -> None:
        """Answers that were made while the file was still being hashed get its hash."""
        sql = "SELECT message_id, origin FROM origins WHERE json_extract(origin, '$.model.path') = ? "
        sql += "AND json_extract(origin, '$.model.size_bytes') = ? AND json_extract(origin, '$.model.sha256') IS NULL"
        for message_id, text in self._db.rows(sql, path, size_bytes):
            origin = _origin_of(text)
            if origin is not None:
                model = msgspec.structs.replace(origin.model, sha256=sha256)
                self.keep_origin(message_id, msgspec.structs.replace(origin, model=model))


def _origin_of(text: str) -> Origin | None:
    """None when it cannot be read: an answer must show all the same."""
    try:
        return _origin.decode(text)
    except msgspec.MsgspecError:
        return None
