"""Carrel and the desktop: notifications, the tray, and who opens GGUF files."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QSystemTrayIcon, QWidget

from app.core.errors import CarrelError
from app.core.words import say
from app.session.desk import Desk
from app.session.integration import integrate, is_integrated, withdraw
from app.ui.pages.page import Card, hint, label


class DesktopCard(Card):
    """Choices hold at once, as on the rest of the page."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(say("Desktop"), parent)
        self._desk = desk
        self.notify = QCheckBox(say("Tell me when a long answer or a download ends"))
        self.notify.setChecked(desk.settings.notify)
        self.notify.toggled.connect(lambda on: desk.change_settings(notify=on))
        self.tray = QCheckBox(say("Keep Carrel in the system tray when its window is closed"))
        has_tray = QSystemTrayIcon.isSystemTrayAvailable()
        self.tray.setChecked(desk.settings.tray)
        self.tray.setEnabled(has_tray or desk.settings.tray)
        self.tray.toggled.connect(lambda on: desk.change_settings(tray=on))
        self.entry = QCheckBox(say("Open .gguf files with Carrel, and list it among your programs"))
        self.entry.setChecked(is_integrated())
        self.entry.toggled.connect(self._on_entry)
        self.problem = label("", "bad")
        self.problem.hide()
        self.column.addWidget(self.notify)
        self.column.addWidget(self.tray)
        if not has_tray:
            self.column.addWidget(hint(say("This desktop has no system tray.")))
        self.column.addWidget(self.entry)
        words = say("For you alone; nothing is installed for others. Switch it off, and it is taken away again.")
        self.column.addWidget(hint(words))
        self.column.addWidget(self.problem)

    def _on_entry(self, on: bool) -> None:
        self.problem.hide()
        self.entry.setEnabled(False)
        (integrate if on else withdraw)(self._desk, lambda _: self.entry.setEnabled(True), self._on_failed)

    def _on_failed(self, error: CarrelError) -> None:
        self.entry.blockSignals(True)
        self.entry.setChecked(is_integrated())
        self.entry.blockSignals(False)
        self.entry.setEnabled(True)
        self.problem.setText(str(error))
        self.problem.show()
