"""A window with chats in panes: what is active in it, and what one can wish for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.words import say
from app.ui.conversation import Conversation
from app.ui.drop_window import DropWindow
from app.ui.frame import Frame
from app.ui.leafing import Leafing
from app.ui.notices import Notices
from app.ui.pages.chat import ChatPage
from app.ui.panes import Panes

if TYPE_CHECKING:
    from app.ui.inspector.inspector import Inspector


class PanedWindow(DropWindow):
    """The subclass makes the panes and, in each language, the frame and the notices."""

    panes: Panes
    frame: Frame
    notices: Notices
    page: str  # the one shown

    def show_page(self, name: str) -> None:
        """Show a page by name."""
        raise NotImplementedError

    # ---- the active pane

    @property
    def conversation(self) -> Conversation:
        return self.panes.active.conversation

    @property
    def leafing(self) -> Leafing:
        return self.panes.active.leafing

    @property
    def chat(self) -> ChatPage:
        return self.frame.panes.active.chat

    @property
    def inspector(self) -> Inspector:
        return self.frame.inspectors.active

    # ---- wishes

    def new_chat(self) -> None:
        self.conversation.new_chat()
        self.show_page("chat")

    def open_beside(self, chat_id: int | None = None) -> None:
        """A second chat beside the first."""
        self.show_page("chat")
        self.panes.open_beside(chat_id)

    def toggle_beside(self) -> None:
        """A second chat beside the first; again closes it."""
        if self.panes.is_split and self.page == "chat":
            self.panes.close(self.panes.open[-1])
        else:
            self.open_beside()

    def toggle_preview(self) -> None:
        """What is attached to the message, else what was sent last, page by page; again closes it."""
        if self.leafing.is_open:
            self.leafing.close()
        elif self.conversation.chips():
            self.leafing.show_attached()
        elif not self.leafing.show_sent():
            self.notices.tell(say("Nothing is attached. Drop a file first."))
