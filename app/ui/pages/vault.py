"""The vault on a page: what it does and does not do, said before it is made; how it opens; when it locks; its end."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget
from shiboken6 import isValid

from app.config.keystore import has_key_store
from app.core.errors import CarrelError
from app.core.words import mark, say
from app.session import vault, vaultways
from app.session.desk import Desk
from app.ui.bridge import listen
from app.ui.pages.page import Card, Page, buttons, empty_layout, field, label
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.fields import NumberField
from app.ui.widgets.secret import SecretField

STRENGTHS = (mark("Too short"), mark("Weak: easy to guess"), mark("Fair"), mark("Strong"))
_ROLES = ("bad", "care", "care", "good")
_SELECTABLE = Qt.TextInteractionFlag.TextSelectableByMouse


class VaultPage(Page):
    """Made anew whenever the vault is made or taken down."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(say("Vault"), parent)
        self._desk = desk
        self._body_column = QVBoxLayout()
        self._body_column.setSpacing(16)
        self.column.addLayout(self._body_column)
        self._shown: bool | None = None
        self._recovery = ""
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
                "Chats, titles, drafts, notes, the text of your documents, the instructions for every chat and saved "
                "readings of the engine are encrypted on this disk (AES-256)."
            )
        )
    )
    card.column.addWidget(
        label(
            say(
                "It does not lock models, presets, other settings, and what you export. It does not protect a "
                "computer on which somebody else's program runs while the vault is open."
            ),
            "quiet",
        )
    )
    return card


class MakingCard(Card):
    """The explanation, the passphrase twice, and the tick without which nothing happens."""

    def __init__(self, desk: Desk, show_recovery: Callable[[str], object], parent: QWidget | None = None) -> None:
        super().__init__(say("Make a vault"), parent)
        self._desk, self._show_recovery = desk, show_recovery
        self.phrase, self.again = SecretField(say("Passphrase")), SecretField(say("The same once more"))
        self.strength = label("", "quiet")
        self.with_recovery = QCheckBox(say("Make a recovery key to write down: it opens the vault too"))
        self.with_recovery.setChecked(True)
        self.by_store = QCheckBox(say("Let the key store of this computer open it when Carrel starts"))
        self.by_store.setEnabled(False)
        self.by_store.setToolTip(say("Whoever is logged in as you can then open the chats without the passphrase."))
        self.understood = QCheckBox(say("I have understood this and will remember the passphrase"))
        self.make = TextButton(say("Encrypt everything"), kind="primary", picture="lock")
        self.told = label("", "bad")
        self._lay_out()
        for secret in (self.phrase, self.again):
            secret.changed.connect(self._on_typed)
        self.understood.toggled.connect(lambda _: self._on_typed())
        self.make.clicked.connect(self._on_make)
        desk.jobs.run(has_key_store, self._on_key_store)
        self._on_typed()

    def _lay_out(self) -> None:
        words = say("If the passphrase is forgotten, nobody can open these chats, neither can we.")
        warning = label(words, "care")
        advice = say("Four or five words that have nothing to do with each other are good, and easy to remember.")
        column = self.column
        column.addWidget(warning)
        words = say("Without it or the recovery key there is no way in. A backup made before stays as it is.")
        column.addWidget(label(words, "quiet"))
        column.addWidget(self.phrase)
        column.addWidget(self.strength)
        column.addWidget(self.again)
        column.addWidget(label(advice, "quiet"))
        for box in (self.with_recovery, self.by_store, self.understood):
            column.addWidget(box)
        column.addWidget(self.told)
        column.addLayout(buttons(self.make))

    def _on_key_store(self, there: bool) -> None:
        if not isValid(self):
            return
        self.by_store.setEnabled(there)
        if not there:
            self.by_store.setText(say("Open with the key store of the system: this session has none"))

    def _on_typed(self) -> None:
        typed = self.phrase.text()
        rank = vaultways.strength(typed)
        self.strength.setText(say(STRENGTHS[rank]) if typed else "")
        self.strength.setVisible(bool(typed))
        _recolour(self.strength, _ROLES[rank])
        differs = bool(self.again.text()) and not typed.startswith(self.again.text())
        self._tell(say("The two passphrases differ.") if differs else "")
        same = bool(typed) and typed == self.again.text()
        self.make.setEnabled(rank > 0 and same and self.understood.isChecked())

    def _on_make(self) -> None:
        typed = self.phrase.text()
        self._busy(on=True)
        vault.create_vault(
            self._desk,
            typed,
            self._show_recovery,
            self._on_failed,
            use_key_store=self.by_store.isChecked(),
            with_recovery=self.with_recovery.isChecked(),
        )

    def _on_failed(self, error: CarrelError) -> None:
        self._busy(on=False)
        self._tell(str(error))

    def _busy(self, *, on: bool) -> None:
        self.make.rename(say("Encrypting…") if on else say("Encrypt everything"))
        for widget in (self.phrase, self.again, self.with_recovery, self.understood, self.make):
            widget.setEnabled(not on)

    def _tell(self, words: str) -> None:
        self.told.setText(words)
        self.told.setVisible(bool(words))


