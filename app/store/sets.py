"""Named sets of documents, with the pages chosen of each, for use in any chat."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from app.core.chat import Document
from app.core.errors import CarrelError
from app.store.documents import Documents
from app.store.rows import ATTACHMENT_COLUMNS, DocumentSet, attachment_of, chosen_column, chosen_of


class Sets(Documents):
    """Document sets. A set holds on to the documents as they were read, also when the files change or go."""

    def list_sets(self) -> list[DocumentSet]:
        """All sets by name, their documents without text."""
        rows = self._db.rows("SELECT id, name, created_at, updated_at FROM document_sets ORDER BY name")
        return [self._with_documents(DocumentSet(*row)) for row in rows]

    def document_set(self, name: str) -> DocumentSet:
        rows = self._db.rows("SELECT id, name, created_at, updated_at FROM document_sets WHERE name = ?", name)
        if not rows:
            raise CarrelError(
                "no_set", "There is no document set called {name}.", "Choose one that is in the list.", name=name
            )
        return self._with_documents(DocumentSet(*rows[0]))

    def save_set(self, name: str, documents: Sequence[Document]) -> DocumentSet:
        """Make the set `name` or give it these documents instead of those it had; `chosen` is kept with each."""
        with self._db.transaction():
            now = self._now()
            sql = "INSERT INTO document_sets (name, created_at, updated_at) VALUES (?, ?, ?)"
            sql += " ON CONFLICT (name) DO UPDATE SET updated_at = excluded.updated_at"
            self._db.execute(sql, name, now, now)
            set_id = self._db.rows("SELECT id FROM document_sets WHERE name = ?", name)[0][0]
            self._db.execute("DELETE FROM set_documents WHERE set_id = ?", set_id)
            for position, document in enumerate(documents):
                kept = self.save_document(document)
                sql = "INSERT INTO set_documents (set_id, position, document_id, chosen) VALUES (?, ?, ?, ?)"
                self._db.execute(sql, set_id, position, kept, chosen_column(document.chosen))
            return self.document_set(name)

    def rename_set(self, name: str, to: str) -> None:
        """Raises CarrelError when another set has that name."""
        with self._db.transaction():
            if name != to and self._db.rows("SELECT 1 FROM document_sets WHERE name = ?", to):
                raise CarrelError(
                    "set_exists", "There is a document set called {name} already.", "Choose another name.", name=to
                )
            self.document_set(name)
            sql = "UPDATE document_sets SET name = ?, updated_at = ? WHERE name = ?"
            self._db.execute(sql, to, self._now(), name)

    def delete_set(self, name: str) -> None:
        """Forget the set. Its documents stay in the chats that have them."""
        with self._db.transaction():
            self.document_set(name)
            self._db.execute("DELETE FROM document_sets WHERE name = ?", name)

    def set_documents(self, name: str) -> list[Document]:
        """The documents of a set with their pages and what is chosen of them, in their order."""
        found = self.document_set(name)
        return [self.load_document(attachment.id, attachment.chosen) for attachment in found.documents]

    def _with_documents(self, found: DocumentSet) -> DocumentSet:
        sql = (
            f"SELECT s.chosen, {ATTACHMENT_COLUMNS} FROM set_documents s JOIN documents d ON d.id = s.document_id "
            "WHERE s.set_id = ? ORDER BY s.position"
        )
        documents = tuple(
            msgspec.structs.replace(attachment_of(row), chosen=chosen_of(chosen))
            for chosen, *row in self._db.rows(sql, found.id)
        )
        return msgspec.structs.replace(found, documents=documents)
