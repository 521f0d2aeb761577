"""An answer straight on the page: its parts from top to bottom, and the text that streams into it."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.ui.chat.answer_parts import AnswerParts
from app.ui.chat.message import MessageItem, ReceiptDetails
from app.ui.chat.row import SLACK_PX, column
from app.ui.chat.stream import Batch
from app.ui.markdown.sights import sights_of


class AnswerRow(AnswerParts):
    """An answer straight on the page: thinking, text, failure, what was checked, receipt."""

    is_answer = True

    def __init__(self, parent: QWidget, item: MessageItem, width: int) -> None:
        super().__init__(parent)
        self._streaming = False
        self._width = 0
        self.browser.use_sights(sights_of(item.key))
        self.browser.fit(column(width)[1])
        self.browser.show_text(item.text)
        if item.thinking:
            self._need_thinking().show_finished(item.thinking, item.thinking_tokens, item.thinking_s)
        if item.failure is not None:
            self.show_failure(item.failure)
        if item.text or item.receipt:
            self._show_receipt(item.receipt, item.details)
            self._show_table_buttons()
        if item.coverage is not None:
            self.show_coverage(item.coverage)
        if item.awaits_check:
            self._need_checks()
        if item.citations:
            self.show_citations(item.citations)
        self.set_standing(item.standing)

    @property
    def has_actions(self) -> bool:
        """Once it is there."""
        return not self._streaming

    @property
    def streaming(self) -> bool:
        """Whether text still comes."""
        return self._streaming

    # ---- streaming

    def begin(self) -> None:
        """Get ready for the first token."""
        self._streaming = True
        if self.acts is not None:
            self.acts.hide()
        self.browser.begin()
        self.set_prefill(0, 0)

    def set_prefill(self, done: int, total: int, cached: int = 0) -> None:
        """How much of the prompt is read, `cached` of it before."""
        self._need_prefill().set_progress(done, total, cached)

    def set_resuming(self, seconds: float) -> None:
        """A saved reading comes back."""
        self._need_prefill().set_resuming(seconds)

    def set_waiting(self, words: str) -> None:
        """What is done before the first token, other than reading."""
        self._need_prefill().set_words(words)

    def push(self, batch: Batch) -> None:
        """One flush."""
        self._drop_prefill()
        if batch.thinking:
            self._need_thinking().push(batch.thinking, batch.thinking_tokens)
        if batch.answer:
            if self.thinking is not None and self.browser.is_empty:
                self.thinking.show_finished("", 0, 0.0)
            self.browser.push(batch.answer)

    def finish(
        self,
        receipt: str,
        details: ReceiptDetails | None,
        thinking_s: float,
        thinking_tokens: int,
        *,
        awaits_check: bool = False,
    ) -> None:
        """The answer ended, for whatever reason. `awaits_check` keeps the line free for what its quotations are."""
        self._drop_prefill()
        self._streaming = False
        self.browser.finish()
        if self.thinking is not None:
            self.thinking.show_finished("", thinking_tokens, thinking_s)
        self._show_table_buttons()
        if awaits_check:
            self._need_checks()
        self._show_receipt(receipt, details)
        if self.acts is not None:
            self.acts.show()
        self._show_actions()

    # ---- layout

    def fit(self, width: int) -> int:
        """Stack the parts in the column."""
        left, inner = column(width)
        y = 6
        for part, gap in ((self.coverage, 8), (self.thinking, 6), (self.prefill, 6)):
            if part is not None:
                height = part.fit(inner)
                part.setGeometry(left, y, inner, height)
                y += height + gap
        height = self.browser.fit(inner)
        shown = not self.browser.is_empty
        self.browser.setVisible(shown)
        if shown:
            self._place_browser(left, y, inner, height, same_width=width == self._width)
            y += height + (8 if self.failure is not None else 6)
        self._width = width
        for below, gap in ((self.table, 6), (self.failure, 6), (self.checks, 0), (self.receipt, 6)):
            if below is not None:
                height = below.fit(inner)
                below.setGeometry(left, y, inner, height)
                y += height + gap
        if not self._streaming:
            y += self._place_actions(left, y - 4, inner) - 4
        return y + 8

    def _place_browser(self, left: int, y: int, width: int, height: int, *, same_width: bool) -> None:
        """While it streams, keep the page too tall and leave it alone as long as it suffices."""
        kept = self.browser.height()
        if self._streaming:
            enough = same_width and height <= kept <= height + 2 * SLACK_PX
            height = kept if enough else height + SLACK_PX
        if self.browser.geometry().getRect() != (left, y, width, height):
            self.browser.setGeometry(left, y, width, height)
        self.browser.place_code_buttons()
