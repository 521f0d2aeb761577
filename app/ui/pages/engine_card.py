"""What holds for the engine whatever model is loaded: guessing, threads, rest; and what it keeps on disk."""

from __future__ import annotations

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.core.units import format_bytes
from app.core.words import say
from app.session.desk import Desk
from app.session.sessions import Listing, clear_sessions, list_sessions, prune_sessions
from app.ui.bridge import listen
from app.ui.pages.page import field, label
from app.ui.pages.settings_cards import SettingsCard
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.fields import DecimalField, NumberField

FIELD_PX = 140


class EngineSettings(SettingsCard):
    """Each choice holds at once; those about loading with the next load."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, say("Engine"), parent)
        settings = desk.settings
        self.speculation = self.box(
            say("Guess ahead from the documents where it is faster; answers are the same"), "speculation"
        )
        self.draft = self.box(say("Let a small model that is here guess too, where memory is left over"), "draft_model")
        self.speculation.toggled.connect(self.draft.setEnabled)
        self.draft.setEnabled(settings.speculation)
        self.threads = _number(settings.threads, 256, say("One for each core"))
        self.threads.editingFinished.connect(lambda: self.change(threads=self.threads.value()))
        self.idle = _number(settings.idle_unload_min, 24 * 60, say("Never"))
        self.idle.setSuffix(" " + say("min"))
        self.idle.editingFinished.connect(lambda: self.change(idle_unload_min=self.idle.value()))
        column = self.column
        column.addWidget(self.speculation)
        column.addWidget(self.draft)
        column.addLayout(field(say("Processor threads"), self.threads))
        column.addLayout(field(say("Leave memory when idle for"), self.idle))
        column.addWidget(label(say("Guessing and threads change with the next load of a model."), "quiet"))


class ReadingsCard(SettingsCard):
    """What the engine has read of long documents, and how much of the disk it may take."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, say("What was read of documents"), parent)
        self.keep = self.box(say("Keep what was read of long documents: new chats resume in seconds"), "keep_sessions")
        self.budget = _budget(desk.settings.sessions_gb)
        self.budget.editingFinished.connect(self._on_budget)
        self.budget.setEnabled(desk.settings.keep_sessions)
        self.keep.toggled.connect(self.budget.setEnabled)
        self.used, self.clear_all = label("", "quiet"), TextButton(say("Delete all"), kind="quiet", picture="trash-2")
        self.clear_all.setAccessibleName(say("Delete everything that was kept of documents read"))
        self.clear_all.clicked.connect(self._on_clear)
        self.column.addWidget(self.keep)
        self.column.addLayout(field(say("Disk space for it, at most"), self.budget))
        row = QHBoxLayout()
        row.addWidget(self.used, 1)
        row.addWidget(self.clear_all)
        self.column.addLayout(row)
        listen(self, lambda: desk.resume.kept.connect(lambda *_: self._list()))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._list()

    def _on_budget(self) -> None:
        before = self._desk.settings.sessions_gb
        self.change(sessions_gb=self.budget.value())
        if before != self._desk.settings.sessions_gb:
            prune_sessions(self._desk, lambda _: self._list())

    def _list(self) -> None:
        list_sessions(self._desk, self._on_listed)

    def _on_listed(self, listing: Listing) -> None:
        count = len(listing.sessions)
        limit = format_bytes(listing.budget_bytes)
        if count:
            size = format_bytes(listing.size_bytes)
            words = say("{count} kept, {size} of at most {limit}", count=count, size=size, limit=limit)
        else:
            words = say("Nothing is kept yet; at most {limit} will be.", limit=limit)
        self.used.setText(words)
        self.clear_all.setVisible(count > 0)

    def _on_clear(self) -> None:
        """No question first: it is made again from the documents when they are asked about."""
        clear_sessions(self._desk, lambda _: self._list())


def _number(now: int, most: int, at_zero: str) -> NumberField:
    number = NumberField()
    number.setRange(0, most)
    number.setSpecialValueText(at_zero)
    number.setValue(now)
    number.setFixedWidth(FIELD_PX + 20)
    return number


def _budget(now_gb: float) -> DecimalField:
    number = DecimalField()
    number.setRange(0, 10_000)
    number.setDecimals(0)
    number.setSingleStep(5)
    number.setSuffix(" GB")
    number.setSpecialValueText(say("Automatic"))
    number.setValue(now_gb)
    number.setFixedWidth(FIELD_PX + 20)
    return number
