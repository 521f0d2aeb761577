"""Making a vault: the explanation, the passphrase twice, the tick, and the recovery key that is shown once."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QWidget
from shiboken6 import isValid

from app.config.keystore import has_key_store
from app.core.errors import CarrelError
from app.core.words import mark, say
from app.session import vault, vaultways
from app.session.desk import Desk
from app.ui.fonts import mono_font
from app.ui.pages.page import Card, buttons, label
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.secret import SecretField

STRENGTHS = (mark("Too short"), mark("Weak: easy to guess"), mark("Fair"), mark("Strong"))
_ROLES = ("bad", "care", "care", "good")
_SELECTABLE = Qt.TextInteractionFlag.TextSelectableByMouse


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
        recolour(self.strength, _ROLES[rank])
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
        self.key = label(key)
        self.key.setFont(mono_font(16))  # no letter is to be taken for a figure
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


def recolour(words: QWidget, role: str) -> None:
    """Words in another role."""
    if words.property("role") != role:
        words.setProperty("role", role)
        words.style().unpolish(words)
        words.style().polish(words)
