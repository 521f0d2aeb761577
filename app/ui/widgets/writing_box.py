"""Several lines to write in, for input methods too: the example is gone as soon as something is composed."""

from __future__ import annotations

from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QPlainTextEdit


class WritingBox(QPlainTextEdit):
    """Qt leaves the example standing under text that an input method has not handed over yet."""

    composing = False
    _example = ""

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        before, self.composing = self.composing, bool(event.preeditString())
        super().inputMethodEvent(event)
        if self.composing and not before:
            self._example = self.placeholderText()
            self.setPlaceholderText("")
        elif before and not self.composing:
            self.setPlaceholderText(self._example)
