"""What is not in the conversation yet: the draft with its files, the note, and messages that wait to be sent."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from app.core.errors import CarrelError
from app.store.documents import Documents
from app.store.part import no_chat
from app.store.rows import ATTACHMENT_COLUMNS, Attachment, attachment_of, chosen_column, chosen_of, to_json


class DraftFile(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file dropped into a message that is not sent; `chosen` are its ticked pages, None is all."""

    path: str
    chosen: tuple[int, ...] | None = None


class Unsent(msgspec.Struct, frozen=True, omit_defaults=True):
    """What belongs to a draft beside its words. While a question is edited (`edits`), `aside` and `aside_files` keep
    the draft that stood there before.
    """

    files: tuple[DraftFile, ...] = ()
    edits: int | None = None
    aside: str = ""
    aside_files: tuple[DraftFile, ...] = ()


class Queued(msgspec.Struct, frozen=True):
    """A message that waits for the answer before it; `documents` are kept with the pages chosen of them."""

    id: int
    chat_id: int
    text: str
    thinking: bool
    documents: tuple[Attachment, ...] = ()


_unsent = msgspec.json.Decoder(Unsent)


class Waiting(Documents):
    """Drafts, notes and the queue of every chat."""

    def unsent(self, chat_id: int) -> Unsent:
        """What belongs to the draft; nothing when it cannot be read: a chat must open all the same."""
        text = self._of_chat(chat_id, "unsent")
        try:
            return _unsent.decode(text) if text else Unsent()
        except msgspec.MsgspecError:
            return Unsent()

    def set_unsent(self, chat_id: int, unsent: Unsent) -> None:
        self._change_chat(chat_id, "unsent", "" if unsent == Unsent() else to_json(unsent))

    def settle_draft(self, chat_id: int) -> None:
        """The draft was sent: what it had set aside comes back, else nothing is unsent."""
        with self._db.transaction():
            before = self.unsent(chat_id)
            self._change_chat(chat_id, "draft", before.aside)
            self.set_unsent(chat_id, Unsent(before.aside_files))

    def note(self, chat_id: int) -> str:
        """What the user wrote beside the chat. It is never sent."""
        return self._of_chat(chat_id, "note")

    def set_note(self, chat_id: int, note: str) -> None:
        self._change_chat(chat_id, "note", note)

    def queue_message(
        self,
        chat_id: int,
        text: str,
        *,
        thinking: bool,
        documents: Sequence[int] = (),
        chosen: Sequence[tuple[int, ...] | None] = (),
    ) -> Queued:
        """Keep a message that waits, behind those that wait already. On the disk when this returns."""
        with self._db.transaction():
            sql = "INSERT INTO queued (chat_id, created_at, text, thinking) VALUES (?, ?, ?, ?)"
            queued_id = self._db.execute(sql, chat_id, self._now(), text, int(thinking)).lastrowid
            assert queued_id is not None
            for position, (document_id, pages) in enumerate(zip(documents, chosen, strict=True)):
                sql = "INSERT INTO queued_documents (queued_id, position, document_id, chosen) VALUES (?, ?, ?, ?)"
                self._db.execute(sql, queued_id, position, document_id, chosen_column(pages))
            return self.queued_message(queued_id)

    def put_back(self, queued: Queued) -> None:
        """A message that was dropped waits again, in its old place."""
        with self._db.transaction():
            sql = "INSERT OR IGNORE INTO queued (id, chat_id, created_at, text, thinking) VALUES (?, ?, ?, ?, ?)"
            self._db.execute(sql, queued.id, queued.chat_id, self._now(), queued.text, int(queued.thinking))
            for position, held in enumerate(queued.documents):
                sql = "INSERT OR IGNORE INTO queued_documents VALUES (?, ?, ?, ?)"
                self._db.execute(sql, queued.id, position, held.id, chosen_column(held.chosen))

    def queue(self, chat_id: int) -> list[Queued]:
        """The messages that wait in a chat, the next one first."""
        rows = self._db.rows("SELECT id FROM queued WHERE chat_id = ? ORDER BY id", chat_id)
        return [self.queued_message(queued_id) for (queued_id,) in rows]

    def queued_message(self, queued_id: int) -> Queued:
        rows = self._db.rows("SELECT id, chat_id, text, thinking FROM queued WHERE id = ?", queued_id)
        if not rows:
            raise CarrelError("no_message", "This message is no longer here.", "Open the chat again.")
        number, chat_id, text, thinking = rows[0]
        sql = f"""SELECT q.chosen, {ATTACHMENT_COLUMNS} FROM queued_documents q
            JOIN documents d ON d.id = q.document_id WHERE q.queued_id = ? ORDER BY q.position"""
        documents = tuple(
            msgspec.structs.replace(attachment_of(row), chosen=chosen_of(chosen))
            for chosen, *row in self._db.rows(sql, queued_id)
        )
        return Queued(number, chat_id, text, bool(thinking), documents)

    def change_queued(self, queued_id: int, text: str) -> None:
        """Other words; it keeps its place."""
        with self._db.transaction():
            self._db.execute("UPDATE queued SET text = ? WHERE id = ?", text, queued_id)

    def drop_queued(self, queued_id: int) -> None:
        """Sent, or not wanted any more."""
        with self._db.transaction():
            self._db.execute("DELETE FROM queued WHERE id = ?", queued_id)

    def _of_chat(self, chat_id: int, column: str) -> str:
        rows = self._db.rows(f"SELECT {column} FROM chats WHERE id = ?", chat_id)
        if not rows:
            raise no_chat()
        return str(rows[0][0])

    def _change_chat(self, chat_id: int, column: str, value: str) -> None:
        with self._db.transaction():
            if not self._db.execute(f"UPDATE chats SET {column} = ? WHERE id = ?", value, chat_id).rowcount:
                raise no_chat()
