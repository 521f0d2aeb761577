"""Which answer a pane hears: the one that runs in the chat it shows, whoever asked, or one it asked for elsewhere."""

from __future__ import annotations

from app.perf.meter import TurnMeter
from app.session.coverage import Coverage
from app.session.desk import Desk
from app.session.temporary import is_temporary
from app.session.turn import Outcome, Turn
from app.store.rows import Message
from app.ui.covering import Covering
from app.ui.running import Answers, Running
from app.ui.shown_chat import ShownChat


class Hearing(ShownChat):
    """Knows what runs, begins and stops it. `answers` are those of all panes."""

    def __init__(self, desk: Desk, pane: int = 1, answers: Answers | None = None) -> None:
        super().__init__(desk, pane)
        self.answers = answers or Answers()
        self._own: Running | None = None  # what this pane asked for last
        self._last: Running | None = None  # what was heard last

    @property
    def _run(self) -> Running | None:
        """What runs in the chat shown, whoever asked; else what this pane asked for elsewhere; else what ran last."""
        own = self._own if self._own is not None and not self._own.is_over else None
        return self.answers.of(self.chat_id) or own or self._last

    @property
    def turn(self) -> Turn | Coverage | None:
        """The answer under way."""
        run = self._run
        return run.turn if run is not None and not run.is_over else None

    @property
    def covering(self) -> Covering | None:
        return self._run.covering if self._run is not None else None

    @property
    def asked_rows(self) -> tuple[Message, Message] | None:
        """The question and the answer under way, or the last ones."""
        return self._run.rows if self._run is not None else None

    @property
    def meter(self) -> TurnMeter | None:
        return self._run.meter if self._run is not None else None

    @property
    def outcomes(self) -> dict[int, Outcome]:
        """How the answers of this start ended, by their rows."""
        return self.answers.outcomes

    @property
    def takes_draft(self) -> bool:
        """Whether what is asked came from the composer."""
        return self._run is None or self._run.takes_draft

    @property
    def is_running(self) -> bool:
        return self.turn is not None

    @property
    def may_ask(self) -> bool:
        """Whether nothing is being answered in the chat shown, nor for this pane elsewhere."""
        return not self.is_running

    @property
    def runs_here(self) -> bool:
        """Whether the running answer belongs to the chat that is shown."""
        return self.turn is not None and self.turn.chat_id == self.chat_id

    @property
    def is_asking(self) -> bool:
        """Whether the running answer was asked for in this pane, not in one beside."""
        return self._own is not None and not self._own.is_over

    @property
    def is_in_sight(self) -> bool:
        """Whether the running answer stands in the branch that is shown."""
        return self.is_running and self._run is not None and self._sees(self._run)

    def stop(self) -> None:
        """Stop the answer in the chat shown, else the one this pane asked for elsewhere."""
        if self.turn is not None:
            self.turn.stop()

    def forget_temporary(self) -> None:
        """An answer that runs in it ends too."""
        if self._own is not None and not self._own.is_over and is_temporary(self._own.chat_id):
            self._own.turn.stop()
        super().forget_temporary()

    def keep_draft(self, text: str) -> None:
        """While a message is on its way to the store, its words are the draft there."""
        run = self._run
        is_on_its_way = run is not None and not run.is_over and run.rows is None and run.takes_draft
        if not is_on_its_way:
            super().keep_draft(text)

    def _may_begin(self, chat_id: int) -> bool:
        """Whether this pane could have an answer begun in a chat it may not show."""
        return (self._own is None or self._own.is_over) and self.answers.of(chat_id) is None

    def _begin(self, turn: Turn | Coverage, text: str, *, takes_draft: bool = True, queued: int | None = None) -> None:
        """`text` comes back into the composer when it is refused. With `takes_draft` it came from there."""
        self._own = Running(turn, text, takes_draft=takes_draft, queued=queued)
        self.answers.begin(self._own)

    def _concerns(self, run: Running) -> bool:
        """Whether it is this pane's own, or of the chat shown."""
        return run is self._own or (self.chat_id is not None and run.chat_id == self.chat_id)

    def _sees(self, run: Running) -> bool:
        """Whether its answer stands in the branch that is shown."""
        rows = run.rows
        if rows is None or run.chat_id != self.chat_id:
            return False
        return any(row.id == rows[1].id for row in reversed(self.messages))
