"""The answer that a pane shows or has asked for: what it says comes here, whichever pane began it."""

from __future__ import annotations

import msgspec

from app.core.chat import Channel, Timing
from app.core.citation import Citation
from app.core.emitter import Emitter
from app.core.errors import CarrelError
from app.session.branches import show_chat
from app.session.coverage import Coverage
from app.session.desk import Desk
from app.session.expecting import BestReading
from app.session.turn import Outcome, Turn
from app.session.waiting import save_unsent
from app.store.rows import Message
from app.ui.chat.message import CoverageNote
from app.ui.hearing import Hearing
from app.ui.running import Answers, Running


class Answering(Hearing):
    """Events of the answer in the chat that is shown: `asked(question, answer)` both rows exist; `resuming(seconds)` a
    saved reading comes back; `prefilled(done, total, cached)`; `spoke(channel, text, tokens)`; `covered(answer_id,
    note)` how far a reading in passes is; `ended(outcome)`; `checked(answer_id, citations)` what its quotations are.

    Of what this pane asked for: `answered(turn, question, answer)` it ended, in this chat or another; `refused(text,
    error)` before anything was asked. `running_changed()` of both.
    """

    def __init__(self, desk: Desk, pane: int = 1, answers: Answers | None = None) -> None:
        super().__init__(desk, pane, answers)
        self.last_timing: Timing | None = None
        self.best_reading = BestReading()
        self.asked: Emitter[[Message, Message]] = Emitter()
        self.resuming: Emitter[[float]] = Emitter()
        self.prefilled: Emitter[[int, int, int]] = Emitter()
        self.spoke: Emitter[[Channel, str, int]] = Emitter()
        self.ended: Emitter[[Outcome]] = Emitter()
        self.refused: Emitter[[str, CarrelError]] = Emitter()
        self.running_changed: Emitter[[]] = Emitter()
        self.covered: Emitter[[int, CoverageNote]] = Emitter()
        self.answered: Emitter[[Turn | Coverage, Message, Message]] = Emitter()
        self.checked: Emitter[[int, tuple[Citation, ...]]] = Emitter()
        self.opened.connect(self._join)
        self._hear(self.answers)

    # What the answers say

    def _hear(self, answers: Answers) -> None:
        """They live as long as this does."""
        answers.began.connect(self._on_began)
        answers.asked.connect(self._on_asked)
        answers.resuming.connect(lambda run, seconds: self.resuming.emit(seconds) if self._sees(run) else None)
        answers.prefilled.connect(self._on_prefilled)
        answers.spoke.connect(self._on_spoke)
        answers.covered.connect(self._on_covered)
        answers.ended.connect(self._on_ended)
        answers.checked.connect(self._on_checked)

    def _join(self) -> None:
        """The chat shown now may be one that is being answered."""
        self._last = self.answers.of(self.chat_id) or self._last

    def _on_began(self, run: Running) -> None:
        if self._concerns(run):
            self._last = run
            self.running_changed.emit()

    def _on_asked(self, run: Running, question: Message, answer: Message) -> None:
        is_own = run is self._own
        if is_own and run.begins_chat:
            self._settle_new(question.chat_id)
        if self.chat_id == question.chat_id:
            self._last = run
            self._show_asked(run, question, answer)
        if is_own:
            self.refresh_list()

    def _settle_new(self, chat_id: int) -> None:
        """The chat that had not begun has, whether it is still the one that is shown or not."""
        self.new.settle(chat_id)
        if self.chat_id is None:
            self.chat_id = chat_id
            self.manner.settle(chat_id)

    def _show_asked(self, run: Running, question: Message, answer: Message) -> None:
        """At the end of what is shown, or in the branch it stands in."""
        whole = self._stand(question, answer)
        if run.takes_draft:
            self._spend_draft(run)
        self.asked.emit(question, answer)
        if whole:
            self._reread_versions()
        else:
            show_chat(self.here, question.chat_id, self._take_branch)

    def _stand(self, question: Message, answer: Message) -> bool:
        """The rows up to what the question stands beneath, then both; False when it stands in another branch."""
        ids = [row.id for row in self.messages]
        if question.parent_id is None:
            before: list[Message] = []
        elif question.parent_id in ids:
            before = self.messages[: ids.index(question.parent_id) + 1]
        else:
            self.messages = []
            return False
        self.messages = [*before, question, answer]
        return True

    def _spend_draft(self, run: Running) -> None:
        """What was sent is in the conversation now."""
        if self.editing is not None:
            self._end_edit()
            return
        self.draft = ""
        if run.covering is None or not run.covering.goes_on:
            self._restore(())
            self._unsent = self._unsent_now()

    def _reread_versions(self) -> None:
        """A new version stands beside those that were there."""
        chat_id, rows = self.chat_id, list(self.messages)
        if chat_id is None:
            return

        def done(versions: dict[int, tuple[int, ...]]) -> None:
            if self.chat_id == chat_id and [row.id for row in rows] == [row.id for row in self.messages]:
                self.versions = versions
                self.reread.emit()

        self.here.store.ask(lambda store: store.versions(chat_id), done)

    def _on_covered(self, run: Running) -> None:
        note = run.covering.note if run.covering is not None else None
        if note is not None and run.rows is not None and self._sees(run):
            self.covered.emit(run.rows[1].id, note)

    def _on_prefilled(self, run: Running, done: int, total: int, cached: int) -> None:
        if self._concerns(run):
            self.prefilled.emit(done, total, cached)

    def _on_spoke(self, run: Running, channel: Channel, text: str, tokens: int) -> None:
        if self._sees(run):
            self.spoke.emit(channel, text, tokens)

    def _on_ended(self, run: Running, outcome: Outcome) -> None:
        if not self._concerns(run):
            return
        rows, is_own = run.rows, run is self._own
        if rows is None:
            if is_own:
                self._on_never_asked(run, outcome)
        else:
            self.last_timing = outcome.timing
            if is_own:
                self.answered.emit(run.turn, *rows)
            if self._sees(run):
                self.ended.emit(outcome)
            if run.chat_id == self.chat_id:
                self._reread(run.chat_id)
        self.running_changed.emit()

    def _on_never_asked(self, run: Running, outcome: Outcome) -> None:
        if run.begins_chat and run.chat_id is not None:
            if run.takes_draft:  # the chat has the words already, not the files
                save_unsent(self.desk, run.chat_id, run.text, self.new.unsent)
            self._settle_new(run.chat_id)
            if self.chat_id == run.chat_id:
                self.draft, self._unsent = run.text or self.draft, self._unsent_now()
        error = outcome.error or CarrelError("cancelled", "Stopped.")
        self.refused.emit(run.text, error)
        self.refresh_list()

    def _on_checked(self, answer: Message, found: tuple[Citation, ...]) -> None:
        """The kept rows may have been read just before: they get to know it too."""
        if self.chat_id != answer.chat_id:
            return
        replaced = (
            msgspec.structs.replace(row, citations=found) if row.id == answer.id else row for row in self.messages
        )
        self.messages = list(replaced)
        self.checked.emit(answer.id, found)
