"""The recycle bin: deleted chats, when they were deleted and when they go for ever."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.core.dates import date_words
from app.core.words import say
from app.session import bin as recycle
from app.session.desk import Desk
from app.store.bin import BinnedChat, Erased
from app.ui.bridge import listen
from app.ui.dates import days_until_words
from app.ui.pages.page import Card, Page, empty_layout, field, label, line
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.fields import make_choice
from app.ui.widgets.labels import ElidedLabel

MOST_ROWS = 100


class BinPage(Page):
    """`changed()` chats came back or are gone; `told(words, undo)` and `refused(words)` are for the window's line."""

    changed = Signal()
    told = Signal(str, object)
    refused = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(say("Recycle bin"), parent)
        self._desk = desk
        self.chats: list[BinnedChat] = []
        self.rows: list[BinRow] = []
        words = say(
            "Deleted chats wait here. What goes for ever is overwritten on the disk and cannot be brought back."
        )
        self.add(label(words, "quiet"))
        self.stay = self._make_stay()
        self.column.addLayout(field(say("Deleted chats stay here"), self.stay))
        self.empty = Card(ground="sheet")
        self.empty.column.addWidget(label(say("The recycle bin is empty.")))
        self.empty.column.addWidget(label(say("A chat that you delete can be brought back from here."), "quiet"))
        self.add(self.empty)
        self.sheet = Card(ground="card")
        self.sheet.setAccessibleName(say("Deleted chats"))
        self.sheet.column.setSpacing(0)
        self.clear = Confirmed(say("Empty the recycle bin"), "", self._empty)
        self.add(self.clear)
        self.add(self.sheet)
        self.column.addStretch(1)
        listen(self, lambda: desk.settings_changed.connect(lambda _: self._show()))
        self._show()

    def refresh(self) -> None:
        """The bin as it is now."""
        recycle.list_bin(self._desk, self._take)

    def showEvent(self, event: QShowEvent) -> None:
        """What was deleted meanwhile."""
        super().showEvent(event)
        self.refresh()

    def _make_stay(self) -> QWidget:
        choices = [
            ("7", say("{count} days", count=7)),
            ("30", say("{count} days", count=30)),
            ("90", say("{count} days", count=90)),
            ("365", say("{count} days", count=365)),
            ("0", say("Until I empty it")),
        ]
        days = str(self._desk.settings.bin_days)
        if days not in dict(choices):
            choices.insert(0, (days, say("{count} days", count=int(days))))
        return make_choice(choices, days, lambda value: self._desk.change_settings(bin_days=int(value)))

    # ---- what is shown

    def _take(self, found: list[BinnedChat]) -> None:
        """Rows stay while nothing changed: one of them may be asking."""
        if found != self.chats:
            self.chats = found
            self._show()

    def _show(self) -> None:
        self.empty.setVisible(not self.chats)
        self.sheet.setVisible(bool(self.chats))
        self.clear.setVisible(bool(self.chats))
        self.clear.ask(say("Delete {count} chats for ever? This cannot be undone.", count=len(self.chats)))
        empty_layout(self.sheet.column)
        self.rows = [self._row(binned) for binned in self.chats[:MOST_ROWS]]
        for number, row in enumerate(self.rows):
            if number:
                self.sheet.column.addWidget(line())
            self.sheet.column.addWidget(row)
        if len(self.chats) > MOST_ROWS:
            more = say("and {count} more", count=len(self.chats) - MOST_ROWS)
            self.sheet.column.addWidget(label(more, "quiet"))

    def _row(self, binned: BinnedChat) -> BinRow:
        chat_id = binned.chat.id
        row = BinRow(binned, recycle.goes_at_s(self._desk, binned), lambda: self._erase([chat_id]))
        row.restored.connect(lambda: self._restore(binned))
        return row

    # ---- what is wished

    def _restore(self, binned: BinnedChat) -> None:
        ids = [binned.chat.id]

        def done(_: object) -> None:
            self.refresh()
            self.changed.emit()

        recycle.restore_chats(self._desk, ids, done)
        words = say("{title} is back.", title=binned.chat.title or say("Untitled"))
        self.told.emit(words, lambda: recycle.delete_chats(self._desk, ids, done))

    def _erase(self, chat_ids: Sequence[int]) -> None:
        def done(gone: Erased) -> None:
            self.refresh()
            self.changed.emit()
            words = say("1 chat is deleted for ever.")
            if gone.chats != 1:
                words = say("{count} chats are deleted for ever.", count=gone.chats)
            self.told.emit(words, None)

        recycle.erase_chats(self._desk, chat_ids, done, lambda error: self.refused.emit(str(error)))

    def _empty(self) -> None:
        self._erase([binned.chat.id for binned in self.chats])


