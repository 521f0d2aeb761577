"""The left edge: a new chat, the old ones by day, and the computer at the bottom."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.core.units import format_gib
from app.core.words import say
from app.engine.state import EngineState
from app.session import chats
from app.store.rows import Chat
from app.ui.bridge import listen
from app.ui.chat_list import ChatList
from app.ui.computer_chip import ComputerChip
from app.ui.notices import Notices
from app.ui.panes import Front
from app.ui.widgets.buttons import IconButton, TextButton
from app.ui.words import engine_role, engine_words

WIDTH_PX = 260


class Sidebar(QWidget):
    """`page_wanted(name)` asks for a page: "chat", "library", "sets", "settings", "about", "computer"."""

    page_wanted = Signal(str)

    def __init__(self, conversation: Front, notices: Notices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._conversation, self._notices = conversation, notices
        self.setFixedWidth(WIDTH_PX)
        self.setProperty("ground", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._build()
        listen(self, lambda: conversation.listed.connect(self._on_listed))
        listen(self, lambda: conversation.opened.connect(self._on_opened))
        listen(self, lambda: conversation.asked.connect(lambda question, _: self.list.select(question.chat_id)))
        listen(self, lambda: conversation.desk.engine.changed.connect(self.show_engine))
        self._on_listed(conversation.chats)
        self.show_engine(conversation.desk.engine.state)

    def _build(self) -> None:
        self.new_button = TextButton(say("New chat"), picture="plus")
        self.new_button.setToolTip("Ctrl+N")
        self.new_button.clicked.connect(self._on_new)
        self.search = QLineEdit()
        self.search.setPlaceholderText(say("Find a chat by its name"))
        self.search.setAccessibleName(say("Find a chat by its name"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(lambda _: self._on_listed(self._conversation.chats))
        self.list = ChatList()
        self.list.chosen.connect(self._on_chosen)
        self.list.renamed.connect(self._on_renamed)
        self.list.delete_wanted.connect(self._on_delete_wanted)
        self.chip = ComputerChip()
        self.chip.clicked.connect(lambda: self.page_wanted.emit("computer"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 12, 0, 8)
        column.setSpacing(8)
        column.addLayout(_padded(self.new_button))
        column.addLayout(_padded(self.search))
        column.addWidget(self.list, 1)
        column.addLayout(self._doors())
        column.addLayout(_padded(self.chip, 8))

    def _doors(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(4)
        for picture, name, page in (
            ("library", say("Models"), "library"),
            ("folder", say("Document sets"), "sets"),
            ("settings", say("Settings"), "settings"),
            ("circle-question-mark", say("Keys and about"), "about"),
        ):
            button = IconButton(picture, name, px=18)
            button.clicked.connect(lambda _=False, page=page: self.page_wanted.emit(page))
            row.addWidget(button)
        row.addStretch(1)
        return row

    def show_memory(self, name: str, used_bytes: int, total_bytes: int) -> None:
        """The computer's line: its GPU (or processor) and how full its memory is."""
        words = f"{format_gib(used_bytes).removesuffix(' GB')} / {format_gib(total_bytes)}"
        self.chip.show_memory(name, used_bytes / total_bytes if total_bytes else 0.0, words)

    def show_engine(self, state: EngineState) -> None:
        self.chip.show_engine(engine_words(state), engine_role(state))

    def _on_listed(self, found: list[Chat]) -> None:
        needle = self.search.text().strip().lower()
        wanted = [chat for chat in found if needle in chat.title.lower()]
        self.list.show_chats(wanted, self._conversation.chat_id)

    def _on_opened(self) -> None:
        self.list.select(self._conversation.chat_id)

    def _on_new(self) -> None:
        self._conversation.new_chat()
        self.page_wanted.emit("chat")

    def _on_chosen(self, chat_id: int) -> None:
        if chat_id != self._conversation.chat_id:
            self._conversation.open_chat(chat_id)
        self.page_wanted.emit("chat")

    def _on_renamed(self, chat_id: int, title: str) -> None:
        chats.rename_chat(self._conversation.desk, chat_id, title, lambda _: self._conversation.refresh_list())

    def _on_delete_wanted(self, chat_id: int) -> None:
        conversation = self._conversation
        if conversation.panes.is_answered(chat_id):
            self._notices.tell(say("This chat is being answered. Stop it first, then delete."))
            return
        title = next((chat.title for chat in conversation.chats if chat.id == chat_id), "")
        conversation.panes.leave(chat_id)
        chats.delete_chat(conversation.desk, chat_id, lambda _: conversation.refresh_list())

        def undo() -> None:
            chats.restore_chat(conversation.desk, chat_id, lambda _: conversation.refresh_list())

        self._notices.tell(say("Deleted: {title}", title=title), say("Undo"), undo)


def _padded(widget: QWidget, side: int = 12) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setContentsMargins(side, 0, side, 0)
    row.addWidget(widget)
    return row
