"""The copy button on the head of a code card."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QToolButton, QWidget

from app.core.words import say
from app.ui.chat.drags import DragOut, code_data
from app.ui.markdown.code import CodeCard

COPIED_MS = 1500


class CodeButton(QToolButton):
    """ "Copy" on a code card's head; says "Copied" for a moment."""

    def __init__(self, page: QWidget) -> None:
        super().__init__(page)
        self._card: CodeCard | None = None
        self.setProperty("kind", "text")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setText(say("Copy"))
        self.clicked.connect(self._on_clicked)
        DragOut(self, lambda: code_data(self._card.read_source(), self._card.language) if self._card else None)

    def serve(self, card: CodeCard) -> None:
        """Copy `card` from now on."""
        if self._card is not card:
            self._card = card
            self.setAccessibleName(say("Copy code, {language}", language=card.language or say("code")))

    def _on_clicked(self) -> None:
        if self._card is None:
            return
        QGuiApplication.clipboard().setText(self._card.read_source())
        self.setText(say("Copied"))
        QTimer.singleShot(COPIED_MS, self, self._restore)

    def _restore(self) -> None:
        self.setText(say("Copy"))
