"""Chats come in from other programs; everything goes into one file, and comes back."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QFileDialog, QRadioButton, QWidget

from app.core.errors import CarrelError
from app.core.words import say
from app.session.backup.daily import backups_folder
from app.session.backup.manifest import ENDING
from app.session.backup.reading import is_locked_backup
from app.ui.archives import Archives
from app.ui.bridge import listen
from app.ui.pages.page import Card, buttons, label
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.secret import SecretField


class ImportCard(Card):
    """Chats of other programs, and Carrel's own JSON."""

    def __init__(self, archives: Archives, parent: QWidget | None = None) -> None:
        super().__init__(say("Import chats"), parent)
        self._archives = archives
        self.column.addWidget(
            label(
                say(
                    "From ChatGPT (conversations.json or its zip), Open WebUI, LM Studio, Jan, Claude, Ollama "
                    "(db.sqlite), a plain list of messages, or Carrel's own JSON. Chats that are here already are "
                    "recognised; what cannot be brought along is counted and named."
                ),
                "quiet",
            )
        )
        self.go = TextButton(say("Import chats…"), picture="upload")
        self.go.clicked.connect(self._on_go)
        self.column.addLayout(buttons(self.go))
        listen(self, lambda: archives.changed.connect(self._show))
        self._show()

    def _show(self) -> None:
        busy = self._archives.busy
        self.go.setEnabled(not busy)
        self.go.rename(say("Importing") if busy == "import" else say("Import chats…"))

    def _on_go(self) -> None:
        kinds = f"{say('Chats')} (*.json *.jsonl *.zip *.sqlite);;* (*)"
        names, _ = QFileDialog.getOpenFileNames(self, say("Import chats"), str(Path.home()), kinds)
        if names:
            self._archives.bring_in([Path(name) for name in names])


class BackupCard(Card):
    """With a passphrase or without; with a vault it must be said that anybody may read it."""

    def __init__(self, archives: Archives, parent: QWidget | None = None) -> None:
        super().__init__(say("Back up"), parent)
        self._archives = archives
        words = say(
            "Chats, the text of documents, document sets, settings and presets in one file, read back and checked "
            "after it is written. Models are not inside; they can be downloaded again."
        )
        self.column.addWidget(label(words, "quiet"))
        self.passphrase = SecretField(say("Passphrase for the backup"))
        self.again = SecretField(say("The same passphrase again"))
        self.hint = label("", "quiet")
        self.plain = QCheckBox(say("Anybody who has the file may read it"))
        for field in (self.passphrase, self.again):
            field.changed.connect(self._show)
        self.plain.toggled.connect(lambda _: self._show())
        self.go = TextButton(say("Back up…"), picture="download")
        self.go.clicked.connect(self._on_go)
        for widget in (self.passphrase, self.again, self.plain, self.hint):
            self.column.addWidget(widget)
        self.column.addLayout(buttons(self.go))
        self.daily = QCheckBox(say("Once a day by itself, without a passphrase; the last seven are kept"))
        self.daily.setChecked(archives.desk.settings.daily_backup)
        self.daily.toggled.connect(self._on_daily)
        self.place = label("", "quiet")
        self.column.addWidget(self.daily)
        self.column.addWidget(self.place)
        listen(self, lambda: archives.changed.connect(self._show))
        listen(self, lambda: archives.desk.vault.changed.connect(self._show))
        self._show()

    def _show(self) -> None:
        typed, again, busy = self.passphrase.text(), self.again.text(), self._archives.busy
        vault = self._archives.desk.vault.is_on
        self.again.setVisible(bool(typed))
        self.plain.setVisible(vault and not typed)
        self.hint.setText(self._hint(typed, again, vault=vault))
        ready = typed == again and (bool(typed) or not vault or self.plain.isChecked())
        self.go.setEnabled(not busy and ready)
        self.go.rename(say("Backing up") if busy == "backup" else say("Back up…"))
        self.daily.setEnabled(not vault)
        folder = str(backups_folder(self._archives.desk.home))
        self.place.setText(say("Not for chats in a vault.") if vault else say("They lie in {folder}.", folder=folder))
        self.place.setVisible(vault or self.daily.isChecked())

    def _on_daily(self, on: bool) -> None:
        """The first one is made at once."""
        if on != self._archives.desk.settings.daily_backup:
            self._archives.desk.change_settings(daily_backup=on)
            self._archives.begin()
        self._show()

    def _hint(self, typed: str, again: str, *, vault: bool) -> str:
        if typed and typed != again:
            return say("Type the same passphrase twice.")
        if typed:
            return say("Without this passphrase nobody can open the backup, not even you. Keep it safe.")
        if vault:
            return say("Your chats are in a vault: give the backup a passphrase, or say that anybody may read it.")
        return say("Without a passphrase whoever has the file can read it.")

    def _on_go(self) -> None:
        place = str(Path.home() / f"carrel-{time.strftime('%Y-%m-%d')}{ENDING}")
        name, _ = QFileDialog.getSaveFileName(self, say("Back up"), place, f"*{ENDING}")
        if name:
            self._archives.back_up(Path(name), self.passphrase.take(), plain=self.plain.isChecked())
            self.again.clear()


class RestoreCard(Card):
    """A file is chosen first; then it says what it needs."""

    def __init__(self, archives: Archives, parent: QWidget | None = None) -> None:
        super().__init__(say("Restore a backup"), parent)
        self._archives = archives
        self._file: Path | None = None
        self.choose = TextButton(say("Choose a backup…"), picture="folder-open")
        self.choose.clicked.connect(self._on_choose)
        self.name = label("")
        self.add_to = QRadioButton(say("Add what is missing; chats and settings that are here stay as they are"))
        self.replace = QRadioButton(say("Put it in the place of everything here; what is here now is kept aside"))
        self.add_to.setChecked(True)
        self.passphrase = SecretField(say("Passphrase of the backup"))
        self.passphrase.changed.connect(self._show)
        self.passphrase.entered.connect(self._on_go)
        self.trouble = label("", "bad")
        self.go = TextButton(say("Restore"), kind="primary")
        self.go.clicked.connect(self._on_go)
        self.column.addLayout(buttons(self.choose))
        self._needed = False
        for widget in (self.name, self.add_to, self.replace, self.passphrase, self.trouble):
            self.column.addWidget(widget)
        self.column.addLayout(buttons(self.go))
        listen(self, lambda: archives.changed.connect(self._show))
        self._show()

    def offer(self, file: Path) -> None:
        """Take a file that was chosen or dropped."""
        self.trouble.setText("")
        try:
            self._needed = is_locked_backup(file)
            self._file = file
        except CarrelError as error:
            self._file = None
            self.trouble.setText(str(error))
        self._show()

    def _on_choose(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, say("Restore a backup"), str(Path.home()), f"*{ENDING}")
        if name:
            self.offer(Path(name))

    def _show(self) -> None:
        known, busy = self._file is not None, self._archives.busy
        self.name.setText(self._file.name if self._file else "")
        for widget in (self.name, self.add_to, self.replace, self.go):
            widget.setVisible(known)
        self.passphrase.setVisible(known and self._needed)
        self.trouble.setVisible(bool(self.trouble.text()))
        self.choose.setEnabled(not busy)
        self.go.setEnabled(not busy and (not self._needed or bool(self.passphrase.text())))
        self.go.rename(say("Restoring") if busy == "restore" else say("Restore"))

    def _on_go(self) -> None:
        if self._file is not None and self.go.isEnabled():
            self._archives.restore(self._file, self.passphrase.take(), replace=self.replace.isChecked())
