"""What opens a vault, changed; and its end."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QCheckBox, QWidget
from shiboken6 import isValid

from app.config.keystore import has_key_store
from app.core.errors import CarrelError
from app.core.words import say
from app.session import vault, vaultend, vaultways
from app.session.desk import Desk
from app.ui.pages.page import Card, buttons, label
from app.ui.pages.vault_making import recolour
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.secret import SecretField


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
        recolour(self.told, role)
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
        vaultend.remove_vault(self._desk, lambda: None, self._on_failed)

    def _on_destroy(self) -> None:
        vaultend.destroy_vault(self._desk, lambda: None, self._on_failed)

    def _on_failed(self, error: CarrelError) -> None:
        self.remove.setEnabled(True)
        self.remove.rename(say("Take the vault down"))
        self.told.setText(str(error))
        self.told.show()
