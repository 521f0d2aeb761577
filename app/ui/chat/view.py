"""The conversation: thousands of messages as numbers, a screenful of them as widgets.

Every row has a height, guessed until it is built; only rows near the viewport are widgets. The view follows the
bottom while the reader is at the bottom, and otherwise keeps the first visible row where it is. No dependency on
who makes the answers: the caller sets messages, begins an answer, appends text, finishes.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
    QKeyEvent,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QFrame, QWidget

from app.core.chat import AnswerState, Channel
from app.core.words import say
from app.ui.chat.drops import accept_files, dropped_files
from app.ui.chat.heights import RowHeights
from app.ui.chat.message import FailureNote, MessageItem
from app.ui.chat.rows import SLACK_PX, AnswerRow, MessageRow, column, make_row
from app.ui.chat.stream import Batch, FlushQueue
from app.ui.widgets.buttons import IconButton

OVERSCAN_PX = 600
BOTTOM_PX = 24
TOP_PX = 12
STEP_PX = 48
JUMP_PX = 32


class ChatView(QAbstractScrollArea):
    """Rows of messages.

    Signals: `action_requested(row, action)` from a failure card's button, `link_activated(url)`,
    `files_dropped(list[Path])`, `at_bottom_changed(bool)`.
    """

    action_requested = Signal(int, str)
    link_activated = Signal(str)
    files_dropped = Signal(list)
    at_bottom_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[MessageItem] = []
        self._heights = RowHeights()
        self._live: dict[int, MessageRow] = {}
        self._streaming: int | None = None
        self._follow = True
        self._busy = False
        self._placed_y = 0
        self._queue = FlushQueue(self._flush, time.perf_counter, self._take_paint_s, self)
        self._jump = IconButton("arrow-down", say("Jump to the end"), self, kind="round", px=16)
        self._jump.hide()
        self._jump.clicked.connect(self.scroll_to_end)
        self._prepare()

    def _prepare(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAcceptDrops(True)
        self.setAccessibleName(say("Conversation"))
        self.viewport().setBackgroundRole(QPalette.ColorRole.Base)
        self.viewport().setAutoFillBackground(True)
        self.verticalScrollBar().setSingleStep(STEP_PX)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)

    # ---- what is shown

    @property
    def count(self) -> int:
        """How many messages there are."""
        return len(self._items)

    @property
    def streaming_row(self) -> int | None:
        """The row an answer streams into, if any."""
        return self._streaming

    @property
    def at_bottom(self) -> bool:
        """Whether the view follows the end."""
        return self._follow

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
            _retire(widget)
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

    def set_prefill(self, done: int, total: int) -> None:
        """How many tokens of the prompt are read; shown until the first token arrives."""
        widget = self._streaming_widget()
        if widget is not None and self._streaming is not None:
            widget.set_prefill(done, total)
            self._refit(self._streaming)

    def flush(self) -> None:
        """Draw at once what is queued."""
        self._queue.flush_now()

    def finish_answer(
        self,
        receipt: str = "",
        state: AnswerState = "complete",
        *,
        details: str = "",
        thinking_s: float = 0.0,
    ) -> None:
        """The answer ended; `receipt` is the quiet line under it, `details` what it opens to."""
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
        )
        widget.finish(receipt, details, thinking_s)
        self._streaming = None
        self._refit(row)
        self._order_tabs()
        self._announce(say("The answer stopped early.") if state == "failed" else say("The answer is complete."))

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

    def scroll_to_end(self) -> None:
        """Go to the end and follow it."""
        self._set_follow(True)
        self._arrange()

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
        self._live[row] = widget
        return widget

    def _refit(self, row: int) -> None:
        """`row` may have another height now."""
        widget = self._live.get(row)
        if widget is None:
            return
        changed = self._fit(row, widget)
        if changed:
            self._arrange()

    def _fit(self, row: int, widget: MessageRow) -> bool:
        width = self.viewport().width()
        # The column is centred in the whole view: it must not jump when the scroll bar appears.
        height = widget.fit(self.width())
        kept = widget.height()
        if row == self._streaming:
            enough = widget.width() == width and height <= kept <= height + 2 * SLACK_PX
            widget.resize(width, kept if enough else height + SLACK_PX)
        else:
            widget.resize(width, height)
        return self._heights.set(row, height)

    def _arrange(self) -> None:
        """Build what is near, put it in its place, drop what is far."""
        if self._busy:
            return
        self._busy = True
        try:
            for _ in range(8):
                self._set_range()
                if not self._build_near():
                    break
            self._drop_far()
            self._place()
        finally:
            self._busy = False
        self._place_jump()

    def _set_range(self) -> None:
        bar, page = self.verticalScrollBar(), self.viewport().height()
        bar.setPageStep(page)
        bar.setRange(0, max(0, TOP_PX + self._heights.total + BOTTOM_PX - page))
        if self._follow:
            bar.setValue(bar.maximum())

    def _near(self) -> range:
        if not self._items:
            return range(0)
        y = self.verticalScrollBar().value() - TOP_PX
        first = self._heights.row_at(y - OVERSCAN_PX)
        last = self._heights.row_at(y + self.viewport().height() + OVERSCAN_PX)
        return range(first, last + 1)

    def _build_near(self) -> bool:
        """Build missing rows; true when a height turned out otherwise, so that the reach must be looked at again."""
        if not self._items:
            return False
        bar = self.verticalScrollBar()
        anchor = self._heights.row_at(bar.value() - TOP_PX)
        offset = bar.value() - self._heights.top(anchor)
        changed = built = False
        for row in reversed(self._near()):
            if row not in self._live:
                changed |= self._fit(row, self._build(row))
                built = True
        if changed:
            self._set_range()
            if not self._follow:
                bar.setValue(self._heights.top(anchor) + offset)
        if built:
            self._order_tabs()
        return changed

    def _drop_far(self) -> None:
        near, focused = self._near(), QApplication.focusWidget()
        for row in [row for row in self._live if row not in near and row != self._streaming]:
            if focused is not None and self._live[row].isAncestorOf(focused):
                continue
            _retire(self._live.pop(row))

    def _place(self) -> None:
        """Move rows; when all move alike, copy the pixels instead of painting them again."""
        y = self.verticalScrollBar().value()
        moves = {TOP_PX + self._heights.top(r) - y - w.y() for r, w in self._live.items() if not w.isHidden()}
        if len(moves) == 1:
            distance = moves.pop()
            if distance and abs(distance) < self.viewport().height():
                self.viewport().scroll(0, distance)
        for row, widget in self._live.items():
            place = QPoint(0, TOP_PX + self._heights.top(row) - y)
            if widget.pos() != place:
                widget.move(place)
            if widget.isHidden():
                widget.show()

    def _order_tabs(self) -> None:
        """Tab follows the reading order although rows are built from the bottom up."""
        chain = [part for row in sorted(self._live) for part in self._live[row].focus_chain()]
        for one, other in zip([self, *chain], chain, strict=False):
            QWidget.setTabOrder(one, other)

    def _drop_rows(self, first: int) -> None:
        for row in [row for row in self._live if row >= first]:
            _retire(self._live.pop(row))

    def _set_follow(self, follow: bool) -> None:
        if follow != self._follow:
            self._follow = follow
            self.at_bottom_changed.emit(follow)

    def _place_jump(self) -> None:
        bar = self.verticalScrollBar()
        away = not self._follow and bar.maximum() - bar.value() > JUMP_PX
        if away:
            page = self.viewport().geometry()
            x = page.left() + (page.width() - JUMP_PX) // 2
            self._jump.setGeometry(x, page.bottom() - JUMP_PX - 12, JUMP_PX, JUMP_PX)
            self._jump.raise_()
        if away == self._jump.isHidden():
            self._jump.setVisible(away)

    # ---- events

    def _on_scrolled(self, value: int) -> None:
        if not self._busy:
            self._set_follow(value >= self.verticalScrollBar().maximum() - 4)
            self._arrange()

    def _on_needs_layout(self, widget: MessageRow) -> None:
        row = self._row_of(widget)
        if row is None:
            return
        # What a person opens stays where it is, even at the end.
        self._set_follow(self._follow and row == self._streaming)
        self._refit(row)
        self._order_tabs()
        self._set_follow(self.verticalScrollBar().value() >= self.verticalScrollBar().maximum() - 4)

    def _on_action(self, widget: MessageRow, action: str) -> None:
        row = self._row_of(widget)
        if row is not None:
            self.action_requested.emit(row, action)

    def _row_of(self, widget: MessageRow) -> int | None:
        return next((row for row, live in self._live.items() if live is widget), None)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Rows are placed by `_arrange`."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        """New width, new heights; the first visible row keeps its place."""
        bar = self.verticalScrollBar()
        anchor = self._heights.row_at(bar.value() - TOP_PX) if self._items else 0
        offset = bar.value() - self._heights.top(anchor)
        self._busy = True
        for row, widget in self._live.items():
            self._fit(row, widget)
        self._set_range()
        if not self._follow:
            bar.setValue(self._heights.top(anchor) + offset)
        self._busy = False
        self._arrange()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Scroll keys."""
        bar, page = self.verticalScrollBar(), self.viewport().height() - STEP_PX
        steps = {
            Qt.Key.Key_Up: -STEP_PX,
            Qt.Key.Key_Down: STEP_PX,
            Qt.Key.Key_PageUp: -page,
            Qt.Key.Key_PageDown: page,
            Qt.Key.Key_Space: -page if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else page,
            Qt.Key.Key_Home: -bar.maximum(),
            Qt.Key.Key_End: bar.maximum(),
        }
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_End:
            self.scroll_to_end()
        else:
            bar.setValue(bar.value() + step)

    def changeEvent(self, event: QEvent) -> None:
        """Another font or theme changes heights."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange) and hasattr(self, "_queue"):
            for row in list(self._live):
                self._refit(row)

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


def _retire(widget: QWidget) -> None:
    widget.hide()
    widget.deleteLater()


