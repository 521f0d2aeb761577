"""The files that were read, page by page, kept so that a chat can be continued when the file is gone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from app.core.chat import Document, Page
from app.core.errors import CarrelError
from app.store.part import Part
from app.store.rows import ATTACHMENT_COLUMNS, Attachment, attachment_of, chosen_of, to_json


class Documents(Part):
    """Documents with their pages."""

    def save_document(self, document: Document) -> int:
        """Keep a document and return its id; the same file read again gives the id it has.

        When a later reader makes other text of the same file, it is kept as a new document: earlier messages
        hold on to what the model was given then.
        """
        with self._db.transaction():
            key = (document.sha256, document.path, _text_hash(document.pages))
            sql = "SELECT id FROM documents WHERE sha256 = ? AND path = ? AND text_sha256 = ?"
            rows = self._db.rows(sql, *key)
            if not rows:
                return self._insert_document(key, document)
            if document.tokens:
                self.set_tokens(rows[0][0], [page.tokens for page in document.pages], document.tokenizer)
            return int(rows[0][0])

    def load_document(self, document_id: int, chosen: tuple[int, ...] | None = None) -> Document:
        """A document with all its pages, `chosen` of them to be sent."""
        attachment = self.attachment(document_id)
        sql = "SELECT number, text, tokens, label, flag FROM pages WHERE document_id = ? ORDER BY number"
        pages = tuple(Page(*row) for row in self._db.rows(sql, document_id))
        of, counted_by = attachment, self.tokenizer_of(document_id)
        return Document(of.path, of.name, of.kind, of.sha256, pages, of.warnings, counted_by, chosen)

    def attachment(self, document_id: int) -> Attachment:
        """A document without its text."""
        rows = self._db.rows(f"SELECT {ATTACHMENT_COLUMNS} FROM documents d WHERE d.id = ?", document_id)
        if not rows:
            raise CarrelError("no_document", "This document is no longer here.", "Add the file again.")
        return attachment_of(rows[0])

    def documents_of(self, message_id: int) -> list[Document]:
        """The documents of one message with their pages, in the order they were added."""
        sql = "SELECT document_id, chosen FROM message_documents WHERE message_id = ? ORDER BY position"
        return [self.load_document(row[0], chosen_of(row[1])) for row in self._db.rows(sql, message_id)]

    def set_tokens(self, document_id: int, tokens: Sequence[int], tokenizer: str) -> None:
        """Write the token counts of all pages, in order, as `tokenizer` counted them."""
        with self._db.transaction():
            numbers = self._db.rows("SELECT number FROM pages WHERE document_id = ? ORDER BY number", document_id)
            for (number,), count in zip(numbers, tokens, strict=True):
                sql = "UPDATE pages SET tokens = ?, tokenizer = ? WHERE document_id = ? AND number = ?"
                self._db.execute(sql, count, tokenizer, document_id, number)

    def tokenizer_of(self, document_id: int) -> str:
        """Who counted the tokens of this document; "" when they are not counted, or not all by the same."""
        rows = self._db.rows("SELECT DISTINCT tokenizer FROM pages WHERE document_id = ?", document_id)
        return str(rows[0][0]) if len(rows) == 1 else ""

    def _insert_document(self, key: tuple[str, str, str], document: Document) -> int:
        sql = (
            "INSERT INTO documents (sha256, path, text_sha256, name, kind, read_at, warnings) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)"
        )
        facts = (document.name, document.kind, self._now(), to_json(document.warnings))
        document_id = self._db.execute(sql, *key, *facts).lastrowid
        assert document_id is not None
        for page in document.pages:
            sql = (
                "INSERT INTO pages (document_id, number, text, tokens, tokenizer, label, flag) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)"
            )
            row = (page.tokens, document.tokenizer, page.label, page.flag)
            self._db.execute(sql, document_id, page.number, page.text, *row)
        return document_id


def _text_hash(pages: Sequence[Page]) -> str:
    digest = hashlib.sha256()
    for page in pages:
        text = page.text.encode("utf-8", "surrogatepass")
        digest.update(b"%d %d\n" % (page.number, len(text)) + text)
    return digest.hexdigest()
