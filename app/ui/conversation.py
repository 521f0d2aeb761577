"""The conversation in the window: which chat is open, what was dropped into the message, which answer is running.

It holds no widgets, so the page can be rebuilt (for another language) while an answer runs.
"""

from __future__ import annotations

import msgspec

from app.core.emitter import Emitter
from app.core.params import Sampling
from app.session.branches import branch_off, neighbour, switch_version
from app.session.coverage import Coverage
from app.session.desk import Desk
from app.session.turn import Turn, Wish
from app.store.rows import Chat, Message, Run
from app.ui.queueing import Queueing
from app.ui.running import Answers

CUT = ("length", "stopped", "failed")


class Conversation(Queueing):
    """The open chat of a pane of the window. Used on the main thread. The answers are those of all panes; one runs in
    a chat at a time.

    Its events are those of what it is made of, and `page_wanted(document, page, start, end)` somebody wants to see a
    page of this conversation, its passage lit: the document counts from 1 as in [D1 p.2].
    """

    def __init__(self, desk: Desk, pane: int = 1, answers: Answers | None = None) -> None:
        super().__init__(desk, pane, answers)
        self.page_wanted: Emitter[[int, int, int, int]] = Emitter()

    # Asking

    def ask(self, text: str, *, thinking: bool) -> None:
        """Send the words and the dropped files, as a new version of the question that is edited, if one is.

        Does nothing while an answer runs in this chat, or elsewhere for this pane.
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
