"""The field for a file's password: small enough for a chip, never shown in clear, never kept."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from app.core.words import say
from app.ui.fonts import SMALL_PX, ui_font


class PasswordField(QLineEdit):
    """Enter hands the password on (`returnPressed`); Esc empties the field."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "chip")
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setInputMethodHints(Qt.InputMethodHint.ImhHiddenText | Qt.InputMethodHint.ImhNoPredictiveText)
        self.setFont(ui_font(SMALL_PX))
        self.setPlaceholderText(say("Password"))
        self.setAccessibleName(say("Password of {name}", name=name))
        self.setToolTip(say("Enter opens the file. The password is not kept."))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys typed here mean nothing to the chip around it."""
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)
            event.accept()
