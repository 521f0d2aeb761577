"""From something that was found to where it stands: the chat at its message, the document at its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from app.session.search import reveal_message
from app.store.query import Query
from app.store.search import Hit
from app.ui.chat.find_bar import find_bar_of
from app.ui.conversation import Conversation
from app.ui.panes import Pane

if TYPE_CHECKING:
    from app.ui.window import Window


class Jump:
    """One way to one hit. The chat is opened in the active pane, or beside it."""

    def __init__(self, window: Window, hit: Hit, query: Query, words: str) -> None:
        self._window, self._hit, self._query, self._words = window, hit, query, words

    def start(self, *, beside: bool = False) -> None:
        hit, window = self._hit, self._window
        window.show_page("chat")
        if hit.chat_id is None:
            self._show_page_alone()
            return
        if beside:
            window.open_beside()
        pane, chat_id, message_id = window.panes.active, hit.chat_id, hit.message_id
        if message_id is None or window.panes.is_answered(chat_id):
            self._open(pane)
        else:
            reveal_message(window.desk, chat_id, message_id, lambda _: self._open(pane), self._fail)

    def _open(self, pane: Pane) -> None:
        """Open the chat, unless it shows the message already."""
        conversation, chat_id = pane.conversation, self._hit.chat_id
        assert chat_id is not None
        if conversation.chat_id == chat_id and self._is_shown(conversation):
            self._show(pane)
            return

        def on_opened() -> None:
            if conversation.chat_id == chat_id:
                deafen()
                QTimer.singleShot(0, self._window, lambda: self._show(pane))

        deafen = conversation.opened.connect(on_opened)
        conversation.open_chat(chat_id)

    def _is_shown(self, conversation: Conversation) -> bool:
        wanted = self._hit.message_id
        return wanted is None or any(message.id == wanted for message in conversation.messages)

    def _show(self, pane: Pane) -> None:
        hit, conversation = self._hit, pane.conversation
        if conversation.chat_id != hit.chat_id:
            return
        if hit.kind == "page":
            self._show_document(conversation)
        elif hit.kind == "note":
            self._window.chat.composer.note.setChecked(True)  # opens it
        elif hit.message_id is not None:
            view = next((view for view in self._window.frame.panes.views if view.pane is pane), None)
            if view is not None:
                bar = find_bar_of(view.chat.view, conversation)
                in_thought = hit.kind == "thinking"
                bar.show_hit(self._words, str(hit.message_id), hit.place[0], in_thought=in_thought)

    def _show_document(self, conversation: Conversation) -> None:
        """Documents count from 1 through the conversation, as in [D1 p.2]."""
        number = 1
        for message in conversation.messages:
            for document in message.documents:
                if document.id == self._hit.document_id:
                    conversation.page_wanted.emit(number, self._hit.page, *self._hit.place)
                    return
                number += 1

    def _show_page_alone(self) -> None:
        """A page of a set, beside whatever chat is open."""
        hit, leafing, document_id = self._hit, self._window.leafing, self._hit.document_id
        assert document_id is not None
        self._window.desk.store.ask(
            lambda store: store.attachment(document_id),
            lambda document: leafing.show_page(document, hit.page, *hit.place),
            self._fail,
        )

    def _fail(self, error: Exception) -> None:
        self._window.notices.tell_error(str(error))
