"""What is done with single messages: copied, edited, answered again, continued, switched; and what waits to be sent."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QGuiApplication

from app.core.words import say
from app.ui.bridge import listen
from app.ui.chat.composer import Composer
from app.ui.chat.message import (
    AGAIN,
    AGAIN_PLAIN,
    AGAIN_THINKING,
    BRANCH,
    CONTINUE,
    EARLIER,
    EDIT,
    LATER,
    RECORD,
)
from app.ui.conversation import Conversation
from app.ui.pages.chat_folder import FolderLine
from app.ui.pages.chat_note import NoteCard
from app.ui.pages.chat_transcript import Transcript
from app.ui.pages.chat_waiting import EditLine, QueueCard

_THINKING = {AGAIN: None, AGAIN_THINKING: True, AGAIN_PLAIN: False}


class MessageActs(QObject):
    """Carries what the rows, the queue and the note want to the conversation, and shows what became of it.

    `refused(words)` is for the card over the composer, `told(words)` for the line at the bottom of the window,
    `record_wanted(answer)` for the page of how it was made.
    """

    refused = Signal(str)
    told = Signal(str)
    record_wanted = Signal(int)

    def __init__(self, conversation: Conversation, composer: Composer, transcript: Transcript, parent: QObject) -> None:
        super().__init__(parent)
        self._conversation, self._composer, self._transcript = conversation, composer, transcript
        self.edit_line, self.note, self.folder_line = EditLine(), NoteCard(), FolderLine(conversation)
        self.queue = QueueCard(self.note.close_button)
        transcript.action_wanted.connect(self._on_action)
        composer.queue_requested.connect(self.enqueue)
        composer.note_toggled.connect(self.show_note)
        self.edit_line.given_up.connect(self.give_up_edit)
        self.told.connect(transcript.told)
        self.queue.changed.connect(conversation.change_waiting)
        self.queue.dropped.connect(conversation.drop_waiting)
        self.queue.wanted_now.connect(conversation.send_waiting)
        self.queue.editing.connect(conversation.reword_waiting)
        self.queue.keyboard_left.connect(composer.edit.setFocus)
        self.note.kept.connect(conversation.keep_note)
        self.note.closed.connect(lambda: composer.note.setChecked(False))
        listen(self, lambda: conversation.editing_changed.connect(self._on_editing_changed))
        listen(self, lambda: conversation.queue_changed.connect(self.show_queue))
        listen(self, lambda: conversation.leaving.connect(self.note.box.flush))
        listen(self, lambda: conversation.reread.connect(self._on_standing_changed))
        listen(self, lambda: conversation.running_changed.connect(self._on_standing_changed))
        listen(self, lambda: conversation.note_changed.connect(self._on_note_changed))
        listen(self, lambda: conversation.asked.connect(self._on_asked))
        listen(self, lambda: conversation.branched.connect(self._on_branched))

    def show_all(self) -> None:
        """Another chat is shown."""
        self.edit_line.setVisible(self._conversation.editing is not None)
        self._composer.note.setChecked(False)
        self._composer.set_noted(bool(self._conversation.note))
        self.folder_line.look()
        self.show_queue()

    # ---- for keys and commands

    def edit_last(self) -> None:
        """The last question comes into the composer."""
        question = self._conversation.last("user")
        if question is not None:
            self._edit(question.id)

    def give_up_edit(self) -> None:
        """The question stays as it was; what was written of it can be brought back."""
        self._conversation.keep_draft(self._composer.text)
        self._conversation.cancel_edit()

    def answer_again(self) -> None:
        """Another answer to the last question."""
        question = self._conversation.last("user")
        if question is not None:
            self._on_action(str(question.id), AGAIN)

    def continue_last(self) -> None:
        """Go on with the last answer where it was cut."""
        leaf = self._conversation.leaf
        if leaf is not None and self._conversation.can_go_on(leaf):
            self._on_action(str(leaf.id), CONTINUE)

    def copy_chat(self) -> None:
        """The branch shown, as Markdown, to the clipboard."""
        from app.session.export.markdown import chat_as_markdown  # its Markdown takes a while to import

        conversation = self._conversation
        if conversation.chat_id is not None and conversation.messages:
            QGuiApplication.clipboard().setText(chat_as_markdown(conversation.here, conversation.chat_id))
            self.told.emit(say("The chat is copied as Markdown."))

    def keep_temporary(self) -> None:
        """The temporary chat becomes one like the others."""
        if self._conversation.runs_here:
            self.refused.emit(say("An answer is being written. Wait for its end, or stop it first."))
        else:
            self._conversation.keep_temporary(lambda: self.told.emit(say("The chat is kept with the others.")))

    def enqueue(self, text: str) -> None:
        """It waits for the answer that runs."""
        if self._conversation.can_queue and text.strip():
            self._conversation.enqueue(text.strip(), thinking=self._composer.thinking.isChecked())
            self._composer.clear()

    # ---- what rows want

    def _on_action(self, key: str, action: str) -> None:
        conversation = self._conversation
        number = int(key) if key.isdecimal() else 0
        if action == EDIT:
            self._edit(number)
        elif action in (EARLIER, LATER):
            conversation.switch(number, -1 if action == EARLIER else 1)
        elif action == BRANCH:
            conversation.branch_off(number)
        elif action == RECORD:
            self.record_wanted.emit(number)
        elif action in _THINKING or action == CONTINUE:
            self._ask(number, action)

    def _edit(self, number: int) -> None:
        """What stands in the composer is set aside as it is now, not as it was last kept."""
        editing = self._conversation.editing
        if editing is None or editing.id != number:
            self._conversation.keep_draft(self._composer.text)
            self._conversation.edit(number)
        self._composer.edit.setFocus()

    def _ask(self, number: int, action: str) -> None:
        if not self._conversation.may_ask:
            self.refused.emit(say("An answer is being written. Wait for its end, or stop it first."))
        elif action == CONTINUE:
            self._conversation.go_on(number)
        else:
            self._conversation.regenerate(number, thinking=_THINKING[action])

    # ---- what the conversation says

    def _on_editing_changed(self) -> None:
        """What the composer should hold changed with it."""
        editing = self._conversation.editing is not None
        self.edit_line.setVisible(editing)
        self._composer.set_text(self._conversation.draft)
        self.show_queue()
        if editing:
            self._composer.edit.setFocus()

    def show_unsent(self) -> None:
        """The same chat's message was written on in another pane."""
        self.edit_line.setVisible(self._conversation.editing is not None)
        if self._composer.text != self._conversation.draft:
            self._composer.set_text(self._conversation.draft)
        self.show_queue()

    def _on_note_changed(self) -> None:
        """It was written in another pane that shows the same chat."""
        self._composer.set_noted(bool(self._conversation.note))
        if self.note.isVisible() and not self.note.box.hasFocus():
            self.note.open(self._conversation.note)

    def _on_asked(self, *_: object) -> None:
        self.folder_line.look()
        self.show_queue()

    def _on_branched(self, place: int) -> None:
        self._transcript.show_branch(place)
        self.show_queue()
        if place < len(self._conversation.messages):
            version, versions = self._conversation.place_of(self._conversation.messages[place].id)
            if versions > 1:
                words = say("Version {version} of {versions}", version=version, versions=versions)
                QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._transcript.view, words))

    def _on_standing_changed(self) -> None:
        self._transcript.show_standings()
        self.show_queue()

    def show_queue(self) -> None:
        """What waits, and why."""
        conversation = self._conversation
        self.queue.show_queue(conversation.queue, conversation.held)
        self._composer.set_queueing(conversation.can_queue)

    def show_note(self, shown: bool) -> None:
        """Open the note, or put it away."""
        if shown:
            self.note.open(self._conversation.note)
            self.note.box.setFocus()
        else:
            self.note.box.flush()
            self.note.hide()
            self._composer.set_noted(bool(self._conversation.note))