class RecoveryCard(Card):
    """The recovery key, shown this once."""

    def __init__(self, key: str, parent: QWidget | None = None) -> None:
        super().__init__(say("Recovery key"), parent)
        self.key = label(key, "heading")
        self.key.setTextInteractionFlags(self.key.textInteractionFlags() | _SELECTABLE)
        self.key.setAccessibleName(say("Recovery key: {key}", key=key))
        copy, done = TextButton(say("Copy"), picture="copy"), TextButton(say("I have written it down"), kind="primary")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(key))
        done.clicked.connect(self.leave)
        self.column.addWidget(
            label(say("It is shown this once. Write it down and keep it away from this computer."), "care")
        )
        self.column.addWidget(self.key)
        self.column.addLayout(buttons(done, copy))

    def leave(self) -> None:
        self.key.clear()
        self.hide()
        self.deleteLater()


class LockingCard(Card):
    """When it locks itself, and the button that does it now."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(say("Locking"), parent)
        status = vault.status(desk)
        self.minutes = NumberField()
        self.minutes.setRange(0, 24 * 60)
        self.minutes.setSuffix(" min")
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


class WaysCard(Card):
    """Another passphrase, another recovery key, the key store."""

    def __init__(self, desk: Desk, show_recovery: Callable[[str], object], parent: QWidget | None = None) -> None:
        super().__init__(say("What opens it"), parent)
        self._desk, self._show_recovery = desk, show_recovery
        status = vault.status(desk)
        self.old = SecretField(say("Passphrase until now, or recovery key"))
        self.old.setVisible(status.has_passphrase)
        self.new, self.again = SecretField(say("New passphrase")), SecretField(say("The same once more"))
        self.change = TextButton(say("Change the passphrase") if status.has_passphrase else say("Set a passphrase"))
        self.renew = TextButton(say("Make a new recovery key"))
        self.by_store = QCheckBox(say("Let the key store of this computer open it when Carrel starts"))
        self.by_store.setChecked(status.has_key_store)
        self.by_store.setEnabled(status.has_key_store)
        self.told = label("")
        self.told.hide()
        for widget in (self.old, self.new, self.again):
            self.column.addWidget(widget)
            widget.changed.connect(self._on_typed)
        self.column.addWidget(self.told)
        self.column.addLayout(buttons(self.change, self.renew))
        self.column.addWidget(self.by_store)
        self.change.clicked.connect(self._on_change)
        self.renew.clicked.connect(self._on_renew)
        self.by_store.clicked.connect(self._on_store)
        desk.jobs.run(has_key_store, self._on_key_store)
        self._on_typed()

    def _on_key_store(self, there: bool) -> None:
        if not isValid(self):
            return
        self.by_store.setEnabled(there or self.by_store.isChecked())
        if not there:
            self.by_store.setText(say("Open with the key store of the system: this session has none"))

    def _on_typed(self) -> None:
        same = self.new.text() == self.again.text() and vaultways.strength(self.new.text()) > 0
        self.change.setEnabled(same and (bool(self.old.text()) or not self.old.isVisibleTo(self)))

    def _on_change(self) -> None:
        def done() -> None:
            self.old.show()
            self._tell(say("The passphrase is changed."), "good")

        old, new = self.old.take(), self.new.take()
        self.again.clear()
        self._tell(say("Checking…"), "quiet")
        vaultways.change_passphrase(self._desk, old, new, done, self._on_failed)

    def _on_renew(self) -> None:
        vaultways.renew_recovery(self._desk, self._show_recovery, self._on_failed)

    def _on_store(self, on: bool) -> None:
        def failed(error: CarrelError) -> None:
            self.by_store.setChecked(not on)
            self._on_failed(error)

        vaultways.use_key_store(self._desk, lambda: self._tell("", ""), failed, on=on)

    def _on_failed(self, error: CarrelError) -> None:
        self._tell(str(error), "bad")

    def _tell(self, words: str, role: str) -> None:
        self.told.setText(words)
        _recolour(self.told, role)
        self.told.setVisible(bool(words))


class EndCard(Card):
    """Take it down, or destroy it: each needs a second step, and only one of them can be undone."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(say("Take down or destroy"), parent)
        self._desk = desk
        self.remove = TextButton(say("Take the vault down"))
        self.sure = QCheckBox(say("Yes: erase the key and lose every chat and document in the vault"))
        self.erase = TextButton(say("Destroy the vault"), kind="danger", picture="trash-2")
        self.erase.setEnabled(False)
        self.told = label("", "bad")
        self.told.hide()
        self.column.addWidget(label(say("Everything is written to this disk in the clear again; nothing is lost.")))
        self.column.addLayout(buttons(self.remove))
        self.column.addWidget(
            label(
                say(
                    "Destroying it erases the key: what was encrypted is lost for everybody, backups apart. Nobody can "
                    "undo that. It is the surest way to delete, because flash disks keep old blocks."
                ),
                "quiet",
            )
        )
        self.column.addWidget(self.sure)
        self.column.addLayout(buttons(self.erase))
        self.column.addWidget(self.told)
        self.sure.toggled.connect(self.erase.setEnabled)
        self.remove.clicked.connect(self._on_remove)
        self.erase.clicked.connect(self._on_destroy)

    def _on_remove(self) -> None:
        self.remove.setEnabled(False)
        self.remove.rename(say("Decrypting…"))
        vault.remove_vault(self._desk, lambda: None, self._on_failed)

    def _on_destroy(self) -> None:
        vault.destroy_vault(self._desk, lambda: None, self._on_failed)

    def _on_failed(self, error: CarrelError) -> None:
        self.remove.setEnabled(True)
        self.remove.rename(say("Take the vault down"))
        self.told.setText(str(error))
        self.told.show()


def _recolour(words: QWidget, role: str) -> None:
    if words.property("role") != role:
        words.setProperty("role", role)
        words.style().unpolish(words)
        words.style().polish(words)
