"""What the window does about records of answers: one is looked up, saved, made again under any page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.core.emitter import Emitter
from app.core.errors import CarrelError
from app.core.words import mark, say
from app.engine.state import EngineState
from app.session.desk import Desk
from app.ui.archives import show_folder
from app.ui.commands import ANSWER, Command

if TYPE_CHECKING:
    from app.session.record.borrowing import BorrowedRerun
    from app.session.record.comparing import Comparison
    from app.session.record.report import Record
    from app.session.record.rerun import Rerun
    from app.ui.window import Window


class Recordings:
    """Lives as long as the window and holds no widget. `changed()` says that something went on.

    `record` or `trouble` is what was found; `rerun` runs while it is made again, `progress` says how far (what,
    done, total); then there is a `comparison`. `borrowed` while the model of the record is in memory for it, and until
    the one before it is back.
    """

    def __init__(self, window: Window) -> None:
        self._window = window
        self.changed: Emitter[[]] = Emitter()
        self.record: Record | None = None
        self.trouble: CarrelError | None = None
        self.rerun: Rerun | BorrowedRerun | None = None
        self.borrowed = False
        self.progress = ("", 0, 0)
        self.comparison: Comparison | None = None
        self._desk = window.desk  # a temporary chat has its own

        def last_answer() -> bool:
            return window.conversation.last("assistant") is not None

        words, show = mark("Record of the last answer"), self.show_last_record
        window.commands.add(Command("answer.record", words, show, ANSWER, icon="file-text", enabled=last_answer))

    def show_last_record(self) -> None:
        answer = self._window.conversation.last("assistant")
        if answer is not None:
            self.show_record(self._window.conversation.here, answer.id)

    def show_record(self, desk: Desk, message_id: int) -> None:
        """The page of what an answer was made with."""
        from app.session.record.report import open_record

        self.stop_rerun()
        self.record = self.trouble = self.comparison = None
        self._desk = desk
        self._window.show_page("record")

        def done(record: Record) -> None:
            self.record = record
            self.changed.emit()

        def failed(error: CarrelError) -> None:
            self.trouble = error
            self.changed.emit()

        self.changed.emit()
        open_record(desk, message_id, done, failed)

    def save_record(self, file: Path) -> None:
        from app.session.record.report import save_record

        def done(path: Path) -> None:
            self._window.notices.tell(
                say("{name} is saved.", name=path.name), say("Show in folder"), lambda: show_folder(path.parent)
            )

        if self.record is not None:
            save_record(self._desk, self.record, file, done, self._tell)

    def run_again(self) -> None:
        """Make the answer of the record once more, and compare."""
        from app.session.record.rerun import Rerun

        if self.record is None or self.rerun is not None or self.borrowed:
            return
        self.comparison, self.progress = None, ("reading", 0, 0)
        self.rerun = Rerun(self._desk, self.record.answer.id, self._on_compared, self._on_failed)
        self.rerun.progressed.connect(self._on_rerun)
        self.rerun.start()
        self.changed.emit()

    def run_recorded(self) -> None:
        """The same with the model of the record, loaded as it was; then the one that is in memory now comes back."""
        from app.session.record.borrowing import BorrowedRerun

        record = self.record
        if record is None or self.rerun is not None or self.borrowed or self._window.loader.is_busy:
            return
        self.comparison, self.progress, self.borrowed = None, ("looking", 0, 0), True
        rerun = BorrowedRerun(self._desk, record.answer.id, record.origin, self._on_compared, self._on_failed)
        rerun.progressed.connect(self._on_rerun)
        rerun.returned.connect(self._on_returned)
        self.rerun = rerun
        rerun.start()
        self.changed.emit()

    @property
    def has_model(self) -> bool:
        """Whether any model is there to run with."""
        return self._desk.engine.state.can_be_asked

    @property
    def engine_changed(self) -> Emitter[[EngineState]]:
        """Another model in memory is another offer."""
        return self._desk.engine.changed

    @property
    def is_alike(self) -> bool:
        """Whether the model in memory is that of the record, loaded as it was."""
        from app.session.record.borrowing import is_loaded_alike

        return self.record is not None and is_loaded_alike(self._desk, self.record.origin)

    def _on_returned(self) -> None:
        self.borrowed = False
        self.changed.emit()

    def _on_compared(self, comparison: Comparison) -> None:
        self.rerun, self.comparison = None, comparison
        self.changed.emit()

    def _on_failed(self, error: CarrelError) -> None:
        self.rerun = None
        self._tell(error)

    def answer_again(self) -> None:
        """Another version of the answer in its chat, with the values it was made with and another seed."""
        window, record = self._window, self.record
        if record is None:
            return
        here = (pane for pane in window.panes.all if pane.conversation.chat_id == record.answer.chat_id)
        pane = next(here, None)
        if pane is None or not pane.conversation.may_ask:
            window.notices.tell_error(say("An answer is being written. Wait for its end, or stop it first."))
            return
        window.panes.activate(pane)
        window.show_page("chat")
        values = msgspec.structs.replace(record.origin.sampling, seed=None)
        pane.conversation.regenerate(record.answer.id, thinking=record.origin.thinking, sampling=values)

    def stop_rerun(self) -> None:
        if self.rerun is not None:
            self.rerun.stop()

    def _on_rerun(self, what: str, done: int, total: int) -> None:
        self.progress = (what, done, total)
        self.changed.emit()

    def _tell(self, error: CarrelError) -> None:
        if error.code == "cancelled":
            self._window.notices.tell(say("Stopped."))
        else:
            self._window.notices.tell_error(str(error))
        self.changed.emit()
