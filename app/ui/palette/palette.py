"""The overlay of the palette: one field, and below it what fits what is typed."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget

from app.core.words import say
from app.session.filters import begun_filter
from app.session.search import TYPING_LIMIT, Finder, known_values
from app.store.query import Query
from app.store.search import Found, Hit
from app.ui.commands import Commands
from app.ui.palette.entries import (
    Entry,
    can_be_found,
    entries_at_rest,
    entries_of,
    entries_of_commands,
    entries_of_proposals,
    is_for_commands,
    spoken,
    words_of,
)
from app.ui.palette.field import FilterLine
from app.ui.palette.overlay import Overlay
from app.ui.palette.proposals import Proposal, all_proposals, proposals_for
from app.ui.palette.results import ResultList
from app.ui.panes import Front
from app.ui.widgets.search_field import SearchField

WIDTH_PX, MOST_PX, TOP_PX, MARGIN_PX = 680, 620, 72, 24
AGAIN_MS = 250  # after which it looks again, while the index still reads
NARROWED_LIMIT = 60  # chats that fit the conditions, without words


class Palette(Overlay):
    """Covers the window until something is chosen, Esc is pressed or the press falls beside it.

    Signals: `opened(hit, query, beside)` for a hit, `wished(command id)` for a command; `closed()` in any case.
    """

    opened = Signal(object, object, bool)
    wished = Signal(str)
    closed = Signal()

    def __init__(self, window: QWidget, front: Front, commands: Commands) -> None:
        super().__init__(window)
        self._front, self._commands = front, commands
        self._finder = Finder(front.desk, self._on_found, self._on_failed)
        self._query = Query()
        self._known: tuple[list[str], list[str]] = ([], [])  # names of folders, and of models that answered
        self._is_waiting = self._enter_waits = self._is_over = False
        self._before = QApplication.focusWidget()
        self._again = QTimer(self, singleShot=True, interval=AGAIN_MS)
        self._again.timeout.connect(self._look_again)
        self._build()

    def _build(self) -> None:
        self.setAccessibleName(say("Search and commands"))
        self.line = FilterLine()
        self.line.changed.connect(self._on_line_changed)
        self.line.proposals_wanted.connect(self._show_all_proposals)
        self.edit: SearchField = self.line.edit
        self.edit.moved.connect(self._on_moved)
        self.edit.entered.connect(self._on_entered)
        self.edit.left.connect(self.end)
        self.results = ResultList()
        self.results.clicked.connect(lambda _: self._take())
        self.foot = QLabel()
        self.foot.setProperty("role", "quiet")
        self.foot.setContentsMargins(16, 4, 16, 8)
        column = self._column = QVBoxLayout(self.card)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(4)
        inset = QVBoxLayout()
        inset.setContentsMargins(8, 0, 8, 0)
        inset.addWidget(self.line)
        column.addLayout(inset)
        column.addWidget(self.results, 1)
        column.addWidget(self.foot)

    def begin(self, text: str = "") -> None:
        """Show it over the whole window.

        A screen reader that heard of a caret before the focus would not name the line.
        """
        known_values(self._front.desk, self._on_known)
        self.place()
        self.show()
        self.raise_()
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)
        if text:
            self.edit.setText(text)
            self.edit.selectAll()
        self._on_typed(self.edit.text())

    def end(self) -> None:
        """Go away and give the keyboard back. Twice does no harm."""
        if self._is_over:
            return
        self._is_over = True
        self._again.stop()
        self._finder.stop()
        self.hide()
        if self._before is not None and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)
        self.closed.emit()
        self.deleteLater()

    # ---- what is found

    @property
    def words(self) -> str:
        """What is typed, without conditions."""
        return self.line.wish.words

    def _on_line_changed(self) -> None:
        self._on_typed(self.edit.text())

    def _on_known(self, known: tuple[list[str], list[str]]) -> None:
        self._known = known
        if begun_filter(self.edit.text()) is not None:
            self._on_line_changed()

    def _on_typed(self, text: str) -> None:
        words = words_of(text)
        self._enter_waits = False
        self._again.stop()
        if is_for_commands(text):
            self._show(entries_of_commands(words, self._commands.search(words)), say("No command has this name."))
        elif (begun := begun_filter(text)) is not None:
            proposals = proposals_for(begun, *self._known)
            self._show(entries_of_proposals(proposals), say("Nothing here has this name."))
        elif self._can_be_found():
            self._is_waiting = True
            self._find()
            return
        else:
            self._show(entries_at_rest(self._front.chats, self._commands.search("")), "")
        self._is_waiting = False
        self._finder.stop()

    def _can_be_found(self) -> bool:
        wish = self.line.wish
        return bool(wish.filters) or can_be_found(wish.words)

    def _find(self) -> None:
        limit = TYPING_LIMIT if can_be_found(self.words) else NARROWED_LIMIT
        self._finder.find(words_of(self.edit.text()), self.line.filters, limit=limit)

    def _show_all_proposals(self) -> None:
        self._show(entries_of_proposals(all_proposals()), "")
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_found(self, found: Found) -> None:
        keep, self._is_waiting, self._query = not self._is_waiting, False, found.query
        commands = [] if self.line.filters else self._commands.search(self.words)
        self._show(entries_of(found, commands), say("Nothing was found."), keep=keep)
        if found.unindexed:
            words = say("Older texts are still being read for the search: {count} to go.", count=f"{found.unindexed:,}")
            self.foot.setText(words)
            self._again.start()
        if self._enter_waits:
            self._take()

    def _look_again(self) -> None:
        """While the index still reads, more may be found."""
        self._find()

    def _on_failed(self, error: Exception) -> None:
        self._is_waiting = False
        self._show([], str(error))

    def _show(self, entries: list[Entry], nothing: str, *, keep: bool = False) -> None:
        self.results.show_entries(entries, keep=keep)
        self.results.setVisible(bool(entries))
        keys = say("↑ ↓ to choose · Enter opens · Ctrl+Enter opens beside · Esc closes")
        self.foot.setText(keys if entries else nothing)
        self.place()

    # ---- what is chosen

    def _on_moved(self, step: int) -> None:
        self.results.step(step)
        entry = self.results.chosen
        if entry is not None:
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self.edit, spoken(entry)))

    def _on_entered(self, _shift: bool) -> None:
        if self._is_waiting:
            self._enter_waits = True
        else:
            self._take()

    def _take(self) -> None:
        entry, beside = self.results.chosen, self._wants_beside()
        if entry is None:
            return
        hit: Hit | None = entry.hit
        if hit is not None:
            self.end()
            self.opened.emit(hit, self._query, beside)
        elif entry.command:
            self.end()
            self.wished.emit(entry.command)
        elif entry.proposal is not None:
            self._set(entry.proposal)

    def _set(self, proposal: Proposal) -> None:
        """Put the condition where its beginning stood."""
        begun = begun_filter(self.edit.text())
        before = begun.before if begun is not None else self.edit.text().strip()
        if proposal.filter is not None:
            self.line.add([proposal.filter], f"{before} " if before else "")
        else:
            self.edit.setText(f"{before} {proposal.typed}".lstrip())
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _wants_beside(self) -> bool:
        return bool(QApplication.keyboardModifiers() & Qt.KeyboardModifier.ControlModifier)

    # ---- place

    def place(self) -> None:
        """As high as its rows, as far as the window allows."""
        self.setGeometry(self._window.rect())
        width = min(WIDTH_PX, self.width() - 2 * MARGIN_PX)
        head = self.line.sizeHint().height() + self.foot.sizeHint().height() + 20
        top = min(TOP_PX, self.height() // 10)
        most = min(MOST_PX, self.height() - top - MARGIN_PX)
        left = (self.width() - width) // 2
        self.card.setGeometry(left, top, width, most)  # how high the rows are depends on their width
        self._column.activate()
        rows = self.results.content_px + 8 if self.results.entries.all else 0
        self.card.setGeometry(left, top, width, min(head + rows, most))
