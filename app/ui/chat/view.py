"""The conversation: messages, and the answer that streams in at their end.

No dependency on who makes the answers: the caller sets messages, begins an answer, appends text, finishes.
"""

from __future__ import annotations

import time
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
)
from PySide6.QtWidgets import QWidget

from app.core.chat import AnswerState, Channel
from app.core.words import say
from app.ui.chat.drops import accept_files, dropped_files
from app.ui.chat.message import FailureNote, MessageItem, ReceiptDetails
from app.ui.chat.message_list import MessageList
from app.ui.chat.rows import AnswerRow
from app.ui.chat.speaking import Speaker
from app.ui.chat.stream import Batch, FlushQueue


class ChatView(MessageList):
    """Rows of messages.

    Signals: `action_requested(row, action)` from a failure card's button, `link_activated(url)`,
    `citation_wanted(row, citation)`, `table_wanted(row, "copy" or "save")`, `files_dropped(list[Path])`,
    `at_bottom_changed(bool)`.
    """

    files_dropped = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._speaker = Speaker(self._announce, QAccessible.isActive)
        self._queue = FlushQueue(self._flush, time.perf_counter, self._take_paint_s, self)
        self.setAcceptDrops(True)
        self.setAccessibleName(say("Conversation"))

    # ---- what is shown

    @property
    def streaming_row(self) -> int | None:
        """The row an answer streams into, if any."""
        return self._streaming

    # ---- streaming

    def _drop_stream(self) -> None:
        self._queue.drop()
        super()._drop_stream()

    def begin_answer(self, item: MessageItem | None = None) -> int:
        """A new, empty answer at the end that waits for its first token; its row."""
        row = self.add_message(replace(item or MessageItem("assistant"), role="assistant", state="streaming"))
        self._streaming = row
        widget = self._live[row]
        assert isinstance(widget, AnswerRow)
        widget.begin()
        self._refit(row)
        self._speaker.begin()
        return row

    def append(self, channel: Channel, text: str, tokens: int = 1) -> None:
        """Queue streamed text of `tokens` tokens; drawn with the next flush. GUI thread only."""
        if self._streaming is not None:
            self._queue.append(channel, text, tokens)

    def set_prefill(self, done: int, total: int, cached: int = 0) -> None:
        """How many tokens of the prompt are read, `cached` of them before; shown until the first token arrives."""
        widget = self._streaming_widget()
        if widget is not None and self._streaming is not None:
            widget.set_prefill(done, total, cached)
            self._refit(self._streaming)

    def set_resuming(self, seconds: float) -> None:
        """What was read before comes back from disk in so many seconds."""
        widget = self._streaming_widget()
        if widget is not None and self._streaming is not None:
            widget.set_resuming(seconds)
            self._refit(self._streaming)

    def set_waiting(self, words: str) -> None:
        """What is done before the first token, other than reading."""
        widget = self._streaming_widget()
        if widget is not None and self._streaming is not None:
            widget.set_waiting(words)
            self._refit(self._streaming)

    def flush(self) -> None:
        """Draw at once what is queued."""
        self._queue.flush_now()

    def finish_answer(
        self,
        receipt: str = "",
        state: AnswerState = "complete",
        *,
        details: ReceiptDetails | None = None,
        thinking_s: float = 0.0,
        thinking_tokens: int = 0,
        awaits_check: bool = False,
    ) -> None:
        """The answer ended; `receipt` is the quiet line under it, `details` what it opens to.

        `thinking_tokens` 0 is as many as were streamed; `awaits_check` keeps a line free for `show_citations`.
        """
        widget, row = self._streaming_widget(), self._streaming
        if widget is None or row is None:
            return
        self._queue.flush_now()
        tokens = thinking_tokens or (widget.thinking.token_count if widget.thinking else 0)
        self._items[row] = replace(
            self.message(row),
            receipt=receipt,
            details=details,
            state=state,
            thinking_s=thinking_s,
            thinking_tokens=tokens,
            awaits_check=awaits_check,
        )
        widget.finish(receipt, details, thinking_s, tokens, awaits_check=awaits_check)
        self._streaming = None
        self._refit(row)
        self._order_tabs()
        ended = say("The answer stopped early.") if state == "failed" else say("The answer is complete.")
        self._speaker.finish(f"{ended} {receipt}".strip())

    def show_failure(self, note: FailureNote, row: int | None = None) -> None:
        """An inline card in `row` (the last one by default). Ends the answer when it still streams there."""
        place = len(self._items) - 1 if row is None else row
        if place == self._streaming:
            self.finish_answer(state="failed")
        self._items[place] = replace(self._items[place], failure=note, state="failed")
        widget = self._live.get(place)
        if isinstance(widget, AnswerRow):
            widget.show_failure(note)
            self._refit(place)
            self._order_tabs()

    def _flush(self, batch: Batch) -> None:
        widget, row = self._streaming_widget(), self._streaming
        if widget is not None and row is not None:
            widget.push(batch)
            self._refit(row)
            self._speaker.add(batch.answer)

    def _take_paint_s(self) -> float:
        widget = self._streaming_widget()
        return widget.take_paint_s() if widget is not None else 0.0

    def _streaming_widget(self) -> AnswerRow | None:
        widget = self._live.get(self._streaming) if self._streaming is not None else None
        return widget if isinstance(widget, AnswerRow) else None

    def _announce(self, words: str) -> None:
        event = QAccessibleAnnouncementEvent(self, words)
        event.setPoliteness(QAccessible.AnnouncementPoliteness.Polite)
        QAccessible.updateAccessibility(event)

    # ---- events

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files are welcome."""
        accept_files(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Files are welcome."""
        accept_files(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Hand the files on."""
        files = dropped_files(event)
        if files:
            event.acceptProposedAction()
            self.files_dropped.emit(files)
