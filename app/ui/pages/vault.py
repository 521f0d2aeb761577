"""The vault on a page: what it does and does not do, said before it is made; how it opens; when it locks; its end."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from app.core.words import say
from app.session import vault
from app.session.desk import Desk
from app.ui.bridge import listen
from app.ui.pages.page import Card, Page, buttons, empty_layout, field, label
from app.ui.pages.vault_making import MakingCard, RecoveryCard
from app.ui.pages.vault_ways import EndCard, WaysCard
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.fields import NumberField


class VaultPage(Page):
    """Made anew whenever the vault is made or taken down."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(say("Vault"), parent)
        self._desk = desk
        self._body_column = QVBoxLayout()
        self._body_column.setSpacing(16)
        self.column.addLayout(self._body_column)
        self._shown: bool | None = None
        self.making: MakingCard | None = None
        self.recovery: RecoveryCard | None = None
        self.ways: WaysCard | None = None
        self.end: EndCard | None = None
        self._show()
        listen(self, lambda: desk.vault.changed.connect(self._show))

    def _show(self) -> None:
        status = vault.status(self._desk)
        if status.is_on == self._shown:
            return
        self._shown = status.is_on
        empty_layout(self._body_column)
        self.making = self.ways = self.end = None
        self._body_column.addWidget(_explanation())
        if not status.is_on:
            self.making = MakingCard(self._desk, self.show_recovery)
            self._body_column.addWidget(self.making)
            return
        self._body_column.addWidget(LockingCard(self._desk))
        self.ways = WaysCard(self._desk, self.show_recovery)
        self._body_column.addWidget(self.ways)
        self.end = EndCard(self._desk)
        self._body_column.addWidget(self.end)

    def show_recovery(self, key: str) -> None:
        """At the top, until the user says that it is written down."""
        if self.recovery is not None:
            self.recovery.leave()
        if key:
            self.recovery = RecoveryCard(key)
            self._body_column.insertWidget(0, self.recovery)
            self.verticalScrollBar().setValue(0)


def _explanation() -> Card:
    card = Card(say("What the vault locks"))
    card.column.addWidget(
        label(
            say(
                "Chats, titles, drafts, notes, the text of your documents, your presets, the instructions for every "
                "chat and saved readings of the engine are encrypted on this disk (AES-256)."
            )
        )
    )
    card.column.addWidget(
        label(
            say(
                "It does not lock models, other settings, and what you export. It does not protect a "
                "computer on which somebody else's program runs while the vault is open."
            ),
            "quiet",
        )
    )
    return card


class LockingCard(Card):
    """When it locks itself, and the button that does it now."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(say("Locking"), parent)
        status = vault.status(desk)
        self.minutes = NumberField()
        self.minutes.setRange(0, 24 * 60)
        self.minutes.setSuffix(say(" min"))
        self.minutes.setSpecialValueText(say("Never"))
        self.minutes.setValue(status.idle_min)
        self.minutes.setFixedWidth(140)
        self.minutes.editingFinished.connect(lambda: desk.change_settings(vault_idle_min=self.minutes.value()))
        self.at_sleep = QCheckBox(say("When the computer sleeps or its screen is locked"))
        self.at_sleep.setChecked(status.at_sleep)
        self.at_sleep.toggled.connect(lambda on: desk.change_settings(vault_lock_at_sleep=on))
        self.now = TextButton(say("Lock now"), picture="lock")
        self.now.setToolTip("Ctrl+Alt+L")
        self.now.clicked.connect(desk.vault.lock)
        self.column.addLayout(field(say("Minutes without a key or a click"), self.minutes))
        self.column.addWidget(self.at_sleep)
        words = say(
            "A running answer is finished before the vault locks itself. When you lock it, or the computer sleeps, the "
            "answer is stopped and what it said is kept. Temporary chats are gone."
        )
        self.column.addWidget(label(words, "quiet"))
        self.column.addLayout(buttons(self.now))
