"""The conversation in the window: which chat is open, what was dropped into the message, which answer is running.

It holds no widgets, so the page can be rebuilt (for another language) while an answer runs.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from app.core.chat import Channel, Timing
from app.core.citation import Citation
from app.core.emitter import Emitter
from app.core.errors import CarrelError
from app.core.files import write_durably
from app.core.params import Choices
from app.perf.meter import TurnMeter
from app.session import chats
from app.session.coverage import Coverage
from app.session.desk import Desk
from app.session.expecting import BestReading
from app.session.turn import Outcome, Turn, Wish
from app.store.rows import Chat, Message
from app.ui.attachments import Attachments
from app.ui.chat.message import CoverageNote
from app.ui.covering import Covering
from app.ui.manner import Manner

_NONE = Choices()


class Conversation(Attachments):
    """The open chat of a pane of the window. Used on the main thread.

    Events: `leaving()` before and `opened()` after another chat, or none, is shown; `asked(question, answer)` both
    rows exist; `resuming(seconds)` a saved reading comes back; `prefilled(done, total, cached)`; `spoke(channel, text,
    tokens)`; `covered(answer_id, note)` how far a reading in passes is; `ended(outcome)`; `answered(turn, question,
    answer)` an answer ended, of this chat or another; `checked(answer_id, citations)` what its quotations are is known;
    `refused(text, error)` before anything was asked; `running_changed()`; `reread()` the kept rows are here;
    `files_changed()`; `listed(chats)`; `page_wanted(document, page, start, end)` somebody wants to see a page of this
    conversation, its passage lit: the document counts from 1 as in [D1 p.2].
    """

    def __init__(self, desk: Desk, pane: int = 1) -> None:
        super().__init__(desk)
        self.pane = pane
        self.beside: Sequence[Conversation] = ()  # those of other panes
        self.chat_id: int | None = None
        self.manner = Manner(desk, pane)
        self.draft = self._new_draft = self._read_new_draft()
        self.messages: list[Message] = []
        self.chats: list[Chat] = []
        self.turn: Turn | Coverage | None = None
        self.covering: Covering | None = None
        self.asked_rows: tuple[Message, Message] | None = None
        self.meter: TurnMeter | None = None
        self.last_timing: Timing | None = None
        self.best_reading = BestReading()
        self.outcomes: dict[int, Outcome] = {}
        self._wish_text, self._thought = "", 0
        self.thinking_tokens: dict[int, int] = {}
        self.leaving: Emitter[[]] = Emitter()
        self.opened: Emitter[[]] = Emitter()
        self.asked: Emitter[[Message, Message]] = Emitter()
        self.resuming: Emitter[[float]] = Emitter()
        self.prefilled: Emitter[[int, int, int]] = Emitter()
        self.spoke: Emitter[[Channel, str, int]] = Emitter()
        self.ended: Emitter[[Outcome]] = Emitter()
        self.refused: Emitter[[str, CarrelError]] = Emitter()
        self.running_changed: Emitter[[]] = Emitter()
        self.reread: Emitter[[]] = Emitter()
        self.listed: Emitter[[list[Chat]]] = Emitter()
        self.covered: Emitter[[int, CoverageNote]] = Emitter()
        self.answered: Emitter[[Turn | Coverage, Message, Message]] = Emitter()
        self.checked: Emitter[[int, tuple[Citation, ...]]] = Emitter()
        self.page_wanted: Emitter[[int, int, int, int]] = Emitter()

    # Chats

    @property
    def is_running(self) -> bool:
        return self.turn is not None

    @property
    def runs_here(self) -> bool:
        """Whether the running answer belongs to the chat that is shown."""
        return self.turn is not None and self.turn.chat_id == self.chat_id

    @property
    def runs_beside(self) -> bool:
        """Whether the chat that is shown is being answered in another pane."""
        turns = [one.turn for one in self.beside if one.turn is not None]
        return self.chat_id is not None and any(turn.chat_id == self.chat_id for turn in turns)

    def refresh_list(self) -> None:
        def done(found: list[Chat]) -> None:
            for one in (self, *self.beside):
                one.chats = found
                one.listed.emit(found)

        chats.list_chats(self.desk, done)

    def new_chat(self) -> None:
        """An empty page; the chat itself begins with its first question."""
        self._show(None, [], None)

    def open_chat(self, chat_id: int) -> None:
        def done(found: list[Message]) -> None:
            chat = next((chat for chat in self.chats if chat.id == chat_id), None)
            self._show(chat_id, found, chat.draft if chat else "", chat.choices if chat else Choices())

        chats.open_chat(self.desk, chat_id, done)

    def keep_draft(self, text: str) -> None:
        """Remember what is typed, on disk: with its chat, or in a file while the chat has not begun."""
        if text == self.draft or (self.turn is not None and self.asked_rows is None):
            return
        self.draft = text
        if self.chat_id is None:
            self._new_draft = text
            write_durably(self._draft_file, text.encode())
        else:
            chats.save_draft(self.desk, self.chat_id, text)
            for one in (self, *self.beside):
                one.chats = [_with_draft(chat, text) if chat.id == self.chat_id else chat for chat in one.chats]

    @property
    def _draft_file(self) -> Path:
        return self.desk.home.root / ("draft.txt" if self.pane == 1 else f"draft-{self.pane}.txt")

    def _read_new_draft(self) -> str:
        try:
            return self._draft_file.read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            return ""

    def _forget_new_draft(self) -> None:
        if self._new_draft:
            self._new_draft = ""
            self._draft_file.unlink(missing_ok=True)

    def _show(self, chat_id: int | None, messages: list[Message], draft: str | None, choices: Choices = _NONE) -> None:
        self.leaving.emit()
        self.chat_id, self.messages = chat_id, messages
        self.manner.show(chat_id, choices)
        self.draft = self._new_draft if draft is None else draft
        self.drop_files()
        self.opened.emit()

    # Answers

    def ask(self, text: str, *, thinking: bool) -> None:
        """Send the words and the dropped files. Does nothing while an answer runs, here or in the same chat beside."""
        if self.turn is not None or self.runs_beside:
            return
        self._begin(Turn(self.desk, self.wish(text, thinking=thinking)), text)

    def wish(self, text: str, *, thinking: bool) -> Wish:
        """What is asked in this chat: the words with the dropped files."""
        return Wish(text, tuple(self.documents), self.chat_id, thinking, self.manner.choices)

    def cover(self, coverage: Coverage, text: str = "") -> None:
        """Read in passes. `text` comes back into the composer when it is refused. Does nothing while an answer runs."""
        if self.turn is None and not self.runs_beside:
            self.covering = Covering(coverage)
            self.covering.changed.connect(self._on_covered)
            self._begin(coverage, text)

    def _begin(self, turn: Turn | Coverage, text: str) -> None:
        self._wish_text, self._thought = text, 0
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

    def stop(self) -> None:
        if self.turn is not None:
            self.turn.stop()

    def _on_asked(self, question: Message, answer: Message) -> None:
        was_here = self.chat_id in (None, question.chat_id)
        if self.chat_id is None:
            self._forget_new_draft()
        self.asked_rows = (question, answer)
        if was_here:
            self.chat_id = question.chat_id
            self.manner.settle(question.chat_id)
            self.messages = [*_before(self.messages, question), question, answer]
            self.draft = ""
            if self.covering is None or not self.covering.goes_on:
                self.drop_files()
            self.asked.emit(question, answer)
        self.refresh_list()

    def _on_covered(self) -> None:
        note = self.covering.note if self.covering is not None else None
        if note is not None and self.asked_rows is not None and self.asked_rows[1].chat_id == self.chat_id:
            self.covered.emit(self.asked_rows[1].id, note)

    def _on_resuming(self, seconds: float) -> None:
        if self.runs_here:
            self.resuming.emit(seconds)

    def _on_prefilled(self, done: int, total: int, cached: int) -> None:
        if self.meter is not None:
            self.meter.prefill(time.monotonic(), done, total, cached)
        self.prefilled.emit(done, total, cached)

    def _on_spoke(self, channel: Channel, text: str, tokens: int) -> None:
        if self.meter is not None:
            self.meter.delta(time.monotonic(), tokens)
        if channel == "thinking":
            self._thought += tokens
        if self.runs_here:
            self.spoke.emit(channel, text, tokens)

    def _on_ended(self, outcome: Outcome) -> None:
        turn, rows = self.turn, self.asked_rows
        assert turn is not None
        here = self.runs_here
        self.turn = None
        if rows is None:
            if turn.chat_id is not None and self.chat_id is None:
                self.chat_id = turn.chat_id
                self.manner.settle(turn.chat_id)
            error = outcome.error or CarrelError("cancelled", "Stopped.")
            self.refused.emit(self._wish_text, error)
            self.refresh_list()
        else:
            self.outcomes[rows[1].id] = outcome
            self.thinking_tokens[rows[1].id] = self._thought
            self.last_timing = outcome.timing
            self.answered.emit(turn, *rows)
            if here:
                self.ended.emit(outcome)
                self._reread(turn.chat_id)
        self.running_changed.emit()

    def _on_checked(self, answer: Message, found: tuple[Citation, ...]) -> None:
        """The kept rows may have been read just before: they get to know it too."""
        replaced = (
            msgspec.structs.replace(row, citations=found) if row.id == answer.id else row for row in self.messages
        )
        self.messages = list(replaced)
        if self.chat_id == answer.chat_id:
            self.checked.emit(answer.id, found)

    def _reread(self, chat_id: int | None) -> None:
        """The kept rows replace the streamed ones, without drawing anything again."""

        def done(found: list[Message]) -> None:
            if self.chat_id == chat_id:
                self.messages = found
                self.reread.emit()

        if chat_id is not None:
            chats.open_chat(self.desk, chat_id, done)


def _before(messages: list[Message], question: Message) -> list[Message]:
    """What stands before a question, whether it is new or answered anew."""
    place = next((place for place, row in enumerate(messages) if row.id == question.id), len(messages))
    return messages[:place]


def _with_draft(chat: Chat, draft: str) -> Chat:
    return msgspec.structs.replace(chat, draft=draft)
