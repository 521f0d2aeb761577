"""The messages that wait in a chat for the answer that runs there, whichever pane they were written in."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from app.core.words import say
from app.session.desk import Desk
from app.session.turn import Outcome, Turn, Wish
from app.session.waiting import change_queued, drop_queued, put_back, queue_message, wish_of_queued
from app.store.waiting import Queued
from app.ui.answering import Answering
from app.ui.running import Answers, Running


class Queueing(Answering):
    """What waits goes out by itself when the answer before it ended well, begun by the pane that asked for that."""

    def __init__(self, desk: Desk, pane: int = 1, answers: Answers | None = None) -> None:
        super().__init__(desk, pane, answers)
        self._reworded: int | None = None  # the message in the queue that is being edited

    @property
    def can_queue(self) -> bool:
        """Whether a message could wait for the answer that runs here."""
        return self.runs_here and self.asked_rows is not None and self.editing is None

    @property
    def held(self) -> str:
        """Why what waits does not go out by itself; empty while it will."""
        leaf = self.leaf
        if not self.queue or self.runs_here:
            return ""
        if self._waits_for_words(self.chat_id):
            return say("The next message goes out when you have edited it.")
        reasons = {
            "stopped": say("The answer was stopped, so the next message waits."),
            "failed": say("The answer failed, so the next message waits."),
            "length": say("The answer was cut off, so the next message waits."),
        }
        return reasons.get(leaf.state if leaf is not None else "", say("This was not sent yet."))

    def take_queue(self, queue: Sequence[Queued]) -> None:
        """What waits in this chat, as another pane that shows it knows."""
        self.queue = list(queue)
        self.queue_changed.emit()

    def enqueue(self, text: str, *, thinking: bool) -> None:
        """Send the words and the dropped files when the answer has ended well. They are on the disk at once."""
        if not self.can_queue or self.chat_id is None:
            return
        documents = tuple(self.documents)
        self.draft = ""
        self._restore(())
        self._unsent = self._unsent_now()
        self.unsent_kept.emit()

        def kept(queued: Queued) -> None:
            if queued.chat_id == self.chat_id:
                self.queue = [*self.queue, queued]
                self.queue_changed.emit()
            if self.answers.of(queued.chat_id) is None:  # it ended meanwhile
                self._go_on_with_queue(queued.chat_id)

        queue_message(self.here, self.chat_id, text, documents, thinking=thinking, done=kept)

    def change_waiting(self, queued_id: int, text: str) -> None:
        """Other words for a message that waits."""
        self.queue = [msgspec.structs.replace(one, text=text) if one.id == queued_id else one for one in self.queue]
        change_queued(self.here, queued_id, text)
        self.queue_changed.emit()

    def reword_waiting(self, queued_id: int | None) -> None:
        """This message is being edited, so it does not go out under the hand; None when that is done."""
        self._reworded = queued_id
        if queued_id is None and self.chat_id is not None and self.answers.of(self.chat_id) is None:
            self._go_on_with_queue(self.chat_id)
        self.queue_changed.emit()

    def drop_waiting(self, queued_id: int) -> None:
        """It is not wanted any more; it can be brought back."""
        dropped = next((one for one in self.queue if one.id == queued_id), None)
        self.queue = [one for one in self.queue if one.id != queued_id]
        drop_queued(self.here, queued_id)
        self.queue_changed.emit()
        if dropped is not None:
            self.undoable.emit(say("The message that waited is removed."), lambda: self._put_back(dropped))

    def send_waiting(self, queued_id: int) -> None:
        """Send it now; an answer that runs in this chat is stopped, and kept, before it."""
        run = self.answers.of(self.chat_id)
        if run is not None:
            run.rushed = queued_id
            run.turn.stop()
        elif self.chat_id is not None and self.may_ask:
            self._send_queued(self.chat_id, queued_id, None)

    def _waits_for_words(self, chat_id: int | None) -> bool:
        """Whether the next message of this chat is being edited, here or beside."""
        panes = (self, *self.beside)
        following = {one.queue[0].id for one in panes if one.chat_id == chat_id and one.queue}
        return any(one._reworded in following for one in panes)

    def _put_back(self, queued: Queued) -> None:
        def restored(queue: list[Queued]) -> None:
            if self.chat_id == queued.chat_id:
                self.take_queue(queue)

        put_back(self._desk_of(queued.chat_id), queued, restored)

    def _on_began(self, run: Running) -> None:
        """What waited is being asked."""
        if run.queued is not None and run.chat_id == self.chat_id:
            self.queue = [one for one in self.queue if one.id != run.queued]
            self.queue_changed.emit()
        super()._on_began(run)

    def _on_ended(self, run: Running, outcome: Outcome) -> None:
        super()._on_ended(run, outcome)
        rows = run.rows
        if rows is not None and run is self._own and (run.rushed is not None or outcome.state == "complete"):
            self._send_queued(rows[1].chat_id, run.rushed, rows[1].id)
        if self._concerns(run):
            self.queue_changed.emit()

    def _go_on_with_queue(self, chat_id: int) -> None:
        """The answer ended while a message was being queued or edited: it goes out if that ended well."""
        leaf = self._last.rows[1] if self._last is not None and self._last.rows is not None else None
        outcome = self.outcomes.get(leaf.id) if leaf is not None else None
        if leaf is not None and leaf.chat_id == chat_id and outcome is not None and outcome.state == "complete":
            self._send_queued(chat_id, None, leaf.id)

    def _send_queued(self, chat_id: int, queued_id: int | None, beneath: int | None) -> None:
        """The next one, unless that is being edited, or `queued_id` in any case."""
        desk = self._desk_of(chat_id)

        def is_held() -> bool:
            return queued_id is None and self._waits_for_words(chat_id)

        def made(wish: Wish | None) -> None:
            if wish is not None and self._may_begin(chat_id) and not is_held():
                self._begin(Turn(desk, wish), "", takes_draft=False, queued=wish.queued)

        if not is_held():
            wish_of_queued(desk, chat_id, made, queued_id=queued_id, beneath=beneath)
