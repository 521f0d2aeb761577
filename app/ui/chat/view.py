"""The conversation: messages, and the answer that streams in at their end.

No dependency on who makes the answers: the caller sets messages, begins an answer, appends text, finishes.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
)
from PySide6.QtWidgets import QWidget

from app.core.chat import AnswerState, Channel
from app.core.citation import Citation
from app.core.words import say
from app.ui.chat.drops import accept_files, dropped_files
from app.ui.chat.message import CoverageNote, FailureNote, MessageItem, ReceiptDetails
from app.ui.chat.row_area import RowArea, retire
from app.ui.chat.rows import AnswerRow, MessageRow, column, make_row
from app.ui.chat.stream import Batch, FlushQueue


class ChatView(RowArea):
    """Rows of messages.

    Signals: `action_requested(row, action)` from a failure card's button, `link_activated(url)`,
    `citation_wanted(row, citation)`, `table_wanted(row, "copy" or "save")`, `files_dropped(list[Path])`,
    `at_bottom_changed(bool)`.
    """

    action_requested = Signal(int, str)
    link_activated = Signal(str)
    citation_wanted = Signal(int, object)
    table_wanted = Signal(int, str)
    files_dropped = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[MessageItem] = []
        self._queue = FlushQueue(self._flush, time.perf_counter, self._take_paint_s, self)
        self.setAcceptDrops(True)
        self.setAccessibleName(say("Conversation"))

    # ---- what is shown

    @property
    def count(self) -> int:
        """How many messages there are."""
        return len(self._items)

    @property
    def streaming_row(self) -> int | None:
        """The row an answer streams into, if any."""
        return self._streaming

    def message(self, row: int) -> MessageItem:
        """The message in `row`; a streaming one as far as it is drawn."""
        item = self._items[row]
        widget = self._live.get(row)
        if row != self._streaming or not isinstance(widget, AnswerRow):
            return item
        thinking = widget.thinking.text if widget.thinking else ""
        return replace(item, text=widget.browser.markdown_text, thinking=thinking)

    def set_messages(self, items: Sequence[MessageItem]) -> None:
        """Show another conversation, from its end. An answer that streams here is dropped from the view."""
        self._queue.drop()
        self._streaming = None
        self._drop_rows(0)
        self._items = list(items)
        self._heights.replace_all([self._guess(item) for item in items])
        self._set_follow(True)
        self._arrange()

    def add_message(self, item: MessageItem) -> int:
        """One more message below; its row."""
        self._items.append(item)
        self._heights.append(self._guess(item))
        self._set_follow(True)
        self._arrange()
        return len(self._items) - 1

    def replace_message(self, row: int, item: MessageItem) -> None:
        """Show `item` in `row`."""
        self._items[row] = item
        widget = self._live.pop(row, None)
        if widget is not None:
            retire(widget)
        self._arrange()

    def cut_messages(self, count: int) -> None:
        """Keep the first `count` messages (an edit or a retry begins from there)."""
        if self._streaming is not None and self._streaming >= count:
            self._queue.drop()
            self._streaming = None
        self._drop_rows(count)
        del self._items[count:]
        self._heights.cut(count)
        self._arrange()

    # ---- streaming

    def begin_answer(self, item: MessageItem | None = None) -> int:
        """A new, empty answer at the end that waits for its first token; its row."""
        row = self.add_message(replace(item or MessageItem("assistant"), role="assistant", state="streaming"))
        self._streaming = row
        widget = self._live[row]
        assert isinstance(widget, AnswerRow)
        widget.begin()
        self._refit(row)
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
        awaits_check: bool = False,
    ) -> None:
        """The answer ended; `receipt` is the quiet line under it, `details` what it opens to.

        `awaits_check` keeps a line free for `show_citations`.
        """
        widget, row = self._streaming_widget(), self._streaming
        if widget is None or row is None:
            return
        self._queue.flush_now()
        tokens = widget.thinking.token_count if widget.thinking else 0
        self._items[row] = replace(
            self.message(row),
            receipt=receipt,
            details=details,
            state=state,
            thinking_s=thinking_s,
            thinking_tokens=tokens,
            awaits_check=awaits_check,
        )
        widget.finish(receipt, details, thinking_s, awaits_check=awaits_check)
        self._streaming = None
        self._refit(row)
        self._order_tabs()
        self._announce(say("The answer stopped early.") if state == "failed" else say("The answer is complete."))

    def show_citations(self, key: str, citations: Sequence[Citation]) -> None:
        """What the check of the answer with this key found; nothing happens when it is not shown any more."""
        row = self._row_with(key)
        if row is None or row == self._streaming:
            return
        self._items[row] = replace(self._items[row], citations=tuple(citations), awaits_check=False)
        widget = self._live.get(row)
        if isinstance(widget, AnswerRow):
            widget.show_citations(citations)
            self._refit(row)
            self._order_tabs()

    def show_coverage(self, key: str, note: CoverageNote) -> None:
        """How far the reading in passes for the answer with this key is, while it runs or afterwards."""
        row = self._row_with(key)
        if row is None:
            return
        self._items[row] = replace(self._items[row], coverage=note)
        widget = self._live.get(row)
        if isinstance(widget, AnswerRow):
            widget.show_coverage(note)
            self._refit(row)
            self._order_tabs()

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

    def copy_last_answer(self) -> bool:
        """The last answer's Markdown to the clipboard; false when there is none."""
        for row in range(len(self._items) - 1, -1, -1):
            if self._items[row].role == "assistant":
                widget = self._live.get(row)
                if isinstance(widget, AnswerRow):
                    widget.copy_answer()
                else:
                    QGuiApplication.clipboard().setText(self._items[row].text)
                return True
        return False

    def _flush(self, batch: Batch) -> None:
        widget, row = self._streaming_widget(), self._streaming
        if widget is not None and row is not None:
            widget.push(batch)
            self._refit(row)

    def _take_paint_s(self) -> float:
        widget = self._streaming_widget()
        return widget.take_paint_s() if widget is not None else 0.0

    def _streaming_widget(self) -> AnswerRow | None:
        widget = self._live.get(self._streaming) if self._streaming is not None else None
        return widget if isinstance(widget, AnswerRow) else None

    def _announce(self, words: str) -> None:
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))

    # ---- where rows lie

    def _row_with(self, key: str) -> int | None:
        """The row of the answer with this key."""
        return next((row for row, item in enumerate(self._items) if item.key == key and item.role == "assistant"), None)

    def _guess(self, item: MessageItem) -> int:
        """A height before the row is built: lines of seven-pixel characters, wide ones counted twice."""
        inner = column(max(200, self.viewport().width()))[1]
        wide = len(item.text.encode("utf-8", "replace")) - len(item.text)
        lines = item.text.count("\n") + (len(item.text) + wide / 2) * 7.0 / inner + 1
        return int(60 + lines * 22)

    def _build(self, row: int) -> MessageRow:
        widget = make_row(self.viewport(), self._items[row])
        # The row's own number may change when messages are cut, so it is looked up when a signal comes.
        widget.needs_layout.connect(lambda w=widget: self._on_needs_layout(w))
        widget.action_requested.connect(lambda action, w=widget: self._on_action(w, action))
        widget.link_activated.connect(self.link_activated)
        widget.reveal_wanted.connect(lambda top, bottom, w=widget: self._reveal(w, top, bottom))
        if isinstance(widget, AnswerRow):
            widget.citation_wanted.connect(lambda one, w=widget: self._on_citation_wanted(w, one))
            widget.table_wanted.connect(lambda act, w=widget: self._on_table_wanted(w, act))
        self._live[row] = widget
        return widget

    # ---- events

    def _on_action(self, widget: MessageRow, action: str) -> None:
        row = self._row_of(widget)
        if row is not None:
            self.action_requested.emit(row, action)

    def _on_citation_wanted(self, widget: MessageRow, citation: Citation) -> None:
        row = self._row_of(widget)
        if row is not None:
            self.citation_wanted.emit(row, citation)

    def _on_table_wanted(self, widget: MessageRow, act: str) -> None:
        row = self._row_of(widget)
        if row is not None:
            self.table_wanted.emit(row, act)

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
