"""An answer straight on the page: its parts from top to bottom, and the text that streams into it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QWidget

from app.core.citation import Citation
from app.core.words import say
from app.ui.chat.checks import ChecksPart
from app.ui.chat.cited import CitedBrowser
from app.ui.chat.coverage import CoveragePart
from app.ui.chat.drags import DragOut
from app.ui.chat.failure import FailurePart
from app.ui.chat.message import CoverageNote, FailureNote, MessageItem, ReceiptDetails
from app.ui.chat.prefill import PrefillPart
from app.ui.chat.receipt import ReceiptPart
from app.ui.chat.row import SLACK_PX, MessageRow, column
from app.ui.chat.stream import Batch
from app.ui.chat.table import TablePart, holds_table
from app.ui.chat.thinking import ThinkingPart
from app.ui.chat.verdicts import checks_line
from app.ui.markdown.sights import sights_of
from app.ui.spreadsheet import dragged_tables


class AnswerRow(MessageRow):
    """An answer straight on the page: thinking, text, failure, what was checked, receipt."""

    citation_wanted = Signal(object)
    table_wanted = Signal(str)
    is_answer = True

    def __init__(self, parent: QWidget, item: MessageItem, width: int) -> None:
        super().__init__(parent)
        self._streaming = False
        self._width = 0
        self.thinking: ThinkingPart | None = None
        self.prefill: PrefillPart | None = None
        self.failure: FailurePart | None = None
        self.coverage: CoveragePart | None = None
        self.table: TablePart | None = None
        self.checks: ChecksPart | None = None
        self.receipt: ReceiptPart | None = None
        self.browser = self.text = CitedBrowser(self)
        self.text.citation_wanted.connect(self.citation_wanted)
        self.text.reveal_wanted.connect(lambda top, end: self._reveal(self.text, top, end))
        self.browser.set_ground(QPalette.ColorRole.Base)
        self.browser.link_activated.connect(self.link_activated)
        self.browser.resized.connect(self.resized)
        self.browser.reshaped.connect(self.needs_layout)
        self.browser.setAccessibleName(say("Answer"))
        self.setAccessibleName(say("Answer"))
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

    def show_citations(self, citations: Sequence[Citation]) -> None:
        """What the check of the finished answer found; nothing needs no line, unless one was kept free for it."""
        if not citations and self.checks is None:
            return
        self.text.set_citations(citations)
        self._need_checks().show_citations(citations)
        if self.receipt is not None:
            self.receipt.checked = checks_line(citations)

    def show_coverage(self, note: CoverageNote) -> None:
        """How far a reading in passes is, and what it noted."""
        if self.coverage is None:
            self.coverage = CoveragePart(self)
            self.coverage.changed.connect(self.needs_layout)
            self.coverage.citation_wanted.connect(self.citation_wanted)
            self.coverage.reveal_wanted.connect(lambda top, end: self._reveal(self.coverage, top, end))
            self.coverage.show()
        self.coverage.show_note(note)

    def show_failure(self, note: FailureNote) -> None:
        """An inline card under what there is of the answer; takes the place of an older one."""
        if self.failure is not None:
            self.failure.hide()
            self.failure.deleteLater()
        self.failure = FailurePart(self, note)
        self.failure.action_requested.connect(self.action_requested)
        self.failure.show()

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

    def focus_chain(self) -> list[QWidget]:
        """Coverage, thinking, text, code, table, failure, checks, receipt, what can be done."""
        chain: list[QWidget] = self.coverage.focus_chain() if self.coverage is not None else []
        if self.thinking is not None:
            chain.append(self.thinking.button)
            if self.thinking.browser is not None:
                chain.append(self.thinking.browser)
        chain += [self.browser, *self.browser.controls]
        if self.table is not None:
            chain += self.table.focus_chain()
        if self.failure is not None:
            chain += self.failure.buttons
        if self.checks is not None:
            chain += self.checks.focus_chain()
        if self.receipt is not None:
            chain += self.receipt.focus_chain()
        return chain + self._action_chain()

    def _need_thinking(self) -> ThinkingPart:
        if self.thinking is None:
            self.thinking = ThinkingPart(self)
            self.thinking.changed.connect(self.needs_layout)
            self.thinking.link_activated.connect(self.link_activated)
            self.thinking.resized.connect(self.resized)
            self.thinking.show()
        return self.thinking

    def _need_prefill(self) -> PrefillPart:
        if self.prefill is None:
            self.prefill = PrefillPart(self)
            self.prefill.show()
        return self.prefill

    def _show_table_buttons(self) -> None:
        """Under an answer with a table."""
        if self.table is None and holds_table(self.browser.markdown_text):
            self.table = TablePart(self)
            self.table.wanted.connect(self.table_wanted)
            DragOut(self.table.copy, lambda: dragged_tables(self.browser.markdown_text))
            self.table.show()

    def _need_checks(self) -> ChecksPart:
        if self.checks is None:
            self.checks = ChecksPart(self)
            self.checks.changed.connect(self.needs_layout)
            self.checks.citation_wanted.connect(self.citation_wanted)
            self.checks.show()
        return self.checks

    def _drop_prefill(self) -> None:
        if self.prefill is not None:
            self.prefill.hide()
            self.prefill.deleteLater()
            self.prefill = None

    def _show_receipt(self, receipt: str, details: ReceiptDetails | None) -> None:
        if self.receipt is not None:
            self.receipt.hide()
            self.receipt.deleteLater()
            self.receipt = None
        if not receipt:
            return
        self.receipt = ReceiptPart(self, receipt, details)
        self.receipt.changed.connect(self.needs_layout)
        self.receipt.show()
