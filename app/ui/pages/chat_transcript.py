"""The upper part of the chat: what was said, the answer that is being said, or the welcome when there is nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.core.chat import Channel
from app.core.citation import Citation
from app.core.errors import CarrelError
from app.core.words import say
from app.session.turn import Outcome
from app.store.rows import Message
from app.ui.chat.message import SHOW_FILE, CoverageNote, FailureNote, MessageItem
from app.ui.chat.verdicts import target_of
from app.ui.conversation import Conversation
from app.ui.loader import Loader
from app.ui.pages.chat_items import RowItems
from app.ui.pages.welcome import Welcome
from app.ui.receipts import RELOAD, SUPPORT, failure_of, receipt_details, receipt_line, without_button
from app.ui.spreadsheet import copy_tables, save_tables

if TYPE_CHECKING:
    from app.ui.chat.view import ChatView


class Transcript(QStackedWidget):
    """Shows the conversation as the page reports it. Listens to the view alone, to nothing of the session.

    `support_wanted()` asks for a bundle of logs; `action_wanted(key, action)` hands on the button of a card under the
    answer with this key; `told(words)` and `refused(words)` are for the line at the bottom of the window.
    """

    support_wanted = Signal()
    action_wanted = Signal(str, str)
    view_made = Signal(QWidget)
    told = Signal(str)
    refused = Signal(str)

    def __init__(self, conversation: Conversation, loader: Loader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._conversation, self._loader = conversation, loader
        self._view: ChatView | None = None
        self.items = RowItems(conversation)
        self.welcome = Welcome(conversation.desk, conversation.manner)
        self.addWidget(self.welcome)

    @property
    def view(self) -> ChatView:
        """The conversation. Made when there is something to show: its Markdown takes a while to import."""
        if self._view is None:
            from app.ui.chat.view import ChatView

            self._view = ChatView()
            self._view.when = self.items.when
            self._view.files_dropped.connect(self._conversation.add_files)
            self._view.action_requested.connect(self._on_action)
            self._view.table_wanted.connect(self._on_table_wanted)
            self._view.citation_wanted.connect(lambda _, one: self._on_citation_wanted(one))
            self._view.link_activated.connect(lambda address: QDesktopServices.openUrl(QUrl(address)))
            self.addWidget(self._view)
            self.view_made.emit(self._view)
        return self._view

    @property
    def offers_reload(self) -> bool:
        """Whether the last message has the button that loads the model again."""
        last = self._view.message(self._view.count - 1) if self._view is not None and self._view.count else None
        failure = last.failure if last is not None else None
        return failure is not None and failure.action == RELOAD

    # ---- what is shown

    def show_all(self) -> None:
        """The conversation as it is now, a running answer included."""
        kept, live = self.items.split(0)
        if kept or live is not None or self._view is not None:
            self.view.set_messages([self.items.promise(row) for row in kept])
        if live is not None:
            self._resume(*live)

    def show_branch(self, place: int) -> None:
        """Other messages stand from `place` on; what is above stays where it is on the screen."""
        kept, live = self.items.split(place)
        self.view.replace_from(place, [self.items.promise(row) for row in kept])
        if live is not None:
            self._resume(*live)
        self.show_standings()
        self.show_front()

    def show_standings(self) -> None:
        """Versions, and which answer can be gone on with, as they are now."""
        rows = self._conversation.messages
        if self._view is not None and self._view.count == len(rows):
            for place in self._view.made:
                self._view.set_standing(place, self.items.standing(rows[place]))

    def show_front(self) -> None:
        """The conversation when it has messages, else the welcome."""
        self.setCurrentWidget(self._view if self._view is not None and self._view.count else self.welcome)

    def begin(self, question: Message, answer: Message, *, follow: bool = True) -> None:
        """A question was asked, or is answered anew; the answer waits for the first token, or goes on.

        Without `follow` what is being read further up stays where it is.
        """
        reading = None if follow or self._view is None else self._view.reading_place
        place = max(0, len(self._conversation.messages) - 2)
        is_here = self.view.count > place and self.view.message(place).key == str(question.id)
        first = place + is_here
        with self.view.keyboard_kept(first):
            self.view.cut_messages(first)
            if not is_here:
                self.view.add_message(self.items.item(question))
            if self._conversation.turn is not None:
                self._resume(answer, self._conversation.turn.outcome)
        if reading is not None:
            self.view.go_to_place(*reading)
        self.show_standings()
        self.show_front()

    def finish(self, outcome: Outcome) -> None:
        """The answer ended: its receipt, or its failure."""
        rows = self._conversation.asked_rows
        model = rows[1].model if rows else ""
        self.view.finish_answer(
            receipt_line(outcome.receipt, outcome.usage, outcome.timing),
            outcome.state,
            details=receipt_details(outcome.receipt, outcome.usage, outcome.timing, model),
            thinking_s=outcome.thinking_ms / 1000,
            thinking_tokens=outcome.thinking_tokens,
            awaits_check=bool(outcome.receipt.files and outcome.text) and outcome.state != "failed",
        )
        note = failure_of(outcome.state, outcome.error, "", bool(outcome.text or outcome.thinking))
        if note is not None:
            self.view.show_failure(note)

    def show_citations(self, answer_id: int, citations: Sequence[Citation]) -> None:
        """What became of the quotations of an answer."""
        if self._view is not None:
            self._view.show_citations(str(answer_id), citations)

    def show_coverage(self, answer_id: int, note: CoverageNote) -> None:
        """How far the reading in passes for an answer is, or what it noted."""
        if self._view is not None:
            self._view.show_coverage(str(answer_id), note)

    def offer(self, answer_id: int, note: FailureNote) -> None:
        """A card under the answer; one that has the button for a dead engine keeps it and gets this one beside it."""
        row = self._view.answer_with(str(answer_id)) if self._view is not None else None
        if row is None:
            return
        told = self.view.message(row).failure
        if told is not None and told.action == RELOAD:
            note = replace(told, other_label=note.action_label, other=note.action)
        if told != note:
            self.view.show_failure(note, row)

    def drop_reload_buttons(self) -> None:
        """The model is here again: what failed stays told, its button has done its work."""
        if self._view is None:
            return
        for row in self._view.made:
            failure = self._view.message(row).failure
            if failure is not None and failure.action == RELOAD:
                self._view.replace_message(row, replace(self._view.message(row), failure=without_button(failure)))

    def _resume(self, answer: Message, outcome: Outcome) -> None:
        """An answer under way, with what is known of it so far."""
        self.view.begin_answer(MessageItem("assistant", key=str(answer.id)))
        parts: tuple[tuple[Channel, str, int], ...] = (
            ("thinking", outcome.thinking, outcome.thinking_tokens),
            ("answer", outcome.text, 0),
        )
        for channel, text, tokens in parts:
            if text:
                self.view.append(channel, text, tokens)
        covering = self._conversation.covering
        if covering is not None and covering.note is not None:
            self.show_coverage(answer.id, covering.note)

    # ---- what the view says

    def _show_file(self, key: str, place: int) -> None:
        """The file at `place` of a question, at the first page that was sent."""
        number = place + 1
        for message in self._conversation.messages:
            if str(message.id) == key:
                chosen = message.documents[place].chosen
                self._conversation.page_wanted.emit(number, chosen[0] if chosen else 1, 0, 0)
                return
            number += len(message.documents)

    def _on_citation_wanted(self, citation: Citation) -> None:
        """Its page, with the passage lit."""
        place = target_of(citation)
        if place is not None:
            self._conversation.page_wanted.emit(place.document, place.page, place.start, place.end)

    def _on_table_wanted(self, row: int, act: str) -> None:
        item = self.view.message(row)
        if act == "copy":
            if copy_tables(item.text, item.citations):
                self.told.emit(say("The table is copied."))
            return
        try:
            file = save_tables(self, item.text, item.citations)
        except CarrelError as error:
            self.refused.emit(str(error))
        else:
            if file is not None:
                self.told.emit(say("The table is in {name}.", name=file.name))

    def _on_action(self, row: int, action: str) -> None:
        if action.startswith(SHOW_FILE):
            self._show_file(self.view.message(row).key, int(action.removeprefix(SHOW_FILE)))
            return
        self.action_wanted.emit(self.view.message(row).key, action)
        if action == RELOAD:
            self._loader.reload()
        elif action == SUPPORT:
            self.support_wanted.emit()
