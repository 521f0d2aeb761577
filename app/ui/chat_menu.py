"""What can be done with the chosen chats, with a folder, or with the list, as a menu."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from app.core.words import say
from app.store.rows import Chat
from app.ui.shelving import Shelving

Wish = Callable[[], object]


class ChatMenu(QMenu):
    """Fill it with one of the three, then `show_at`."""

    def __init__(self, shelving: Shelving, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._shelving = shelving

    def show_at(self, place: QPoint) -> None:
        """By the keyboard as well, its arrows work at once."""
        self.popup(place)

    def fill_for_chats(
        self, chosen: Sequence[Chat], open_beside: Callable[[int], object], rename: Wish, export: Wish
    ) -> None:
        """One chat or several."""
        ids, shelving = [chat.id for chat in chosen], self._shelving
        if len(chosen) == 1:
            self.addAction(say("Open beside"), lambda: open_beside(ids[0]))
            self._with_key(say("Rename"), rename, "F2")
        pin = any(chat.pinned_at is None for chat in chosen)
        self.addAction(say("Pin") if pin else say("Unpin"), lambda: shelving.pin(ids, pinned=pin))
        self._add_folders(chosen)
        self.addAction(say("Export…"), export)
        self.addSeparator()
        self._with_key(say("Delete"), lambda: shelving.delete(ids), "Del")

    def fill_for_folder(self, folder_id: int, new_chat: Wish, rename: Wish) -> None:
        self.addAction(say("New chat in this folder"), new_chat)
        self._with_key(say("Rename"), rename, "F2")
        self._with_key(say("Delete folder"), lambda: self._shelving.delete_folder(folder_id), "Del")

    def fill_for_list(self, new_chat: Wish, open_bin: Wish) -> None:
        """Beside all rows."""
        self.addAction(say("New chat"), new_chat)
        self.addAction(say("New folder"), self._shelving.make_folder)
        self.addSeparator()
        self.addAction(say("Recycle bin"), open_bin)

    def _with_key(self, words: str, act: Wish, key: str) -> None:
        """The key is shown; the list answers it."""
        action = self.addAction(words, act)
        action.setShortcut(QKeySequence(key))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.setShortcutVisibleInContextMenu(True)

    def _add_folders(self, chosen: Sequence[Chat]) -> None:
        ids, shelving = [chat.id for chat in chosen], self._shelving
        submenu = self.addMenu(say("Move to folder"))
        inside = {chat.folder_id for chat in chosen}
        for folder in shelving.folders:
            act = submenu.addAction(folder.name.replace("&", "&&"), _moving(shelving, ids, folder.id))
            act.setEnabled(inside != {folder.id})
        if shelving.folders:
            submenu.addSeparator()
        submenu.addAction(say("New folder"), lambda: shelving.make_folder(ids))
        if inside != {None}:
            submenu.addAction(say("Out of its folder"), _moving(shelving, ids, None))


def _moving(shelving: Shelving, ids: Sequence[int], folder_id: int | None) -> Wish:
    return lambda: shelving.move(ids, folder_id)
