"""The chat: conversation above, what the engine has to say in between, composer below."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from app.core.chat import Channel
from app.core.errors import CarrelError
from app.core.words import say
from app.session.turn import Outcome
from app.store.rows import Message
from app.ui.bridge import listen
from app.ui.chat.composer import Composer
from app.ui.chat.drops import accept_files, dropped_files
from app.ui.conversation import Conversation
from app.ui.filling import Filling
from app.ui.loader import Loader
from app.ui.pages.chat_acts import MessageActs
from app.ui.pages.chat_cards import DemoLine, EngineCard, RefusalCard
from app.ui.pages.chat_note import TemporaryLine
from app.ui.pages.chat_readiness import Readiness
from app.ui.pages.chat_runs import LongRuns
from app.ui.pages.chat_task_acts import TaskActs
from app.ui.pages.chat_tasks import TaskCard
from app.ui.pages.chat_transcript import Transcript
from app.ui.pages.first_steps import FirstSteps
from app.ui.pages.reading_column import centred, stacked

if TYPE_CHECKING:
    from app.ui.chat.view import ChatView


class ChatPage(QWidget):
    """`page_wanted(name)` asks the window for another page, `parameters_wanted()` for the parameters at its edge.

    `support_wanted()` asks for a bundle of logs, `preview_wanted(path)` for the pages of an attached file.
    """

    page_wanted = Signal(str)
    preview_wanted = Signal(str)
    parameters_wanted = Signal()
    support_wanted = Signal()

    def __init__(self, conversation: Conversation, loader: Loader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._conversation = conversation
        self.composer, self.transcript = Composer(), Transcript(conversation, loader)
        self.demo_line, self.refusal = DemoLine(), RefusalCard()
        self.engine_card = EngineCard(conversation.desk, loader)
        self.tasks = TaskCard()
        self.runs = LongRuns(conversation, self.transcript, self)
        self._task_acts = TaskActs(conversation, self.runs, self.composer, self.tasks, self.refusal, self)
        self._filling = Filling(conversation, self.composer, self)
        self._readiness = Readiness(
            conversation, self.composer, self.transcript, self.demo_line, self.engine_card, self
        )
        self.acts = MessageActs(conversation, self.composer, self.transcript, self)
        self.temporary_line = TemporaryLine()
        self._first_steps = FirstSteps(self.transcript.welcome, conversation, self.composer, self)
        self.transcript.welcome.files_wanted.connect(self.choose_files)
        self.transcript.welcome.presets_wanted.connect(lambda: self.page_wanted.emit("presets"))
        self.setAcceptDrops(True)
        self._lay_out()
        self._connect()
        self._listen()
        self.show_chat()
        self._readiness.show_now()
        conversation.restore_new_files()

    @property
    def view(self) -> ChatView:
        """The messages, in the transcript."""
        return self.transcript.view

    # ---- building

    def _lay_out(self) -> None:
        acts = self.acts
        lines = (acts.folder_line, acts.note, acts.queue, acts.edit_line)
        cards = (self.engine_card, self.refusal, self.tasks, *lines, self.composer)
        below = QVBoxLayout()
        below.setContentsMargins(0, 0, 0, 16)
        below.addWidget(centred(stacked(*cards)))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.demo_line)
        column.addWidget(self.temporary_line)
        column.addWidget(self.transcript, 1)
        column.addLayout(below)

    def _connect(self) -> None:
        composer, conversation = self.composer, self._conversation
        composer.send_requested.connect(self._on_send)
        composer.send_refused.connect(self.acts.told)
        composer.stop_requested.connect(conversation.stop)
        composer.files_dropped.connect(conversation.add_files)
        composer.add_files_requested.connect(self.choose_files)
        composer.file_removed.connect(lambda key: conversation.remove_file(Path(key)))
        composer.file_opened.connect(self.preview_wanted)
        composer.file_unlocked.connect(lambda key, password: conversation.unlock_file(Path(key), password))
        composer.text_changed.connect(self._on_text_changed)
        composer.recall_requested.connect(self._on_recall)
        composer.parameters_requested.connect(self.parameters_wanted)
        # Made late, the conversation would come after the composer for who goes by Tab.
        self.transcript.view_made.connect(lambda view: QWidget.setTabOrder(self.demo_line.button, view))
        self.demo_line.wanted.connect(lambda: self.page_wanted.emit("start"))
        self.engine_card.page_wanted.connect(self.page_wanted)
        self.engine_card.support_wanted.connect(self.support_wanted)
        self.transcript.support_wanted.connect(self.support_wanted)
        self.acts.refused.connect(self.refusal.tell)
        self.temporary_line.forget_wanted.connect(conversation.forget_temporary)
        self.temporary_line.keep_wanted.connect(self.acts.keep_temporary)
        self._draft_timer = QTimer(self, singleShot=True, interval=600)
        self._draft_timer.timeout.connect(self.keep_draft)

    def _listen(self) -> None:
        conversation = self._conversation
        listen(self, lambda: conversation.leaving.connect(self.keep_draft))
        listen(self, lambda: conversation.opened.connect(self.show_chat))
        listen(self, lambda: conversation.asked.connect(self._on_asked))
        listen(self, lambda: conversation.resuming.connect(lambda seconds: self.view.set_resuming(seconds)))
        listen(self, lambda: conversation.prefilled.connect(self._on_prefilled))
        listen(self, lambda: conversation.spoke.connect(self._on_spoke))
        listen(self, lambda: conversation.ended.connect(self._on_ended))
        listen(self, lambda: conversation.checked.connect(self.transcript.show_citations))
        listen(self, lambda: conversation.refused.connect(self._on_refused))
        listen(self, lambda: conversation.running_changed.connect(self._show_temporary))
        listen(self, lambda: conversation.files_changed.connect(self._on_files_changed))
        listen(self, lambda: conversation.unsent_changed.connect(self._on_unsent_changed))

    # ---- what the window says

    def show_chat(self) -> None:
        """Show the conversation as it is now, a running answer included."""
        self.transcript.show_all()
        self.composer.set_text(self._conversation.draft)
        self.refusal.hide()
        self._show_temporary()
        self.acts.show_all()
        self.transcript.show_front()
        self._readiness.tell_card()
        self._on_files_changed()
        self._readiness.show_running()

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

    @property
    def reading_place(self) -> tuple[int, int] | None:
        """The row at the top and how far it is scrolled into; None at the end, and where nothing is shown."""
        return self.transcript.view.reading_place if self._conversation.messages else None

    def keep_draft(self) -> None:
        """What is typed goes to the disk."""
        self._draft_timer.stop()
        self._conversation.keep_draft(self.composer.text)
        self.acts.note.box.flush()

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

    def _show_temporary(self) -> None:
        conversation = self._conversation
        self.temporary_line.setVisible(conversation.is_temporary)
        self.temporary_line.keep.setEnabled(bool(conversation.messages) and not conversation.runs_here)

    def _on_text_changed(self) -> None:
        self._draft_timer.start()

    def _on_unsent_changed(self) -> None:
        """Written in another pane; what is being typed here is newer, and is kept in a moment."""
        if not self._draft_timer.isActive():
            self.acts.show_unsent()
            self._draft_timer.stop()

    def _on_recall(self) -> None:
        """The last question comes into the empty field, to be edited."""
        self.acts.edit_last()

    # ---- what the conversation says

    def _on_asked(self, question: Message, answer: Message) -> None:
        if self._conversation.takes_draft and self.composer.text.strip() == question.text:
            self.composer.set_text(self._conversation.draft)
        self.transcript.begin(question, answer, follow=self._conversation.is_asking or self.reading_place is None)

    def _on_prefilled(self, done: int, total: int, cached: int) -> None:
        if not self._conversation.runs_here:
            return
        covering = self._conversation.covering
        if covering is not None and covering.is_noting and done >= total:
            self.view.set_waiting(say("Writing down what these pages say…"))
        else:
            self.view.set_prefill(done, total, cached)

    def _on_spoke(self, channel: Channel, text: str, tokens: int) -> None:
        self.view.append(channel, text, tokens)

    def _on_ended(self, outcome: Outcome) -> None:
        self.transcript.finish(outcome)
        self._readiness.tell_card()

    def _on_refused(self, text: str, error: CarrelError) -> None:
        if not self.composer.text:
            self.composer.set_text(text)
        if error.code != "cancelled":
            documents = any(message.documents for message in self._conversation.messages)
            too_long = error.code == "does_not_fit" and (documents or bool(self._conversation.documents))
            self.refusal.tell(str(error), offers_passes=too_long)

    def _on_files_changed(self) -> None:
        self.composer.set_files(self._conversation.chips())
        self._task_acts.show_card()
