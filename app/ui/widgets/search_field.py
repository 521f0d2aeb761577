"""A line for words to search for, whose arrows, Enter and Esc steer what was found."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from app.core.words import say
from app.ui.icons import icon

_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -8, Qt.Key.Key_PageDown: 8}
_OURS = (*_STEPS, Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter)


class ClearedField(QLineEdit):
    """A line with a button in it that empties it, while there are words.

    Qt's own such button looks through all icon themes of the system for its picture: a twentieth of the start.
    """

    def __init__(self, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(words)
        self.setAccessibleName(words)
        self._clearing = self.addAction(icon("x", px=14), QLineEdit.ActionPosition.TrailingPosition)
        self._clearing.setText(say("Clear"))
        self._clearing.setVisible(False)
        self._clearing.triggered.connect(self.clear)
        self.textChanged.connect(lambda text: self._clearing.setVisible(bool(text)))

    def changeEvent(self, event: QEvent) -> None:
        """A new theme brings a new colour."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_clearing"):
            self._clearing.setIcon(icon("x", px=14))


class FilterField(ClearedField):
    """A line whose words choose of what stands below it. Esc empties it; the next Esc is the window's.

    Signal: `descended()` by the arrow down, to what stands below.
    """

    descended = Signal()

    def event(self, event: QEvent) -> bool:
        is_key = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        if is_key and event.type() == QEvent.Type.ShortcutOverride and self.text():
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() == Qt.Key.Key_Down:
            self.descended.emit()
        else:
            super().keyPressEvent(event)


class SearchField(ClearedField):
    """Signals: `moved(step)` by the arrows, `entered(shift)`, `left()` by Esc."""

    moved = Signal(int)
    entered = Signal(bool)
    left = Signal()

    def event(self, event: QEvent) -> bool:
        """These keys are meant for the field, also where the window has a use for them."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _OURS:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _STEPS:
            self.moved.emit(_STEPS[key])
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit(bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        else:
            super().keyPressEvent(event)
