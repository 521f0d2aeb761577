"""Messages as rows: what each of them shows, what is learned of it later, and what is wanted of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAccessible, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QWidget

from app.core.citation import Citation
from app.core.words import say
from app.ui.chat.accessible import heard_words
from app.ui.chat.items import Items, Promise
from app.ui.chat.message import (
    AGAIN,
    COPY,
    COPY_PLAIN,
    EARLIER,
    EDIT,
    LATER,
    CoverageNote,
    MessageItem,
    Standing,
)
from app.ui.chat.row_area import RowArea
from app.ui.chat.row_column import OVERSCAN_PX
from app.ui.chat.rows import AnswerRow, MessageRow, column, make_row

KEYS = {
    "Alt+Left": EARLIER,
    "Alt+Right": LATER,
    "Alt+C": COPY,
    "Alt+Shift+C": COPY_PLAIN,
    "Alt+E": EDIT,
    "Alt+R": AGAIN,
}
"""For the message that has the keyboard."""


SEEN_PX = 24
"""What shows less of itself than this has to be scrolled to."""


class MessageRows(RowArea):
    """The messages, and the signals of their rows by number.

    Signals: `action_requested(row, action)` from a failure card's button, `link_activated(url)`,
    `citation_wanted(row, citation)`, `table_wanted(row, "copy" or "save")`. `replaced()` when another
    conversation is shown.
    """

    action_requested = Signal(int, str)
    link_activated = Signal(str)
    citation_wanted = Signal(int, object)
    table_wanted = Signal(int, str)
    replaced = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items = Items()
        self.when: Callable[[int], str] = lambda _: ""  # when the message in a row was written, in words
        self._focused: MessageRow | None = None
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus_changed)
        for sequence, action in KEYS.items():
            key = QShortcut(QKeySequence(sequence), self)
            key.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            key.activated.connect(lambda action=action: self._on_key(action))

    @property
    def count(self) -> int:
        """How many messages there are."""
        return len(self._items)

    def head(self, row: int) -> MessageItem | Promise:
        """Who wrote the message in `row`, and what; nothing is made for it."""
        return self._items.head(row)

    def show_citations(self, key: str, citations: Sequence[Citation]) -> None:
        """What the check of the answer with this key found; nothing happens when it is not shown any more."""
        row = self.answer_with(key)
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
        row = self.answer_with(key)
        if row is None:
            return
        self._items[row] = replace(self._items[row], coverage=note)
        widget = self._live.get(row)
        if isinstance(widget, AnswerRow):
            widget.show_coverage(note)
            self._refit(row)
            self._order_tabs()

    def set_standing(self, row: int, standing: Standing) -> None:
        """Where the message in `row` stands in the tree now."""
        if self._items[row].standing != standing:
            self._items[row] = replace(self._items[row], standing=standing)
            widget = self._live.get(row)
            if widget is not None:
                widget.set_standing(standing)
                self._order_tabs()

    def answer_with(self, key: str) -> int | None:
        """The row of the answer with this key."""
        heads = enumerate(self._items.heads())
        return next((row for row, head in heads if head.key == key and head.role == "assistant"), None)

    def row_with(self, key: str) -> int | None:
        """The row of the message with this key."""
        return next((row for row, head in enumerate(self._items.heads()) if head.key == key), None)

    @property
    def made(self) -> list[int]:
        """The rows that were looked at: the others learn what is so when they are."""
        return self._items.made()

    # ---- building

    def _guesses(self, items: Iterable[MessageItem | Promise]) -> list[int]:
        """Heights before the rows are built."""
        inner = column(max(200, self.viewport().width()))[1]
        return [_guess(item.text, inner) for item in items]

    def _build(self, row: int) -> MessageRow:
        widget = make_row(self.viewport(), self._items[row], self.width())
        widget.setAccessibleDescription(say("Message {n} of {count}", n=row + 1, count=self.count))
        # The row's own number may change when messages are cut, so it is looked up when a signal comes.
        widget.needs_layout.connect(lambda w=widget: self._on_needs_layout(w))
        widget.resized.connect(lambda w=widget: self._on_resized(w))
        widget.action_requested.connect(lambda action, w=widget: self._on_action(w, action))
        widget.link_activated.connect(self.link_activated)
        widget.reveal_wanted.connect(lambda top, bottom, w=widget: self._reveal(w, top, bottom))
        if isinstance(widget, AnswerRow):
            widget.citation_wanted.connect(lambda one, w=widget: self._on_citation_wanted(w, one))
            widget.table_wanted.connect(lambda act, w=widget: self._on_table_wanted(w, act))
        widget.parts_made.connect(self._order_tabs)
        self._live[row] = widget
        return widget

    def _on_resized(self, widget: MessageRow) -> None:
        row = self._row_of(widget)
        if row is not None:
            self._refit_above(row)

    # ---- what can be done with a message

    def _on_focus_changed(self, old: QWidget | None, now: QWidget | None) -> None:
        """The row with the keyboard shows what can be done with it, and is seen."""
        held = next((row for row in self._live.values() if now is not None and row.isAncestorOf(now)), None)
        before, self._focused = self._focused, held
        if before is not held:
            if before is not None and before in self._live.values():
                before.set_focused(False)
            if held is not None:
                held.set_focused(True)
        if held is not None and now is held.browser and QAccessible.isActive():
            self._tell(held)
        if held is not None and now is not None and old is not None:  # without an old one the window woke up
            self._show_part(held, now)

    def _tell(self, row: MessageRow) -> None:
        """A screen reader says the name of what has got the keyboard: before it asks for it, that is the message."""
        number = self._row_of(row)
        if number is not None and number != self._streaming:
            row.browser.setAccessibleName(heard_words(self, number))

    def _show_part(self, row: MessageRow, part: QWidget) -> None:
        """Scroll to what Tab has reached out of sight; it can go on from there."""
        number, top = self._row_of(row), part.mapTo(row, QPoint()).y()
        page, y = self.viewport().height(), row.y() + top
        if number is None:
            return
        if y + part.height() < SEEN_PX or y > page - SEEN_PX:
            self.reveal(number, top, top + min(part.height(), page // 2))
        if self._tabs_stale or self._missing(OVERSCAN_PX):
            self._arrange()

    @contextmanager
    def keyboard_kept(self, first: int) -> Iterator[None]:
        """When rows from `first` on have the keyboard and give way to others, the row that takes their place has it."""
        held = self._held_part(first)
        yield
        if held is not None and first in self._live:
            self._live[first].take_keyboard(held)

    def _held_part(self, first: int) -> str | None:
        """What of the rows from `first` on has the keyboard: an arrow between versions, or anything else ("");
        None when the keyboard is elsewhere.
        """
        row = self._row_of(self._focused) if self._focused is not None else None
        if self._focused is None or row is None or row < first:
            return None
        return self._focused.held_arrow

    def _on_key(self, action: str) -> None:
        """Of the message that has the keyboard, else of the last one it can mean."""
        wanted = self._focused
        if wanted is None:
            means_answer = action != EDIT
            rows = (self._live.get(row) for row in reversed(range(len(self._items))))
            wanted = next((row for row in rows if row is not None and row.is_answer == means_answer), None)
        if wanted is not None and wanted.has_actions:
            wanted.do(action)

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


def _guess(text: str, width: int) -> int:
    """Lines of seven-pixel characters, wide ones counted twice."""
    wide = 0 if text.isascii() else len(text.encode("utf-8", "replace")) - len(text)
    lines = text.count("\n") + (len(text) + wide / 2) * 7.0 / width + 1
    return int(60 + lines * 22)
