"""Answers under way: each is one stream of the engine, told to every pane that shows its chat. Holds no widgets."""

from __future__ import annotations

import time

from app.core.chat import Channel
from app.core.citation import Citation
from app.core.emitter import Emitter
from app.perf.meter import TurnMeter
from app.session.coverage import Coverage
from app.session.turn import Outcome, Turn
from app.store.rows import Message
from app.ui.covering import Covering


class Running:
    """One answer from its wish to its end, and what is known of it by then.

    `text` comes back into the composer when it is refused; with `takes_draft` it came from there. `rows` are the
    question and the answer, once both are in the store. `queued` is the message that waited and is this question,
    `rushed` the one that goes out after this answer however it ends.
    """

    def __init__(
        self, turn: Turn | Coverage, text: str, *, takes_draft: bool = True, queued: int | None = None
    ) -> None:
        self.turn, self.text, self.takes_draft, self.queued = turn, text, takes_draft, queued
        self.covering = Covering(turn) if isinstance(turn, Coverage) else None
        self.begins_chat = turn.chat_id is None
        self.meter = TurnMeter(time.monotonic())
        self.rows: tuple[Message, Message] | None = None
        self.rushed: int | None = None
        self.is_over = False

    @property
    def chat_id(self) -> int | None:
        """None until the store has opened the chat."""
        return self.turn.chat_id


class Answers:
    """The answers of all panes. Used on the main thread.

    Events, with the answer first: `began(run)`; `asked(run, question, answer)` both rows exist; `resuming(run,
    seconds)`; `prefilled(run, done, total, cached)`; `spoke(run, channel, text, tokens)`; `covered(run)`;
    `ended(run, outcome)` exactly once, it is over by then; `checked(answer, citations)`.
    """

    def __init__(self) -> None:
        self.outcomes: dict[int, Outcome] = {}  # of answers that ended, by their row
        self._under_way: list[Running] = []
        self.began: Emitter[[Running]] = Emitter()
        self.asked: Emitter[[Running, Message, Message]] = Emitter()
        self.resuming: Emitter[[Running, float]] = Emitter()
        self.prefilled: Emitter[[Running, int, int, int]] = Emitter()
        self.spoke: Emitter[[Running, Channel, str, int]] = Emitter()
        self.covered: Emitter[[Running]] = Emitter()
        self.ended: Emitter[[Running, Outcome]] = Emitter()
        self.checked: Emitter[[Message, tuple[Citation, ...]]] = Emitter()

    @property
    def chats(self) -> set[int]:
        """The chats in which an answer is running."""
        return {run.chat_id for run in self._under_way if run.chat_id is not None}

    def of(self, chat_id: int | None) -> Running | None:
        """The answer that runs in this chat; None for the chat that has not begun."""
        return next((run for run in self._under_way if chat_id is not None and run.chat_id == chat_id), None)

    def begin(self, run: Running) -> None:
        """Start it. Everything after happens in callbacks."""
        turn = run.turn
        turn.asked.connect(lambda question, answer: self._on_asked(run, question, answer))
        turn.prefilled.connect(lambda *counts: self._on_prefilled(run, *counts))
        turn.spoke.connect(lambda *said: self._on_spoke(run, *said))
        turn.ended.connect(lambda outcome: self._on_ended(run, outcome))
        if isinstance(turn, Turn):
            turn.resuming.connect(lambda seconds: self.resuming.emit(run, seconds))
            turn.speculated.connect(run.meter.speculated)
        if run.covering is not None:
            run.covering.changed.connect(lambda: self.covered.emit(run))
        self._under_way.append(run)
        self.began.emit(run)
        turn.start()

    def stop(self) -> None:
        """Stop all of them; what was said is kept."""
        for run in list(self._under_way):
            run.turn.stop()

    def _on_asked(self, run: Running, question: Message, answer: Message) -> None:
        run.rows = (question, answer)
        run.turn.checked.connect(lambda found: self.checked.emit(answer, found))
        self.asked.emit(run, question, answer)

    def _on_prefilled(self, run: Running, done: int, total: int, cached: int) -> None:
        run.meter.prefill(time.monotonic(), done, total, cached)
        self.prefilled.emit(run, done, total, cached)

    def _on_spoke(self, run: Running, channel: Channel, text: str, tokens: int) -> None:
        run.meter.delta(time.monotonic(), tokens)
        self.spoke.emit(run, channel, text, tokens)

    def _on_ended(self, run: Running, outcome: Outcome) -> None:
        run.is_over = True
        self._under_way.remove(run)
        if run.rows is not None:
            self.outcomes[run.rows[1].id] = outcome
        self.ended.emit(run, outcome)
