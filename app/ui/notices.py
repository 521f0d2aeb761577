"""One line at the bottom of the middle column: what just happened, and the button that takes it back."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from app.core.words import say
from app.ui.widgets.buttons import IconButton, TextButton
from app.ui.widgets.picture import Picture

SHOWN_MS, NOTED_MS = 10_000, 60_000
MOST_PX = 792  # as wide as the message above it


class Notices(QWidget):
    """A notice stays ten seconds, or until it is closed; a note of what Carrel did by itself stays a minute, an error
    until it is closed.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        card = QFrame()
        card.setProperty("ground", "card")
        outer = QHBoxLayout(self)
        outer.setContentsMargins(16, 0, 16, 8)
        card.setMaximumWidth(MOST_PX)
        outer.addStretch(1)
        outer.addWidget(card, 1000)
        outer.addStretch(1)
        self._words = QLabel()
        self._words.setWordWrap(True)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._button = TextButton("", kind="quiet")
        self._button.clicked.connect(self._on_clicked)
        self._close = IconButton("x", say("Close"))
        self._close.clicked.connect(self.hide)
        self._act: Callable[[], object] | None = None
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.hide)
        row = QHBoxLayout(card)
        row.setContentsMargins(16, 6, 8, 6)
        row.setSpacing(10)
        self._sign = Picture("circle-alert", role="bad")  # colour alone would say nothing
        row.addWidget(self._sign)
        row.addWidget(self._words, 1)
        row.addWidget(self._button)
        row.addWidget(self._close)
        self.hide()

    @property
    def words(self) -> str:
        """What is said now."""
        return self._words.text()

    def tell(self, words: str, button: str = "", act: Callable[[], object] | None = None) -> None:
        """Say something once; `act` is what the button does."""
        self._say(words, button, act)
        self._timer.start(SHOWN_MS)

    def note(self, words: str) -> None:
        """Say what Carrel did by itself: the user may have looked away."""
        self._say(words, "", None)
        self._timer.start(NOTED_MS)

    def tell_error(self, words: str) -> None:
        """Say that something failed; it stays until it is closed."""
        self._timer.stop()
        self._say(words, "", None)
        self._sign.show()

    def keep(self, words: str, button: str, act: Callable[[], object]) -> None:
        """Say something that should not be missed; it stays until it is closed."""
        self._timer.stop()
        self._say(words, button, act)

    def _say(self, words: str, button: str, act: Callable[[], object] | None) -> None:
        self._sign.hide()
        self._words.setText(words)
        self._button.rename(button)
        self._button.setVisible(bool(button))
        self._act = act
        self.setVisible(True)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))

    def _on_clicked(self) -> None:
        act, self._act = self._act, None
        self.hide()
        if act is not None:
            act()
