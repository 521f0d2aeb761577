"""Whole chats on their way out and in, with every branch, document, run and origin."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import msgspec

from app.core.chatfile import ChatCopy, DocumentCopy, DocumentRef, MessageCopy, QueuedCopy, RunCopy
from app.core.params import Choices
from app.core.record import Origin
from app.store.chats import Chats
from app.store.folders import Folders
from app.store.records import Records
from app.store.rows import Attachment, Message, chosen_column, to_json
from app.store.runs import Runs
from app.store.waiting import Waiting


class Transfer(Records, Chats, Folders, Waiting, Runs):
    """Copies of chats. A copy that comes in gets numbers of its own; its times stay."""

    def copy_chat(self, chat_id: int) -> ChatCopy:
        """The chat as a value; its documents are those of `copy_documents`. Answers being written are left as they
        are now.
        """
        chat = self.chat(chat_id)
        origins = self.origins_of(chat_id)
        shown = dict(self._db.rows("SELECT id, shown_id FROM messages WHERE chat_id = ?", chat_id))
        messages = tuple(self._copy_message(one, origins, shown) for one in self.all_messages(chat_id))
        return ChatCopy(
            title=chat.title,
            created_at=chat.created_at,
            updated_at=chat.updated_at,
            messages=messages,
            shown=chat.leaf_id,
            draft=chat.draft,
            choices=chat.choices,
            folder=self.folder(chat.folder_id).name if chat.folder_id is not None else "",
            pinned_at=chat.pinned_at,
            note=self.note(chat_id),
            queued=tuple(QueuedCopy(one.text, one.thinking, _refs(one.documents)) for one in self.queue(chat_id)),
        )

    def copy_documents(self, chats: Sequence[ChatCopy]) -> tuple[DocumentCopy, ...]:
        """The documents these copies refer to, each once."""
        numbers = {ref.document for chat in chats for message in chat.messages for ref in message.documents}
        numbers |= {ref.document for chat in chats for queued in chat.queued for ref in queued.documents}
        return tuple(
            DocumentCopy(number, self.attachment(number).read_at, self.load_document(number))
            for number in sorted(numbers)
        )

    def take_documents(self, documents: Sequence[DocumentCopy]) -> dict[int, int]:
        """Add the documents that are not here yet; gives the store's number of each in the file."""
        with self._db.transaction():
            numbers = {one.number: self.save_document(one.content) for one in documents}
            for one in documents:
                sql = "UPDATE documents SET read_at = ? WHERE id = ? AND read_at > ?"
                self._db.execute(sql, one.read_at, numbers[one.number], one.read_at)
            return numbers

    def take_in(self, copy: ChatCopy, documents: Mapping[int, int], source: str, digest: str = "") -> int | None:
        """Add a chat; `documents` gives the store's number of each in the file. None when it is here already.

        A chat that was taken in before and has been gone on with since is recognised all the same; one that is in
        the bin comes back from there.
        """
        with self._db.transaction():
            digest = digest or digest_of(copy)
            known = self.find_copy(copy, digest)
            if known is not None:
                sql = "UPDATE chats SET deleted_at = NULL WHERE id = ? AND deleted_at IS NOT NULL"
                return known if self._db.execute(sql, known).rowcount else None
            chat_id = self.adopt(copy, documents)
            sql = "INSERT INTO imports (digest, chat_id, source, imported_at) VALUES (?, ?, ?, ?)"
            self._db.execute(sql, digest, chat_id, source, self._now())
            return chat_id

    def adopt(self, copy: ChatCopy, documents: Mapping[int, int]) -> int:
        """Add a chat as `take_in` does, whether the same is here already or not."""
        with self._db.transaction():
            chat_id = self._insert_chat(copy)
            numbers: dict[int, int] = {}
            for message in copy.messages:
                numbers[message.number] = self._insert_message(chat_id, message, numbers, documents)
            if copy.messages:
                leaf = numbers[copy.shown if copy.shown in numbers else copy.messages[-1].number]
                self._db.execute("UPDATE chats SET leaf_id = ? WHERE id = ?", leaf, chat_id)
            for message in copy.messages:
                sql = "UPDATE messages SET shown_id = ? WHERE id = ?"
                if message.shown in numbers:
                    self._db.execute(sql, numbers[message.shown], numbers[message.number])
            for one in copy.queued:
                kept, chosen = [documents[ref.document] for ref in one.documents], [r.chosen for r in one.documents]
                self.queue_message(chat_id, one.text, thinking=one.thinking, documents=kept, chosen=chosen)
            return chat_id

    def find_copy(self, copy: ChatCopy, digest: str) -> int | None:
        """The chat that holds the same, by what was taken in before or by what is said in it."""
        rows = self._db.rows("SELECT chat_id FROM imports WHERE digest = ?", digest)
        if rows:
            return int(rows[0][0])
        rows = self._db.rows("SELECT id FROM chats WHERE created_at = ?", copy.created_at)
        return next((row[0] for row in rows if digest_of(self.copy_chat(row[0])) == digest), None)

    def _copy_message(
        self, message: Message, origins: Mapping[int, Origin], shown: Mapping[int, int | None]
    ) -> MessageCopy:
        runs = tuple(
            RunCopy(run.plan, run.state, run.created_at, run.updated_at, run.results)
            for run in reversed(self.runs_of(message.id) if message.role == "user" else [])
        )
        return MessageCopy(
            number=message.id,
            parent=message.parent_id,
            documents=_refs(message.documents),
            shown=shown.get(message.id),
            origin=origins.get(message.id),
            runs=runs,
            **{name: getattr(message, name) for name in _SAME},
        )

    def _insert_chat(self, copy: ChatCopy) -> int:
        folder_id = self.create_folder(copy.folder).id if copy.folder.strip() else None
        choices = "" if copy.choices == Choices() else to_json(copy.choices)
        names = "title, created_at, updated_at, draft, choices, folder_id, pinned_at, note"
        values = (copy.title, copy.created_at, copy.updated_at, copy.draft, choices, folder_id, copy.pinned_at)
        sql = f"INSERT INTO chats ({names}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        chat_id = self._db.execute(sql, *values, copy.note).lastrowid
        assert chat_id is not None
        return chat_id

    def _insert_message(
        self, chat_id: int, message: MessageCopy, numbers: Mapping[int, int], documents: Mapping[int, int]
    ) -> int:
        values = {name: getattr(message, name) for name in _SAME if name not in _AS_JSON}
        values |= {name: to_json(getattr(message, name)) for name in _AS_JSON}
        values["citations"] = to_json(message.citations) if message.citations else ""
        values |= {"chat_id": chat_id, "parent_id": None if message.parent is None else numbers[message.parent]}
        if message.state == "streaming":  # whoever wrote it is not here
            values |= {"state": "failed", "cause": "interrupted"}
        sql = f"INSERT INTO messages ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})"
        message_id = self._db.execute(sql, *values.values()).lastrowid
        assert message_id is not None
        for position, ref in enumerate(message.documents):
            sql = "INSERT INTO message_documents (message_id, document_id, position, chosen) VALUES (?, ?, ?, ?)"
            self._db.execute(sql, message_id, documents[ref.document], position, chosen_column(ref.chosen))
        for run in message.runs:
            self._insert_run(message_id, run)
        if message.origin is not None:
            self.keep_origin(message_id, message.origin)
        return message_id

    def _insert_run(self, question_id: int, run: RunCopy) -> None:
        sql = "INSERT INTO runs (question_id, kind, plan, state, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)"
        row = (question_id, run.plan.kind, to_json(run.plan), run.state, run.created_at, run.updated_at)
        run_id = self._db.execute(sql, *row).lastrowid
        for result in run.results:
            sql = "INSERT INTO run_passes (run_id, number, result) VALUES (?, ?, ?)"
            self._db.execute(sql, run_id, result.number, to_json(result))


def _refs(documents: Sequence[Attachment]) -> tuple[DocumentRef, ...]:
    return tuple(DocumentRef(one.id, one.chosen) for one in documents)


def digest_of(copy: ChatCopy) -> str:
    """Names what is said in a chat: roles, words and their order in the tree, whatever the numbers and the title."""
    place = {message.number: index for index, message in enumerate(copy.messages)}
    said = [(m.role, m.text, m.thinking, -1 if m.parent is None else place.get(m.parent, -1)) for m in copy.messages]
    return hashlib.sha256(msgspec.json.encode([copy.created_at, said])).hexdigest()


_AS_JSON = ("usage", "timing", "receipt", "citations")
_SAME = (
    "role",
    "text",
    "created_at",
    "state",
    "thinking",
    "thinking_ms",
    "thinking_tokens",
    "model",
    "cause",
    *_AS_JSON,
)
