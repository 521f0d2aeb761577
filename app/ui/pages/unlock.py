"""What is shown while the vault is locked: a field, and nothing of the chats, not even their names."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget
from shiboken6 import isValid

from app.core.errors import CarrelError
from app.core.words import say
from app.session import vault
from app.session.desk import Desk
from app.ui.icons import icon
from app.ui.pages.page import Card, label
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.secret import SecretField

CARD_PX, LOCK_PX = 420, 40


class UnlockPage(QWidget):
    """`opened()` when the right passphrase was given."""

    opened = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.setProperty("ground", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        found = vault.status(desk)
        self.field = SecretField(say("Passphrase or recovery key"))
        self.open = TextButton(say("Unlock"), kind="primary")
        self.by_store = TextButton(say("Open with the key store of this computer"))
        self.by_store.setVisible(found.has_key_store)
        self._is_asking = False
        self.told = label("", "bad")
        self.told.hide()
        self._lay_out()
        self.field.entered.connect(self._on_open)
        self.field.changed.connect(self._on_typed)
        self.open.clicked.connect(self._on_open)
        self.by_store.clicked.connect(self.open_by_store)
        self._on_typed()
        self.setFocusProxy(self.field)
        if desk.vault.trouble is not None:
            self._tell(str(desk.vault.trouble))

    def open_by_store(self) -> None:
        """As at the start, without a question of ours. While the system asks, a passphrase can be typed too."""
        self._ask_store(on=True)
        vault.unlock_by_key_store(self._desk, self._on_stored, self._on_refused)

    def _on_stored(self) -> None:
        if isValid(self):
            self.opened.emit()

    def _on_refused(self, error: CarrelError) -> None:
        """Perhaps long after this page has gone."""
        if isValid(self):
            self._ask_store(on=False)
            self._on_failed(error)

    def _ask_store(self, *, on: bool) -> None:
        self._is_asking = on
        self.by_store.rename(
            say("Asking the key store of this computer…") if on else say("Open with the key store of this computer")
        )
        self.by_store.setEnabled(not on)
        if on:
            self.told.hide()

    def _lay_out(self) -> None:
        card = Card()
        card.setFixedWidth(CARD_PX)
        card.column.setContentsMargins(32, 32, 32, 32)
        card.column.setSpacing(12)
        picture = QLabel()
        picture.setPixmap(icon("lock", "accent", LOCK_PX).pixmap(LOCK_PX, LOCK_PX))
        title = label(say("Carrel is locked"), "title")
        title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        words = label(say("Your chats, documents and saved readings are encrypted on this disk."), "quiet")
        words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        card.column.addWidget(picture, 0, Qt.AlignmentFlag.AlignHCenter)
        for widget in (title, words, self.field, self.told, self.open, self.by_store):
            card.column.addWidget(widget)
        card.column.setSpacing(12)
        row, column = QHBoxLayout(), QVBoxLayout(self)
        row.addStretch(1)
        row.addWidget(card)
        row.addStretch(1)
        column.addStretch(2)
        column.addLayout(row)
        column.addStretch(3)

    def _on_typed(self) -> None:
        self.open.setEnabled(bool(self.field.text()))

    def _on_open(self) -> None:
        if self.field.text() and self.open.isEnabled():
            self._busy(on=True)
            vault.unlock(self._desk, self.field.take(), self.opened.emit, self._on_failed)

    def _on_failed(self, error: CarrelError) -> None:
        self._busy(on=False)
        self._tell(str(error))
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _busy(self, *, on: bool) -> None:
        self.open.rename(say("Unlocking…") if on else say("Unlock"))
        for widget in (self.field, self.open, self.by_store):
            widget.setEnabled(not on)
        self.by_store.setEnabled(not on and not self._is_asking)
        self.told.setVisible(bool(self.told.text()) and not on)
        if not on:
            self._on_typed()

    def _tell(self, words: str) -> None:
        self.told.setText(words)
        self.told.setAccessibleName(words)
        self.told.show()