class BinRow(QFrame):
    """One deleted chat. `restored()` brings it back; deleting for ever is asked about where the row stands."""

    restored = Signal()

    def __init__(
        self, binned: BinnedChat, goes_s: float | None, erase: Callable[[], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        title = binned.chat.title or say("Untitled")
        self.title = ElidedLabel(title)
        self.facts = ElidedLabel(_facts(binned, goes_s))
        self.facts.setProperty("role", "quiet")
        self.restore = TextButton(say("Restore"), picture="undo-2")
        self.restore.setAccessibleName(say("Restore") + f": {title}")
        self.restore.clicked.connect(self.restored)
        question = say("This cannot be undone.")
        self.erase = Confirmed(say("Delete for ever"), question, erase, about=title, kind="quiet")
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.title)
        words.addWidget(self.facts)
        acts = QHBoxLayout()
        acts.setSpacing(8)
        acts.addWidget(self.restore)
        acts.addWidget(self.erase)
        self.erase.asked.connect(lambda asking: self.restore.setVisible(not asking))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 10, 0, 10)
        row.addLayout(words, 1)
        row.addLayout(acts)


class Confirmed(QStackedWidget):
    """A button that asks once more in its own place before it acts. `asked(bool)` while it does."""

    asked = Signal(bool)

    def __init__(
        self, words: str, question: str, act: Callable[[], object], *, about: str = "", kind: str = "plain"
    ) -> None:
        super().__init__()
        self._act = act
        self.button = TextButton(words, kind=kind)
        self.question = label(question, wrap=False)
        self.sure = TextButton(words, kind="danger")
        self.keep = TextButton(say("Keep"))
        for button in (self.button, self.sure, self.keep):
            button.setAccessibleName(f"{button.text()}: {about}" if about else button.text())
        self.button.clicked.connect(lambda: self._turn(asking=True))
        self.keep.clicked.connect(lambda: self._turn(asking=False))
        self.sure.clicked.connect(self._on_sure)
        self.addWidget(_in_a_row(self.button))
        self.addWidget(_in_a_row(self.question, self.sure, self.keep))
        self._turn(asking=False, move_focus=False)

    def ask(self, question: str) -> None:
        """What is asked."""
        self.question.setText(question)
        self._fit()

    def _on_sure(self) -> None:
        self._turn(asking=False)
        self._act()

    def _turn(self, *, asking: bool, move_focus: bool = True) -> None:
        self.setCurrentIndex(1 if asking else 0)
        self._fit()
        self.asked.emit(asking)
        if move_focus:
            (self.keep if asking else self.button).setFocus(Qt.FocusReason.OtherFocusReason)

    def _fit(self) -> None:
        """As wide and as high as what is shown."""
        shown = self.currentWidget()
        self.setFixedSize(shown.sizeHint() if shown is not None else self.sizeHint())


def _in_a_row(*widgets: QWidget) -> QWidget:
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    for widget in widgets:
        row.addWidget(widget)
    return box


def _facts(binned: BinnedChat, goes_s: float | None) -> str:
    """How much is in it, when it was deleted, and when it goes."""
    count = say("1 message") if binned.messages == 1 else say("{count} messages", count=binned.messages)
    parts = [count]
    if binned.documents:
        parts.append(say("1 document") if binned.documents == 1 else say("{count} documents", count=binned.documents))
    parts.append(say("deleted {day}", day=date_words(binned.chat.deleted_at or 0.0)))
    if goes_s is not None:
        parts.append(say("goes for ever {when}", when=days_until_words(goes_s, time.time())))
    return say(" · ").join(parts)
