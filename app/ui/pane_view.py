"""What a pane looks like: its chat and the preview beside it; where there are two panes, a head names the chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.core.words import say
from app.ui.bridge import listen
from app.ui.edges import Edge
from app.ui.loader import Loader
from app.ui.pages.chat import ChatPage
from app.ui.pages.page import line
from app.ui.panes import Pane, Panes
from app.ui.preview.beside import Beside
from app.ui.widgets.buttons import IconButton
from app.ui.widgets.labels import ElidedLabel
from app.ui.words import with_keys

if TYPE_CHECKING:
    from app.ui.preview.panel import PreviewPanel

LINE_PX, HEAD_PX = 2, 34


class PaneView(QWidget):
    """Made in the language spoken now. A press anywhere in it makes its pane the active one.

    `page_wanted(name)`, `support_wanted()`, `parameters_wanted()`, `loading_wanted()` and `set_wanted(name)` ask the
    window; `told(words)` and `refused(words)` are for its line at the bottom.
    """

    page_wanted = Signal(str)
    support_wanted = Signal()
    parameters_wanted = Signal()
    loading_wanted = Signal()
    set_wanted = Signal(str)
    told = Signal(str)
    refused = Signal(str)

    def __init__(self, panes: Panes, pane: Pane, loader: Loader, edge: Edge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pane, self._panes = pane, panes
        self.chat = ChatPage(pane.conversation, loader)
        share = panes.shares["preview"]
        self.beside = Beside(self.chat, self._make_preview, pane.leafing, edge, self.chat.composer, share)
        self.head = PaneHead(pane)
        self.head.close_wanted.connect(lambda: panes.close(pane))
        self.chat.preview_wanted.connect(pane.leafing.show_attached)
        self._hand_on()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(self.beside, 1)
        listen(self, lambda: panes.activated.connect(self._show_active))
        self._show_active()

    @property
    def preview(self) -> PreviewPanel:
        """Made when it is wanted first."""
        return self.beside.panel

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press that no control took."""
        self._panes.activate(self.pane)
        self.chat.focus_message()

    def _hand_on(self) -> None:
        chat = self.chat
        chat.page_wanted.connect(self.page_wanted)
        chat.support_wanted.connect(self.support_wanted)
        chat.parameters_wanted.connect(self.parameters_wanted)
        chat.transcript.told.connect(self.told)
        chat.transcript.refused.connect(self.refused)

    def _make_preview(self) -> PreviewPanel:
        from app.ui.preview.panel import PreviewPanel

        preview = PreviewPanel(self.pane.leafing)
        preview.files_dropped.connect(self.pane.conversation.add_files)
        preview.loading_wanted.connect(self.loading_wanted)
        preview.saving.wanted.connect(self.set_wanted)
        return preview

    def _show_active(self) -> None:
        self.head.setVisible(self._panes.is_split)
        self.head.show_active(active=self._panes.active is self.pane)


class PaneHead(QWidget):
    """The name of the chat and the button that closes its pane; a line in the accent's colour over the active one."""

    close_wanted = Signal()

    def __init__(self, pane: Pane, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._conversation = pane.conversation
        self.line = QFrame()
        self.line.setFixedHeight(LINE_PX)
        self.title = ElidedLabel("")
        self.close_button = IconButton("x", with_keys(say("Close this pane"), "Ctrl+W"))
        self.close_button.clicked.connect(self.close_wanted)
        row = QHBoxLayout()
        row.setContentsMargins(16, 0, 8, 0)
        row.addWidget(self.title, 1)
        row.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.line)
        column.addLayout(row, 1)
        column.addWidget(line())
        self.setFixedHeight(HEAD_PX + LINE_PX + 1)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        conversation = pane.conversation
        listen(self, lambda: conversation.opened.connect(self._show_title))
        listen(self, lambda: conversation.listed.connect(lambda _: self._show_title()))
        self._show_title()

    def show_active(self, *, active: bool) -> None:
        """The line, and for those who do not see it the words."""
        self.line.setProperty("pane", "active" if active else "quiet")
        self.title.setProperty("role", "" if active else "quiet")
        for widget in (self.line, self.title):
            widget.style().unpolish(widget)
            widget.style().polish(widget)
        self.setAccessibleName(say("Active pane") if active else say("Pane beside"))

    def _show_title(self) -> None:
        conversation = self._conversation
        chat = next((one for one in conversation.chats if one.id == conversation.chat_id), None)
        without = say("Temporary chat") if conversation.is_temporary else say("New chat")
        self.title.setText(chat.title if chat is not None and chat.title else without)
