"""The conversation in the window: which chat is open, what was dropped into the message, which answer is running.

It holds no widgets, so the page can be rebuilt (for another language) while an answer runs.
"""

from __future__ import annotations

import msgspec

from app.core.emitter import Emitter
from app.core.params import Sampling
from app.core.words import say
from app.session.branches import branch_off, neighbour, switch_version
from app.session.coverage import Coverage
from app.session.desk import Desk
from app.session.turn import Outcome, Turn, Wish
from app.session.waiting import change_queued, drop_queued, put_back, queue_message, wish_of_queued
from app.store.rows import Chat, Message, Run
from app.store.waiting import Queued
from app.ui.answering import Answering
from app.ui.covering import Covering

CUT = ("length", "stopped", "failed")


class Conversation(Answering):
    """The open chat of a pane of the window. Used on the main thread. Nothing in it is shared with other panes but the
    desk, which refuses a second answer in the same chat at the same time.

    Its events are those of what it is made of, and `page_wanted(document, page, start, end)` somebody wants to see a
    page of this conversation, its passage lit: the document counts from 1 as in [D1 p.2].
    """

    def __init__(self, desk: Desk, pane: int = 1) -> None:
        super().__init__(desk, pane)
        self.page_wanted: Emitter[[int, int, int, int]] = Emitter()
        self._reworded: int | None = None  # the message in the queue that is being edited
        self._rushed: int | None = None  # the message in the queue that goes out whatever became of the answer

    # Asking

    def ask(self, text: str, *, thinking: bool) -> None:
        """Send the words and the dropped files, as a new version of the question that is edited, if one is.

        Does nothing while an answer runs, here or in the same chat beside.
        """
        if self.may_ask:
            self._begin(Turn(self.here, self.wish(text, thinking=thinking)), text)

    def wish(self, text: str, *, thinking: bool) -> Wish:
        """What is asked in this chat: the words with the dropped files, beneath the message shown last."""
        leaf, edits = self.leaf, self.editing.id if self.editing is not None else None
        beneath = leaf.id if leaf is not None and edits is None else None
        choices = self.manner.choices
        return Wish(text, tuple(self.documents), self.chat_id, thinking, choices, beneath=beneath, edits=edits)

    def cover(self, coverage: Coverage, text: str = "") -> None:
        """Read in passes. `text` comes back into the composer when it is refused. Does nothing while an answer runs."""
        self._cover(coverage, text)

    def _cover(self, coverage: Coverage, text: str = "", *, takes_draft: bool = True) -> None:
        if self.may_ask:
            self.covering = Covering(coverage)
            self.covering.changed.connect(self._on_covered)
            self._begin(coverage, text, takes_draft=takes_draft)

    # The tree

    def regenerate(self, message_id: int, *, thinking: bool | None = None, sampling: Sampling | None = None) -> None:
        """Another answer beside this one (or to this question). `thinking` None is as it was answered before,
        `sampling` None as the chat's choices are now.
        """
        row = self._row(message_id)
        if row is None or not self.may_ask:
            return
        question_id = row.parent_id if row.role == "assistant" else row.id
        if thinking is None:
            answer = row if row.role == "assistant" else self._reply(row.id)
            thinking = bool(answer.thinking) if answer is not None and answer.text else self.manner.thinks
        wish = Wish("", (), self.chat_id, thinking, sampling=sampling, answers=question_id)

        def begin(runs: list[Run]) -> None:
            if not self.may_ask:
                return
            if runs and runs[0].plan.passes:
                plan = msgspec.structs.replace(runs[0].plan, passes=(), thinking=wish.thinking)
                self._cover(Coverage(self.here, wish, plan), takes_draft=False)
            else:
                self._begin(Turn(self.here, wish), "", takes_draft=False)

        self.here.store.ask(lambda store: store.runs_of(question_id or 0), begin)

    def go_on(self, answer_id: int) -> None:
        """Continue an answer that was cut; it grows in its place."""
        if self.may_ask:
            wish = Wish("", (), self.chat_id, self.manner.thinks, continues=answer_id)
            self._begin(Turn(self.here, wish), "", takes_draft=False)

    def can_go_on(self, message: Message) -> bool:
        """Whether an answer was cut and nothing follows it."""
        leaf = self.leaf
        return message.role == "assistant" and message.state in CUT and leaf is not None and leaf.id == message.id

    def place_of(self, message_id: int) -> tuple[int, int]:
        """Which version of how many this message is: (1, 1) for the only one."""
        versions = self.versions.get(message_id, ())
        return (versions.index(message_id) + 1, len(versions)) if message_id in versions else (1, 1)

    def switch(self, message_id: int, step: int) -> None:
        """Show the version `step` places after this one, with what followed it. A running answer goes on."""
        other = neighbour(self.versions.get(message_id, ()), message_id, step)
        if other is not None:
            switch_version(self.here, other, self._take_branch)

    def branch_off(self, message_id: int) -> None:
        """A new chat that begins with everything down to this message."""

        def made(chat: Chat) -> None:
            self.refresh_list()
            self.open_chat(chat.id)

        branch_off(self.here, message_id, made)

    def edit(self, message_id: int) -> None:
        """Bring a question into the composer, to be sent as another version of it."""
        row = self._row(message_id)
        if row is not None and row.role == "user":
            self.begin_edit(row)

    def last(self, role: str) -> Message | None:
        """The last question or answer of the branch shown."""
        return next((row for row in reversed(self.messages) if row.role == role), None)

    def _row(self, message_id: int) -> Message | None:
        return next((row for row in self.messages if row.id == message_id), None)

    def _reply(self, question_id: int) -> Message | None:
        return next((row for row in self.messages if row.parent_id == question_id), None)

    # The queue

    @property
    def can_queue(self) -> bool:
        """Whether a message could wait for the answer that runs here."""
        return self.runs_here and self.asked_rows is not None and self.editing is None

    @property
    def _waits_for_words(self) -> bool:
        """Whether the next message is being edited."""
        return bool(self.queue) and self.queue[0].id == self._reworded

    @property
    def held(self) -> str:
        """Why what waits does not go out by itself; empty while it will."""
        leaf = self.leaf
        if not self.queue or self.runs_here or self.runs_beside:
            return ""
        if self._waits_for_words:
            return say("The next message goes out when you have edited it.")
        reasons = {
            "stopped": say("The answer was stopped, so the next message waits."),
            "failed": say("The answer failed, so the next message waits."),
            "length": say("The answer was cut off, so the next message waits."),
        }
        return reasons.get(leaf.state if leaf is not None else "", say("This was not sent yet."))

    def enqueue(self, text: str, *, thinking: bool) -> None:
        """Send the words and the dropped files when the answer has ended well. They are on the disk at once."""
        if not self.can_queue or self.chat_id is None:
            return
        documents = tuple(self.documents)
        self.draft = ""
        self._restore(())
        self._unsent = self._unsent_now()

        def kept(queued: Queued) -> None:
            if queued.chat_id == self.chat_id:
                self.queue = [*self.queue, queued]
                self._show_queue()
            if not self.is_running:  # it ended meanwhile
                self._go_on_with_queue(queued.chat_id)

        queue_message(self.here, self.chat_id, text, documents, thinking=thinking, done=kept)

    def change_waiting(self, queued_id: int, text: str) -> None:
        """Other words for a message that waits."""
        self.queue = [msgspec.structs.replace(one, text=text) if one.id == queued_id else one for one in self.queue]
        change_queued(self.here, queued_id, text)
        self._show_queue()

    def reword_waiting(self, queued_id: int | None) -> None:
        """This message is being edited, so it does not go out under the hand; None when that is done."""
        self._reworded = queued_id
        if queued_id is None and self.chat_id is not None and not self.is_running:
            self._go_on_with_queue(self.chat_id)
        self._show_queue()

    def drop_waiting(self, queued_id: int) -> None:
        """It is not wanted any more; it can be brought back."""
        dropped = next((one for one in self.queue if one.id == queued_id), None)
        self.queue = [one for one in self.queue if one.id != queued_id]
        drop_queued(self.here, queued_id)
        self._show_queue()
        if dropped is not None:
            self.undoable.emit(say("The message that waited is removed."), lambda: self._put_back(dropped))

    def _put_back(self, queued: Queued) -> None:
        def restored(queue: list[Queued]) -> None:
            if self.chat_id == queued.chat_id:
                self.queue = queue
                self._show_queue()

        put_back(self._desk_of(queued.chat_id), queued, restored)

    def send_waiting(self, queued_id: int) -> None:
        """Send it now; an answer that runs in this chat is stopped, and kept, before it."""
        if self.chat_id is None or self.runs_beside:
            return
        if self.is_running:
            self._rushed = queued_id
            self.stop()
        else:
            self._send_queued(self.chat_id, queued_id, None)

    def _on_ended(self, outcome: Outcome) -> None:
        rows, rushed = self.asked_rows, self._rushed
        self._rushed = None
        super()._on_ended(outcome)
        if rows is not None and (rushed is not None or (outcome.state == "complete" and not self._waits_for_words)):
            self._send_queued(rows[1].chat_id, rushed, rows[1].id)
        self._show_queue()

    def _show_queue(self) -> None:
        """Here, and in a pane that shows the same chat."""
        for one in self.beside:
            if one.chat_id == self.chat_id:
                one.queue = list(self.queue)
                one.queue_changed.emit()
        self.queue_changed.emit()

    def _go_on_with_queue(self, chat_id: int) -> None:
        """The answer ended while a message was being queued: it goes out if that ended well."""
        rows = self.asked_rows
        outcome = self.outcomes.get(rows[1].id) if rows is not None else None
        if self._waits_for_words:
            return
        if rows is not None and outcome is not None and outcome.state == "complete" and rows[1].chat_id == chat_id:
            self._send_queued(chat_id, None, rows[1].id)

    def _send_queued(self, chat_id: int, queued_id: int | None, beneath: int | None) -> None:
        desk = self._desk_of(chat_id)

        def made(wish: Wish | None) -> None:
            if wish is None or not self.may_ask:
                return
            if self.chat_id == chat_id:
                self.queue = [one for one in self.queue if one.id != wish.queued]
                self._show_queue()
            self._begin(Turn(desk, wish), "", takes_draft=False)

        wish_of_queued(desk, chat_id, made, queued_id=queued_id, beneath=beneath)
