"""The left edge: a new chat, the old ones pinned, in folders and by day, and the computer at the bottom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core.units import format_gib
from app.core.words import say
from app.engine.state import EngineState
from app.store.rows import Chat
from app.ui.badge import watch
from app.ui.bridge import listen
from app.ui.chat_list import ChatList
from app.ui.chat_menu import ChatMenu
from app.ui.chat_rows import Row, make_rows
from app.ui.computer_chip import ComputerChip
from app.ui.notices import Notices
from app.ui.pages.page import label
from app.ui.panes import Front
from app.ui.shelving import Shelving, Undo
from app.ui.widgets.buttons import IconButton, TextButton
from app.ui.widgets.search_field import FilterField
from app.ui.words import engine_role, engine_words

WIDTH_PX = 260


class Sidebar(QWidget):
    """`page_wanted(name)` asks for a page: "chat", "library", "sets", "bin", "settings", "about", "computer";
    `search_wanted(words)` for the search in everything, `open_beside_wanted(chat)` and `export_wanted(chats)`.
    """

    page_wanted = Signal(str)
    search_wanted = Signal(str)
    open_beside_wanted = Signal(int)
    export_wanted = Signal(list)

    def __init__(self, conversation: Front, notices: Notices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.front = self._conversation = conversation
        self._notices = notices
        self.shelving = Shelving(conversation)
        self.setFixedWidth(WIDTH_PX)
        self.setProperty("ground", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._build()
        self._hear()
        self._show_rows()
        self.shelving.refresh()
        self.show_engine(conversation.desk.engine.state)

    def _build(self) -> None:
        self.new_button = TextButton(say("New chat"), picture="plus")
        self.new_button.setToolTip("Ctrl+N")
        self.new_button.clicked.connect(lambda: self._on_new())
        self.folder_button = IconButton("folder-plus", say("New folder"), px=18)
        self.folder_button.clicked.connect(lambda: self.shelving.make_folder(self._chosen_for_folder()))
        self.search = FilterField(say("Find a chat by its name"))
        self.search.setToolTip(say("Enter searches in all messages and documents (Ctrl+K)"))
        self.search.textChanged.connect(lambda _: self._show_rows())
        self.search.returnPressed.connect(lambda: self.search_wanted.emit(self.search.text()))
        self.list = ChatList()
        self.search.descended.connect(self.list.take_keyboard)
        self.empty = label("", "quiet")
        self.empty.setContentsMargins(16, 8, 16, 8)
        self.chip = ComputerChip()
        self.chip.clicked.connect(lambda: self.page_wanted.emit("computer"))
        watch(self.chip, self._conversation.desk.monitor)
        self._lay_out()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 12, 0, 8)
        column.setSpacing(8)
        column.addLayout(_padded(self.new_button, self.folder_button))
        column.addLayout(_padded(self.search))
        column.addWidget(self.empty)
        column.addWidget(self.list, 1)
        column.addLayout(self._doors())
        column.addLayout(_padded(self.chip, side=8))

    def _doors(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(4)
        for picture, name, page in (
            ("library", say("Models"), "library"),
            ("book-open", say("Document sets"), "sets"),
            ("settings", say("Settings"), "settings"),
            ("circle-question-mark", say("Keys and about"), "about"),
        ):
            row.addWidget(self._door(picture, name, page))
        row.addStretch(1)
        row.addWidget(self._door("trash-2", say("Recycle bin"), "bin"))
        return row

    def _door(self, picture: str, name: str, page: str) -> IconButton:
        button = IconButton(picture, name, px=18)
        button.clicked.connect(lambda: self.page_wanted.emit(page))
        return button

    def _hear(self) -> None:
        conversation, shelving, rows = self._conversation, self.shelving, self.list
        listen(self, lambda: conversation.listed.connect(lambda _: shelving.refresh()))
        listen(self, lambda: conversation.opened.connect(self._on_opened))
        listen(self, lambda: conversation.asked.connect(lambda question, _: rows.mark_open(question.chat_id)))
        listen(self, lambda: conversation.running_changed.connect(self._show_rows))
        listen(self, lambda: conversation.desk.engine.changed.connect(self.show_engine))
        listen(self, lambda: shelving.changed.connect(self._show_rows))
        listen(self, lambda: shelving.told.connect(self._tell))
        listen(self, lambda: shelving.refused.connect(self._notices.tell))
        listen(self, lambda: shelving.folder_made.connect(self._on_folder_made))
        rows.chosen.connect(self._on_chosen)
        rows.renamed.connect(self._on_renamed)
        rows.delete_wanted.connect(shelving.delete)
        rows.undo_wanted.connect(shelving.undo)
        rows.redo_wanted.connect(shelving.redo)
        rows.dropped.connect(self._on_dropped)
        rows.folder_toggled.connect(lambda folder_id, is_open: shelving.toggle_folder(folder_id, is_open=is_open))
        rows.folder_delete_wanted.connect(shelving.delete_folder)
        rows.menu_wanted.connect(self._on_menu_wanted)

    # ---- what is shown

    def show_memory(self, name: str, used_bytes: int, total_bytes: int) -> None:
        """The computer's line: its GPU (or processor) and how full its memory is."""
        words = f"{format_gib(used_bytes).removesuffix(' GB')} / {format_gib(total_bytes)}"
        self.chip.show_memory(name, used_bytes / total_bytes if total_bytes else 0.0, words)

    def show_engine(self, state: EngineState) -> None:
        self.chip.show_engine(engine_words(state), engine_role(state))

    def _show_rows(self) -> None:
        shelving, needle = self.shelving, self.search.text()
        rows = make_rows(self._conversation.chats, shelving.folders, shelving.closed, needle)
        answered = self._conversation.panes.answered()
        rows = [replace(row, is_answered=True) if row.kind == "chat" and row.id in answered else row for row in rows]
        self.list.show_rows(rows, self._conversation.chat_id)
        self.empty.setVisible(not rows)
        if needle.strip():
            self.empty.setText(say("No chat has this name. Enter searches in all messages and documents."))
        else:
            self.empty.setText(say("Your chats will be listed here, the newest first."))

    def _tell(self, words: str, undo: Undo | None) -> None:
        self._notices.tell(words, say("Undo") if undo is not None else "", undo)

    def _on_opened(self) -> None:
        self.list.mark_open(self._conversation.chat_id)

    def _on_folder_made(self, folder_id: int) -> None:
        self.search.clear()
        self.list.rename_when_shown(("folder", folder_id))

    # ---- what is wished

    def _on_new(self, folder_id: int | None = None) -> None:
        self._conversation.new_chat(folder_id)
        self.page_wanted.emit("chat")

    def _on_chosen(self, chat_id: int) -> None:
        if chat_id != self._conversation.chat_id:
            self._conversation.open_chat(chat_id)
        self.page_wanted.emit("chat")

    def _on_renamed(self, row: Row, name: str) -> None:
        if row.kind == "folder":
            self.shelving.rename_folder(row.id, name)
        else:
            self.shelving.rename(row.id, name)

    def _on_dropped(self, chat_ids: list[int], row: Row) -> None:
        """Onto a folder or a chat in it, among the pinned ones, or among the days."""
        if row.is_pinned:
            self.shelving.pin(chat_ids, pinned=True)
        else:
            self.shelving.move(chat_ids, row.id if row.kind == "folder" else row.place, unpin=True)

    def _chosen_for_folder(self) -> list[int]:
        """The chats that were chosen together; one alone is only the one that is open."""
        chosen = self.list.selected_chats()
        return chosen if len(chosen) > 1 else []

    def _on_menu_wanted(self, row: Row | None, place: QPoint) -> None:
        menu = ChatMenu(self.shelving, self)
        chosen = [chat for chat in map(self.shelving.chat, self.list.selected_chats()) if chat is not None]
        if row is None:
            menu.fill_for_list(lambda: self._on_new(), lambda: self.page_wanted.emit("bin"))
        elif row.kind == "folder" and not chosen:
            menu.fill_for_folder(row.id, lambda: self._on_new(row.id), self._rename(row))
        else:
            export = self._wish_export(chosen)
            menu.fill_for_chats(chosen, self.open_beside_wanted.emit, self._rename(row), export)
        menu.show_at(place)

    def _rename(self, row: Row) -> Callable[[], object]:
        return lambda: self.list.edit_row(self.list.chats.find(row.key))

    def _wish_export(self, chosen: list[Chat]) -> Callable[[], object]:
        return lambda: self.export_wanted.emit([chat.id for chat in chosen])


def _padded(*widgets: QWidget, side: int = 12) -> QHBoxLayout:
    """The first one takes the room."""
    row = QHBoxLayout()
    row.setContentsMargins(side, 0, side, 0)
    row.setSpacing(4)
    for number, widget in enumerate(widgets):
        row.addWidget(widget, 1 if number == 0 else 0)
    return row
