"""The chat: conversation above, what the engine has to say in between, composer below."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.core.chat import Channel
from app.core.errors import CarrelError
from app.core.words import say
from app.engine.state import EngineState
from app.session.turn import Outcome
from app.store.rows import Message
from app.ui.bridge import listen
from app.ui.chat.composer import Composer
from app.ui.chat.drops import accept_files, dropped_files
from app.ui.chat.message import MessageItem
from app.ui.conversation import Conversation
from app.ui.filling import Filling
from app.ui.loader import Loader
from app.ui.pages.chat_cards import DemoLine, EngineCard, RefusalCard, Welcome
from app.ui.receipts import RELOAD, failure_of, item_of, receipt_details, receipt_line, without_button

if TYPE_CHECKING:
    from app.ui.chat.view import ChatView

COLUMN_PX = 760 + 2 * 16


class ChatPage(QWidget):
    """`page_wanted(name)` asks the window for another page."""

    page_wanted = Signal(str)

    def __init__(self, conversation: Conversation, loader: Loader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._conversation, self._loader = conversation, loader
        self._desk = conversation.desk
        self._view: ChatView | None = None
        self.composer = Composer()
        self.welcome, self.demo_line = Welcome(), DemoLine()
        self.engine_card, self.refusal = EngineCard(conversation.desk, loader), RefusalCard()
        self._filling = Filling(conversation, self.composer, self)
        self.setAcceptDrops(True)
        self._lay_out()
        self._connect()
        self._listen()
        self.show_chat()
        self._on_engine(self._desk.engine.state)

    # ---- building

    def _lay_out(self) -> None:
        self._stack = QStackedWidget()
        self._stack.addWidget(self.welcome)
        below = QVBoxLayout()
        below.setContentsMargins(0, 0, 0, 16)
        below.setSpacing(8)
        for widget in (self.engine_card, self.refusal, self.composer):
            below.addWidget(_centred(widget))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.demo_line)
        column.addWidget(self._stack, 1)
        column.addLayout(below)

    def _connect(self) -> None:
        composer, conversation = self.composer, self._conversation
        composer.thinking.setChecked(self._desk.settings.thinking)
        composer.thinking_toggled.connect(lambda on: self._desk.change_settings(thinking=on))
        composer.send_requested.connect(self._on_send)
        composer.stop_requested.connect(conversation.stop)
        composer.files_dropped.connect(conversation.add_files)
        composer.add_files_requested.connect(self.choose_files)
        composer.file_removed.connect(lambda key: conversation.remove_file(Path(key)))
        composer.text_changed.connect(self._on_text_changed)
        composer.recall_requested.connect(self._on_recall)
        self.demo_line.wanted.connect(lambda: self.page_wanted.emit("start"))
        self.engine_card.page_wanted.connect(self.page_wanted)
        self._draft_timer = QTimer(self, singleShot=True, interval=600)
        self._draft_timer.timeout.connect(self.keep_draft)

    @property
    def view(self) -> ChatView:
        """The conversation. Made when there is something to show: its Markdown takes a while to import."""
        if self._view is None:
            from app.ui.chat.view import ChatView

            self._view = ChatView()
            self._view.files_dropped.connect(self._conversation.add_files)
            self._view.action_requested.connect(self._on_action)
            self._view.link_activated.connect(lambda address: QDesktopServices.openUrl(QUrl(address)))
            self._stack.addWidget(self._view)
        return self._view

    def _listen(self) -> None:
        conversation = self._conversation
        listen(self, lambda: conversation.leaving.connect(self.keep_draft))
        listen(self, lambda: conversation.opened.connect(self.show_chat))
        listen(self, lambda: conversation.asked.connect(self._on_asked))
        listen(self, lambda: conversation.prefilled.connect(self._on_prefilled))
        listen(self, lambda: conversation.spoke.connect(self._on_spoke))
        listen(self, lambda: conversation.ended.connect(self._on_ended))
        listen(self, lambda: conversation.refused.connect(self._on_refused))
        listen(self, lambda: conversation.running_changed.connect(self._on_running_changed))
        listen(self, lambda: conversation.files_changed.connect(self._on_files_changed))
        listen(self, lambda: self._desk.engine.changed.connect(self._on_engine))
        listen(self, lambda: self._desk.settings_changed.connect(self._on_settings))

    # ---- what the window says

    def show_chat(self) -> None:
        """Show the conversation as it is now, a running answer included."""
        conversation = self._conversation
        rows = conversation.messages
        live = conversation.asked_rows if conversation.runs_here else None
        kept = [row for row in rows if live is None or row.id != live[1].id]
        if kept or live is not None or self._view is not None:
            self.view.set_messages([self._item(row) for row in kept])
        if live is not None and conversation.turn is not None:
            outcome = conversation.turn.outcome
            self.view.begin_answer(MessageItem("assistant", key=str(live[1].id)))
            for channel, text in (("thinking", outcome.thinking), ("answer", outcome.text)):
                if text:
                    self.view.append("thinking" if channel == "thinking" else "answer", text, 0)
        self.composer.set_text(conversation.draft)
        self.refusal.hide()
        self._show_stack()
        self._tell_card()
        self._on_files_changed()
        self._on_running_changed()

    def choose_files(self) -> None:
        """Ask for files and add them to the message."""
        chosen, _ = QFileDialog.getOpenFileNames(
            self, say("Add files"), "", say("Documents") + " (*.pdf *.docx *.md *.txt *.csv *.log *.py *.json);;*"
        )
        if chosen:
            self._conversation.add_files([Path(name) for name in chosen])

    def send(self) -> None:
        """Send what stands in the composer, as its button does."""
        self._on_send(self.composer.text)

    def focus_message(self) -> None:
        self.composer.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def keep_draft(self) -> None:
        """What is typed goes to the disk."""
        self._draft_timer.stop()
        self._conversation.keep_draft(self.composer.text)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files are welcome anywhere on the page."""
        accept_files(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """They go into the message."""
        files = dropped_files(event)
        if files:
            event.acceptProposedAction()
            self._conversation.add_files(files)

    # ---- what the composer says

    def _on_send(self, text: str) -> None:
        self.refusal.hide()
        self._draft_timer.stop()
        self._conversation.ask(text.strip(), thinking=self.composer.thinking.isChecked())

    def _on_text_changed(self) -> None:
        self._draft_timer.start()

    def _on_recall(self) -> None:
        """The last question comes back into the empty field."""
        asked = [message.text for message in self._conversation.messages if message.role == "user"]
        if asked:
            self.composer.set_text(asked[-1])

    def _on_action(self, _row: int, action: str) -> None:
        if action == RELOAD:
            self._loader.reload()

    # ---- what the conversation says

    def _on_asked(self, question: Message, answer: Message) -> None:
        self.composer.clear()
        self.view.add_message(item_of(question))
        self.view.begin_answer(MessageItem("assistant", key=str(answer.id)))
        self._show_stack()

    def _on_prefilled(self, done: int, total: int, _cached: int) -> None:
        if self._conversation.runs_here:
            self.view.set_prefill(done, total)

    def _on_spoke(self, channel: Channel, text: str, tokens: int) -> None:
        self.view.append(channel, text, tokens)

    def _on_ended(self, outcome: Outcome) -> None:
        rows = self._conversation.asked_rows
        model = rows[1].model if rows else ""
        self.view.finish_answer(
            receipt_line(outcome.receipt, outcome.usage, outcome.timing),
            outcome.state,
            details=receipt_details(outcome.receipt, outcome.usage, outcome.timing, model),
            thinking_s=outcome.thinking_ms / 1000,
        )
        note = failure_of(outcome.state, outcome.error, "", bool(outcome.text or outcome.thinking))
        if note is not None:
            self.view.show_failure(note)
        self._tell_card()

    def _on_refused(self, text: str, error: CarrelError) -> None:
        if not self.composer.text:
            self.composer.set_text(text)
        if error.code != "cancelled":
            self.refusal.tell(str(error))

    def _on_running_changed(self) -> None:
        conversation = self._conversation
        here = conversation.is_running and (conversation.runs_here or conversation.asked_rows is None)
        self.composer.set_answering(here)
        self._show_blocked()

    def _on_files_changed(self) -> None:
        self.composer.set_files(self._conversation.chips())

    # ---- what the engine says

    def _on_engine(self, state: EngineState) -> None:
        self._show_blocked()
        if state.has_model:
            self._drop_reload_buttons()
        self.composer.thinking.setEnabled(state.can_think or not state.has_model)
        self.demo_line.show_for(state)
        self.welcome.show_for(state)

    def _on_settings(self, settings: object) -> None:
        self.composer.thinking.blockSignals(True)
        self.composer.thinking.setChecked(self._desk.settings.thinking)
        self.composer.thinking.blockSignals(False)
        self.composer.thinking.update()

    def _tell_card(self) -> None:
        """The card over the composer is silent while the conversation's own card has the button."""
        last = self.view.message(self.view.count - 1) if self._view is not None and self.view.count else None
        failure = last.failure if last is not None else None
        self.engine_card.set_told_above(failure is not None and failure.action == RELOAD)

    def _drop_reload_buttons(self) -> None:
        """The model is here again: what failed stays told, its button has done its work."""
        if self._view is None:
            return
        for row in range(self._view.count):
            failure = self._view.message(row).failure
            if failure is not None and failure.action == RELOAD:
                self._view.replace_message(row, replace(self._view.message(row), failure=without_button(failure)))
        self._tell_card()

    def _show_blocked(self) -> None:
        conversation, state = self._conversation, self._desk.engine.state
        elsewhere = conversation.is_running and not conversation.runs_here and conversation.asked_rows is not None
        reason = ""
        if elsewhere:
            reason = say("Another chat is being answered. Stop it there, or wait.")
        elif not state.has_model:
            reason = say("No model is loaded yet.")
        self.composer.set_blocked(reason)

    def _show_stack(self) -> None:
        self._stack.setCurrentWidget(self._view if self._view is not None and self._view.count else self.welcome)

    def _item(self, row: Message) -> MessageItem:
        outcome = self._conversation.outcomes.get(row.id)
        item = item_of(row, outcome.error if outcome else None)
        if item.failure is not None and self._desk.engine.state.has_model:
            item = replace(item, failure=without_button(item.failure))
        return replace(item, thinking_tokens=self._conversation.thinking_tokens.get(row.id, 0))


def _centred(widget: QWidget) -> QWidget:
    """At most as wide as the reading column, in its middle."""
    holder = QWidget()
    widget.setMaximumWidth(COLUMN_PX)
    row = QHBoxLayout(holder)
    row.setContentsMargins(16, 0, 16, 0)
    row.addStretch(1)
    row.addWidget(widget, 1000)
    row.addStretch(1)
    return holder
