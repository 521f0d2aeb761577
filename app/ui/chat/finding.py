"""Finds words in the open chat, also in messages that are no widgets yet, and lights them where they are."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QTextEdit

from app.core.folding import Folded
from app.store.query import Term, hits_in, spans_of
from app.ui.chat.row import MessageRow
from app.ui.chat.rows import AnswerRow
from app.ui.chat.view import ChatView
from app.ui.markdown.browser import MarkdownBrowser
from app.ui.theme import tokens

MOST = 500  # hits counted in one message


class Finding(QObject):
    """`changed(number, total)` says which hit is the current one, from 1; 0 of 0 when nothing is found.

    How many hits a message has is known from its text; where they are is known when its row is built.
    """

    changed = Signal(int, int)

    def __init__(self, view: ChatView) -> None:
        super().__init__(view)
        self._view = view
        self._terms: tuple[Term, ...] = ()
        self._counts: list[tuple[int, int]] = []  # hits by row: in the thought, in the text
        self._folded: dict[str, Folded] = {}
        self._current = -1
        self._lit: dict[int, MessageRow] = {}
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self._light)
        view.verticalScrollBar().valueChanged.connect(self._on_scrolled)

    @property
    def total(self) -> int:
        return sum(thought + text for thought, text in self._counts)

    def look_for(self, terms: Sequence[Term]) -> None:
        """Find these from now on. The current hit is the first that is seen or comes after."""
        self._terms = tuple(terms)
        view = self._view
        self._counts = [self._count(row) for row in range(view.count)] if terms else []
        first = min((row for row, widget in view.live_rows.items() if widget.y() + widget.height() > 0), default=0)
        before = sum(thought + text for thought, text in self._counts[:first])
        self._current = min(before, self.total - 1)
        self._unlight()
        self._show_current()

    def show(self, key: str, start: int, *, in_thought: bool = False) -> bool:
        """Make current the hit at `start` of a message's text or thought; false when the message is not here."""
        view = self._view
        row = view.row_with(key)
        if row is None or row >= len(self._counts):
            return False
        item = view.message(row)
        thought, inside = self._counts[row][0], item.thinking if in_thought else item.text
        place = len(hits_in(self._terms, Folded(inside[:start]), MOST))
        before = sum(thought + text for thought, text in self._counts[:row])
        self._current = min(before + (0 if in_thought else thought) + place, self.total - 1)
        if not sum(self._counts[row]):
            view.go_to_place(row, 0)
        self._show_current()
        return True

    def go(self, step: int) -> None:
        """On to the next hit, or back; after the last comes the first."""
        if len(self._counts) != self._view.count:
            self.look_for(self._terms)  # messages came or went
        elif self.total:
            self._current = (self._current + step) % self.total
            self._show_current()

    def stop(self) -> None:
        """Nothing is lit any more."""
        self._terms, self._counts, self._current = (), [], -1
        self._unlight()
        self._folded.clear()

    # ---- counting

    def _count(self, row: int) -> tuple[int, int]:
        item = self._view.message(row)
        return self._count_in(item.thinking), self._count_in(item.text)

    def _count_in(self, text: str) -> int:
        if not text:
            return 0
        if text not in self._folded:
            self._folded[text] = Folded(text)
        return len(hits_in(self._terms, self._folded[text], MOST))

    def _place(self) -> tuple[int, int, bool] | None:
        """(row, number of the hit in its part, whether that is the thought) of the current hit."""
        ends = list(accumulate(thought + text for thought, text in self._counts))
        row = next((row for row, end in enumerate(ends) if end > self._current), None)
        if row is None or self._current < 0:
            return None
        inside = self._current - (ends[row - 1] if row else 0)
        thought = self._counts[row][0]
        return (row, inside, True) if inside < thought else (row, inside - thought, False)

    # ---- lighting

    def _show_current(self) -> None:
        place = self._place()
        if place is not None:
            row, number, in_thought = place
            if row not in self._view.live_rows:
                self._view.go_to_place(row, 0)
            browser = _browser(self._view.live_rows.get(row), in_thought=in_thought)
            if browser is not None:
                spans = self._spans(browser)
                if spans:
                    self._reveal(row, browser, spans[min(number, len(spans) - 1)])
        self._lit.clear()
        self._light()
        self.changed.emit(self._current + 1, self.total)

    def _reveal(self, row: int, browser: MarkdownBrowser, span: tuple[int, int]) -> None:
        browser.show_place(span[0])
        widget = self._view.live_rows[row]
        box = browser.cursorRect(_cursor(browser, span))
        top = browser.viewport().mapTo(widget, box.topLeft()).y()
        self._view.reveal(row, top, top + box.height())

    def _light(self) -> None:
        """Light the hits of rows that were built since."""
        place = self._place() if self._terms else None
        for row, widget in self._view.live_rows.items():
            if self._terms and self._lit.get(row) is not widget and row != self._view.streaming_row:
                self._lit[row] = widget
                for in_thought in (True, False):
                    browser = _browser(widget, in_thought=in_thought, unfold=False)
                    current = place[1] if place and place[0] == row and place[2] == in_thought else None
                    if browser is not None:
                        marks = [
                            _mark(browser, span, current=number == current)
                            for number, span in enumerate(self._spans(browser))
                        ]
                        browser.setExtraSelections(marks)

    def _unlight(self) -> None:
        for widget in self._view.live_rows.values():
            for browser in widget.findChildren(MarkdownBrowser):
                browser.setExtraSelections([])
        self._lit.clear()

    def _spans(self, browser: MarkdownBrowser) -> list[tuple[int, int]]:
        """In Qt's units: a sign beyond the first 65,536 counts twice."""
        text = browser.toPlainText()
        spans = spans_of(self._terms, text, MOST)
        if text.isascii() or max(text) <= "\uffff":
            return spans
        return [(_units(text[:first]), _units(text[:last])) for first, last in spans]

    def _on_scrolled(self) -> None:
        if self._terms:
            self._timer.start()


def _browser(widget: MessageRow | None, *, in_thought: bool, unfold: bool = True) -> MarkdownBrowser | None:
    """Where a part of a message is written; a thought is unfolded for it."""
    if widget is None or not in_thought:
        return widget.browser if widget is not None else None
    thinking = widget.thinking if isinstance(widget, AnswerRow) else None
    if thinking is not None and thinking.browser is None and unfold:
        thinking.button.setChecked(True)
    return thinking.browser if thinking is not None else None


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _cursor(browser: MarkdownBrowser, span: tuple[int, int]) -> QTextCursor:
    cursor = QTextCursor(browser.document())
    cursor.setPosition(span[0])
    cursor.setPosition(span[1], QTextCursor.MoveMode.KeepAnchor)
    return cursor


def _mark(browser: MarkdownBrowser, span: tuple[int, int], *, current: bool) -> QTextEdit.ExtraSelection:
    """The current hit stands out by its colours, and by a line under it."""
    mark, style = QTextEdit.ExtraSelection(), QTextCharFormat()
    style.setBackground(QColor(tokens().accent if current else tokens().selection))
    style.setForeground(QColor(tokens().on_accent if current else tokens().text))
    style.setFontUnderline(current)
    mark.cursor, mark.format = _cursor(browser, span), style
    return mark
