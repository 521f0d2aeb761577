"""What an answer is made of, from top to bottom; each part is made when there is something to show in it."""

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
from app.ui.chat.message import CoverageNote, FailureNote, ReceiptDetails
from app.ui.chat.prefill import PrefillPart
from app.ui.chat.receipt import ReceiptPart
from app.ui.chat.row import MessageRow
from app.ui.chat.table import TablePart, holds_table
from app.ui.chat.thinking import ThinkingPart
from app.ui.chat.verdicts import checks_line
from app.ui.spreadsheet import dragged_tables


class AnswerParts(MessageRow):
    """Coverage, thinking, text, table, failure, what was checked, receipt."""

    citation_wanted = Signal(object)
    table_wanted = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
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

    def show_citations(self, citations: Sequence[Citation]) -> None:
        """What the check of the finished answer found; nothing needs no line, unless one was kept free for it."""
        if not citations and self.checks is None:
            return
        self.text.set_citations(citations)
        self._need_checks().show_citations(citations)
        if self.receipt is not None:
            self.receipt.checked = checks_line(citations)

    def focus_chain(self) -> list[QWidget]:
        """Coverage, thinking, text, code, table, failure, checks, receipt, what can be done."""
        chain: list[QWidget] = self.coverage.focus_chain() if self.coverage is not None else []
        if self.thinking is not None:
            chain.append(self.thinking.button)
            if self.thinking.browser is not None:
                chain += [self.thinking.browser, *self.thinking.browser.controls]
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
