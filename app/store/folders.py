"""Folders of chats, and the chats that are pinned on top of the list."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.errors import CarrelError
from app.store.part import Part
from app.store.rows import Folder

FOLDER_COLUMNS = "f.id, f.name, f.created_at"


class Folders(Part):
    """A chat is in one folder or in none; a folder that is deleted leaves its chats in none."""

    def list_folders(self) -> list[Folder]:
        """All folders by name."""
        rows = self._db.rows(f"SELECT {FOLDER_COLUMNS} FROM folders f ORDER BY f.name COLLATE NOCASE, f.id")
        return [Folder(*row) for row in rows]

    def folder(self, folder_id: int) -> Folder:
        rows = self._db.rows(f"SELECT {FOLDER_COLUMNS} FROM folders f WHERE f.id = ?", folder_id)
        if not rows:
            raise _no_folder()
        return Folder(*rows[0])

    def create_folder(self, name: str) -> Folder:
        """A new folder; one that has this name already is used."""
        with self._db.transaction():
            rows = self._db.rows("SELECT id FROM folders WHERE name = ? COLLATE NOCASE", name)
            if rows:
                return self.folder(rows[0][0])
            made = self._db.execute("INSERT INTO folders (name, created_at) VALUES (?, ?)", name, self._now()).lastrowid
            assert made is not None
            return self.folder(made)

    def rename_folder(self, folder_id: int, name: str) -> None:
        with self._db.transaction():
            if not self._db.execute("UPDATE folders SET name = ? WHERE id = ?", name, folder_id).rowcount:
                raise _no_folder()

    def delete_folder(self, folder_id: int) -> tuple[int, ...]:
        """Forget the folder; the chats that were in it, for `restore_folder`."""
        with self._db.transaction():
            self.folder(folder_id)
            held = self._db.rows("SELECT id FROM chats WHERE folder_id = ? ORDER BY id", folder_id)
            self._db.execute("DELETE FROM folders WHERE id = ?", folder_id)
            return tuple(row[0] for row in held)

    def restore_folder(self, folder: Folder, chat_ids: Iterable[int]) -> None:
        """Bring a deleted folder back with those of its chats that are still here and in no other folder."""
        with self._db.transaction():
            values = (folder.id, folder.name, folder.created_at)
            self._db.execute("INSERT OR IGNORE INTO folders (id, name, created_at) VALUES (?, ?, ?)", *values)
            for chat_id in chat_ids:
                sql = "UPDATE chats SET folder_id = ? WHERE id = ? AND folder_id IS NULL"
                self._db.execute(sql, folder.id, chat_id)

    def move_chats(self, places: Iterable[tuple[int, int | None]]) -> None:
        """Put each chat into its folder, or into none."""
        with self._db.transaction():
            for chat_id, folder_id in places:
                if folder_id is not None:
                    self.folder(folder_id)
                self._db.execute("UPDATE chats SET folder_id = ? WHERE id = ?", folder_id, chat_id)

    def pin_chats(self, chat_ids: Iterable[int], *, pinned: bool) -> None:
        """Keep chats on top of the list, or no longer."""
        with self._db.transaction():
            for chat_id in chat_ids:
                when = self._now() if pinned else None
                self._db.execute("UPDATE chats SET pinned_at = ? WHERE id = ?", when, chat_id)


def _no_folder() -> CarrelError:
    return CarrelError("no_folder", "This folder is no longer here.", "Choose another folder in the list.")
