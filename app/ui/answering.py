"""The answer that runs in a pane: what it says goes to whoever shows it, also while another chat is shown."""

from __future__ import annotations

import time

import msgspec

from app.core.chat import Channel, Timing
from app.core.citation import Citation
from app.core.emitter import Emitter
from app.core.errors import CarrelError
from app.perf.meter import TurnMeter
from app.session.branches import show_chat
from app.session.coverage import Coverage
from app.session.desk import Desk
from app.session.expecting import BestReading
from app.session.temporary import is_temporary
from app.session.turn import Outcome, Turn
from app.store.rows import Message
from app.ui.chat.message import CoverageNote
from app.ui.covering import Covering
from app.ui.shown_chat import ShownChat


class Answering(ShownChat):
    """Events: `asked(question, answer)` both rows exist; `resuming(seconds)` a saved reading comes back;
    `prefilled(done, total, cached)`; `spoke(channel, text, tokens)`; `covered(answer_id, note)` how far a reading in
    passes is; `ended(outcome)`; `answered(turn, question, answer)` an answer ended, of this chat or another;
    `checked(answer_id, citations)` what its quotations are is known; `refused(text, error)` before anything was asked;
    `running_changed()`; `beside_changed()` the same of another pane.
    """

    def __init__(self, desk: Desk, pane: int = 1) -> None:
        super().__init__(desk, pane)
        self.turn: Turn | Coverage | None = None
        self.covering: Covering | None = None
        self.asked_rows: tuple[Message, Message] | None = None
        self.meter: TurnMeter | None = None
        self.last_timing: Timing | None = None
        self.best_reading = BestReading()
        self.outcomes: dict[int, Outcome] = {}
        self._wish_text = ""
        self.takes_draft = True  # whether what is asked came from the composer
        self.asked: Emitter[[Message, Message]] = Emitter()
        self.resuming: Emitter[[float]] = Emitter()
        self.prefilled: Emitter[[int, int, int]] = Emitter()
        self.spoke: Emitter[[Channel, str, int]] = Emitter()
        self.ended: Emitter[[Outcome]] = Emitter()
        self.refused: Emitter[[str, CarrelError]] = Emitter()
        self.running_changed: Emitter[[]] = Emitter()
        self.beside_changed: Emitter[[]] = Emitter()
        self.running_changed.connect(self._tell_beside)
        self.covered: Emitter[[int, CoverageNote]] = Emitter()
        self.answered: Emitter[[Turn | Coverage, Message, Message]] = Emitter()
        self.checked: Emitter[[int, tuple[Citation, ...]]] = Emitter()

    @property
    def is_running(self) -> bool:
        return self.turn is not None

    @property
    def runs_here(self) -> bool:
        """Whether the running answer belongs to the chat that is shown."""
        return self.turn is not None and self.turn.chat_id == self.chat_id

    @property
    def is_in_sight(self) -> bool:
        """Whether the running answer stands in the branch that is shown."""
        rows = self.asked_rows
        return self.runs_here and rows is not None and any(row.id == rows[1].id for row in reversed(self.messages))

    @property
    def runs_beside(self) -> bool:
        """Whether the chat that is shown is being answered in another pane."""
        turns = [one.turn for one in self.beside if one.turn is not None]
        return self.chat_id is not None and any(turn.chat_id == self.chat_id for turn in turns)

    @property
    def may_ask(self) -> bool:
        """Whether nothing is being answered, here or in the same chat beside."""
        return self.turn is None and not self.runs_beside

    def stop(self) -> None:
        if self.turn is not None:
            self.turn.stop()

    def forget_temporary(self) -> None:
        """An answer that runs in it ends too."""
        if self.turn is not None and is_temporary(self.turn.chat_id):
            self.stop()
        super().forget_temporary()

    def keep_draft(self, text: str) -> None:
        """While a message is on its way to the store, its words are the draft there."""
        if self.turn is None or self.asked_rows is not None or not self.takes_draft:
            super().keep_draft(text)

    def _begin(self, turn: Turn | Coverage, text: str, *, takes_draft: bool = True) -> None:
        """`text` comes back into the composer when it is refused. With `takes_draft` it came from there."""
        self._wish_text, self.takes_draft = text, takes_draft
        self.turn, self.asked_rows, self.meter = turn, None, TurnMeter(time.monotonic())
        turn.asked.connect(self._on_asked)
        turn.prefilled.connect(self._on_prefilled)
        turn.spoke.connect(self._on_spoke)
        if isinstance(turn, Turn):
            self.covering = None
            turn.resuming.connect(self._on_resuming)
            turn.speculated.connect(self.meter.speculated)
        turn.ended.connect(self._on_ended)
        turn.asked.connect(lambda _, answer: turn.checked.connect(lambda found: self._on_checked(answer, found)))
        self.running_changed.emit()
        turn.start()

    def _on_asked(self, question: Message, answer: Message) -> None:
        was_here = self.chat_id in (None, question.chat_id)
        if self.chat_id is None:
            self._forget_new()
        self.asked_rows = (question, answer)
        if was_here:
            self.chat_id = question.chat_id
            self.manner.settle(question.chat_id)
            whole = self._stand(question, answer)
            if self.takes_draft:
                self._spend_draft()
            self.asked.emit(question, answer)
            if whole:
                self._reread_versions()
            else:
                show_chat(self.here, question.chat_id, self._take_branch)
        self._lead(question.chat_id)
        self.refresh_list()

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

    def _spend_draft(self) -> None:
        """What was sent is in the conversation now."""
        if self.editing is not None:
            self._end_edit()
            return
        self.draft = ""
        if self.covering is None or not self.covering.goes_on:
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

    def _on_covered(self) -> None:
        note = self.covering.note if self.covering is not None else None
        if note is not None and self.asked_rows is not None and self.is_in_sight:
            self.covered.emit(self.asked_rows[1].id, note)

    def _on_resuming(self, seconds: float) -> None:
        if self.is_in_sight:
            self.resuming.emit(seconds)

    def _on_prefilled(self, done: int, total: int, cached: int) -> None:
        if self.meter is not None:
            self.meter.prefill(time.monotonic(), done, total, cached)
        self.prefilled.emit(done, total, cached)

    def _on_spoke(self, channel: Channel, text: str, tokens: int) -> None:
        if self.meter is not None:
            self.meter.delta(time.monotonic(), tokens)
        if self.is_in_sight:
            self.spoke.emit(channel, text, tokens)

    def _on_ended(self, outcome: Outcome) -> None:
        turn, rows = self.turn, self.asked_rows
        assert turn is not None
        here, in_sight = self.runs_here, self.is_in_sight
        self.turn = None
        if rows is None:
            self._on_never_asked(turn, outcome)
        else:
            self.outcomes[rows[1].id] = outcome
            self.last_timing = outcome.timing
            self.answered.emit(turn, *rows)
            if in_sight:
                self.ended.emit(outcome)
            if here:
                self._reread(turn.chat_id)
            self._lead(rows[1].chat_id)
        self.running_changed.emit()

    def _lead(self, chat_id: int) -> None:
        """Another pane that shows the chat shows what became of it."""
        for one in self.beside:
            one.follow(chat_id)

    def _tell_beside(self) -> None:
        """Whether another pane may ask in the same chat depends on it."""
        for one in self.beside:
            one.beside_changed.emit()

    def _on_never_asked(self, turn: Turn | Coverage, outcome: Outcome) -> None:
        if turn.chat_id is not None and self.chat_id is None:
            self.chat_id = turn.chat_id
            self.manner.settle(turn.chat_id)
        error = outcome.error or CarrelError("cancelled", "Stopped.")
        self.refused.emit(self._wish_text, error)
        self.refresh_list()

    def _on_checked(self, answer: Message, found: tuple[Citation, ...]) -> None:
        """The kept rows may have been read just before: they get to know it too."""
        replaced = (
            msgspec.structs.replace(row, citations=found) if row.id == answer.id else row for row in self.messages
        )
        self.messages = list(replaced)
        if self.chat_id == answer.chat_id:
            self.checked.emit(answer.id, found)
