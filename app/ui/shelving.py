"""Chats put in order in the window: renamed, pinned, moved, deleted, each with a way back. Holds no widgets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from app.core.emitter import Emitter
from app.core.errors import CarrelError
from app.core.words import say
from app.session import bin as recycle
from app.session import chats, folders
from app.store.rows import Chat, Folder
from app.ui.edges import place_file
from app.ui.panes import Front
from app.ui.undoing import Step

Undo = Callable[[], object]


class Shelving:
    """Used on the main thread. Events: `changed()` folders or what is open of them; `told(words, undo)`;
    `refused(words)`; `folder_made(id)` one was made that wants a name.
    """

    def __init__(self, front: Front) -> None:
        self._front, self.desk, self.history = front, front.desk, front.history
        self.folders: list[Folder] = []
        self.closed = self._read_closed()
        self.changed: Emitter[[]] = Emitter()
        self.told: Emitter[[str, Undo | None]] = Emitter()
        self.refused: Emitter[[str]] = Emitter()
        self.folder_made: Emitter[[int]] = Emitter()

    def refresh(self) -> None:
        """The folders as they are kept now."""
        folders.list_folders(self.desk, self._take)

    def _take(self, found: list[Folder]) -> None:
        self.folders = found
        self.changed.emit()

    def chat(self, chat_id: int) -> Chat | None:
        return next((chat for chat in self._front.chats if chat.id == chat_id), None)

    def folder(self, folder_id: int) -> Folder | None:
        return next((folder for folder in self.folders if folder.id == folder_id), None)

    # ---- chats

    def rename(self, chat_id: int, title: str) -> None:
        chat = self.chat(chat_id)
        if chat is None:
            return

        def name(words: str) -> Undo:
            return lambda: chats.rename_chat(self.desk, chat_id, words, self._again, self._refuse)

        words = say("Renamed: {title}", title=title)
        self._do(words, name(title), name(chat.title), tell=False)

    def pin(self, chat_ids: Sequence[int], *, pinned: bool) -> None:
        found = [chat for chat in map(self.chat, chat_ids) if chat is not None and (chat.pinned_at is None) == pinned]
        ids = [chat.id for chat in found]
        if not ids:
            return

        def pinning(*, on: bool) -> Undo:
            return lambda: folders.pin_chats(self.desk, ids, pinned=on, done=self._again)

        words = say("Pinned: {title}" if pinned else "No longer pinned: {title}", title=_named(found))
        self._do(words, pinning(on=pinned), pinning(on=not pinned), tell=False)

    def move(self, chat_ids: Sequence[int], folder_id: int | None, *, unpin: bool = False) -> None:
        """Into a folder or out of all. What is pinned stays on top, unless it is to be seen where it is put."""
        found = [chat for chat in map(self.chat, chat_ids) if chat is not None]
        pinned = [chat.id for chat in found if unpin and chat.pinned_at is not None]
        moved = [chat for chat in found if chat.folder_id != folder_id or chat.id in pinned]
        before = [(chat.id, chat.folder_id) for chat in moved]
        folder = None if folder_id is None else self.folder(folder_id)
        if not moved:
            return

        def undo() -> None:
            folders.pin_chats(self.desk, pinned, pinned=True)
            folders.move_chats(self.desk, before, self._again, self._refuse)

        def move() -> None:
            folders.pin_chats(self.desk, pinned, pinned=False)
            folders.move_chats(self.desk, [(chat.id, folder_id) for chat in moved], self._again, self._refuse)

        if folder is not None:
            words = say("Moved to {name}: {title}", name=folder.name, title=_named(moved))
        elif any(chat.folder_id is not None for chat in moved):
            words = say("Taken out of its folder: {title}", title=_named(moved))
        else:
            words = say("No longer pinned: {title}", title=_named(moved))
        self._do(words, move, undo)

    def delete(self, chat_ids: Sequence[int]) -> None:
        """Into the recycle bin; one that is being answered stays."""
        busy = [chat_id for chat_id in chat_ids if self._front.panes.is_answered(chat_id)]
        doomed = [chat for chat in map(self.chat, chat_ids) if chat is not None and chat.id not in busy]
        if busy and not doomed:
            self.refused.emit(say("This chat is being answered. Stop it first, then delete."))
        if not doomed:
            return
        ids = [chat.id for chat in doomed]

        def delete() -> None:
            free = [chat_id for chat_id in ids if not self._front.panes.is_answered(chat_id)]
            for chat_id in free:
                self._front.panes.leave(chat_id)
            recycle.delete_chats(self.desk, free, self._again)

        words = say("Deleted: {title}", title=_named(doomed))
        self._do(words, delete, lambda: recycle.restore_chats(self.desk, ids, self._again))

    # ---- folders

    def make_folder(self, chat_ids: Sequence[int] = ()) -> None:
        """A new folder with these chats; its name is typed where it stands."""
        taken = {folder.name.casefold() for folder in self.folders}
        name = say("New folder")
        if name.casefold() in taken:
            name = next(each for number in range(2, 999) if (each := f"{name} {number}").casefold() not in taken)
        before = [(chat.id, chat.folder_id) for chat in map(self.chat, chat_ids) if chat is not None]

        def made(folder: Folder) -> None:
            def undo() -> None:
                folders.delete_folder(self.desk, folder.id, lambda _: None, self._refuse)
                folders.move_chats(self.desk, before, self._again, self._refuse)

            def redo() -> None:
                folders.restore_folder(self.desk, folder, ())
                self._move_into(folder.id, chat_ids)

            self.history.push(Step(say("New folder"), undo, redo))
            self.folder_made.emit(folder.id)
            self._again(None)

        folders.create_folder(self.desk, name, chat_ids, made)

    def _move_into(self, folder_id: int, chat_ids: Sequence[int]) -> None:
        folders.move_chats(self.desk, [(chat_id, folder_id) for chat_id in chat_ids], self._again, self._refuse)

    def rename_folder(self, folder_id: int, name: str) -> None:
        folder = self.folder(folder_id)
        if folder is None:
            return

        def rename(words: str) -> Undo:
            return lambda: folders.rename_folder(self.desk, folder_id, words, self._again, self._refuse)

        try:
            wanted = folders.folder_name(name)
            if any(one.name.casefold() == wanted.casefold() for one in self.folders if one != folder):
                raise folders.name_taken(wanted)
        except CarrelError as error:
            self.refused.emit(str(error))
            return
        self._do(say("Renamed: {title}", title=wanted), rename(wanted), rename(folder.name), tell=False)

    def delete_folder(self, folder_id: int) -> None:
        """The chats in it stay and go back to their days."""
        folder = self.folder(folder_id)
        if folder is None:
            return
        held: list[int] = []

        def deleted(ids: tuple[int, ...]) -> None:
            held[:] = ids
            self._again(None)

        words = say("Folder {name} is deleted, its chats are kept.", name=folder.name)
        self._do(
            words,
            lambda: folders.delete_folder(self.desk, folder_id, deleted, self._refuse),
            lambda: folders.restore_folder(self.desk, folder, held, self._again),
        )

    def toggle_folder(self, folder_id: int, *, is_open: bool) -> None:
        """Show or hide what is in a folder; it is remembered."""
        self.closed = self.closed - {folder_id} if is_open else self.closed | {folder_id}
        place_file(self._place).setValue("closed_folders", ",".join(map(str, sorted(self.closed))))
        self.changed.emit()

    @property
    def _place(self) -> Path:
        return self.desk.home.root / "window.ini"

    def _read_closed(self) -> frozenset[int]:
        kept = place_file(self._place).value("closed_folders", "")
        words = kept if isinstance(kept, list) else str(kept or "").split(",")
        return frozenset(int(word) for word in words if str(word).isdigit())

    # ---- back and forth

    def undo(self) -> None:
        """Take back what was done last, and say what it was."""
        step = self.history.undo()
        if step is not None:
            self.told.emit(say("Undone – {what}", what=step.words), None)

    def redo(self) -> None:
        step = self.history.redo()
        if step is not None:
            self.told.emit(step.words, lambda: self.history.undo(step))

    def _do(self, words: str, act: Undo, undo: Undo, *, tell: bool = True) -> None:
        step = Step(words, undo, act)
        self.history.push(step)
        act()
        if tell:
            self.told.emit(words, lambda: self.history.undo(step))

    def _refuse(self, error: Exception) -> None:
        self._again(None)
        self.refused.emit(str(error))

    def _again(self, _: object) -> None:
        self._front.refresh_list()


def _named(moved: Sequence[Chat]) -> str:
    """One by its name, more by their number."""
    if len(moved) == 1:
        return moved[0].title or say("Untitled")
    return say("{count} chats", count=len(moved))
