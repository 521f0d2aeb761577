"""A field for a passphrase: hidden or shown, with a word when Caps Lock seems to be on.

The input method is told to learn nothing of it.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.core.words import say
from app.ui.pages.page import label
from app.ui.widgets.buttons import IconButton

_HINTS = (
    Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText | Qt.InputMethodHint.ImhNoAutoUppercase
)


class SecretField(QWidget):
    """`changed()` while it is typed, `entered()` by Enter."""

    changed = Signal()
    entered = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.edit = _Edit()
        self.edit.setMaxLength(1024)
        self.edit.setAccessibleName(name)
        self.edit.setPlaceholderText(name)
        self.edit.textChanged.connect(lambda _: self.changed.emit())
        self.edit.returnPressed.connect(self.entered)
        self.edit.caps_seen.connect(self._on_caps)
        self.eye = IconButton("eye", say("Show what is typed"))
        self.eye.setCheckable(True)
        self.eye.toggled.connect(self._on_shown)
        self.caps = label(say("Caps Lock seems to be on."), "care")
        self.caps.hide()
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.edit, 1)
        row.addWidget(self.eye)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self.caps)
        self.setFocusProxy(self.edit)
        self._on_shown(shown=False)

    def text(self) -> str:
        return self.edit.text()

    def take(self) -> str:
        """What was typed; the field is empty afterwards."""
        typed = self.edit.text()
        self.clear()
        return typed

    def clear(self) -> None:
        self.edit.clear()
        self.eye.setChecked(False)
        self.caps.hide()

    def _on_shown(self, shown: bool) -> None:
        self.edit.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
        self.edit.setInputMethodHints(_HINTS if shown else _HINTS | Qt.InputMethodHint.ImhHiddenText)
        self.eye.set_picture("eye-off" if shown else "eye")
        self.eye.set_name(say("Hide what is typed") if shown else say("Show what is typed"))

    def _on_caps(self, on: bool) -> None:
        self.caps.setVisible(on)


class _Edit(QLineEdit):
    """Qt does not say whether Caps Lock is on; a capital without Shift does, and a small letter with it."""

    caps_seen = Signal(bool)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        text, shift = event.text(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if len(text) == 1 and text.isascii() and text.isalpha():
            self.caps_seen.emit(text.isupper() != shift)
        elif event.key() == Qt.Key.Key_CapsLock:
            self.caps_seen.emit(False)  # it was just changed: the next letter tells
        super().keyPressEvent(event)
