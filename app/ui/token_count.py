"""How many tokens a box of words is, counted exactly when typing pauses and somebody can see it."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QLabel, QPlainTextEdit

from app.core.counts import tokens_words
from app.core.errors import CarrelError
from app.core.words import say
from app.session.counting import Counter
from app.session.desk import Desk
from app.ui.bridge import listen

PAUSE_MS = 400


class TokenCount(QObject):
    """Writes the count of `box` into `words`. Lives with the box; the small child that may count ends with it."""

    def __init__(self, desk: Desk, box: QPlainTextEdit, words: QLabel) -> None:
        super().__init__(box)
        self._desk, self._box, self._words = desk, box, words
        self._counter = Counter(desk)
        self._counted: tuple[str, str] | None = None  # the text, and whose vocabulary
        self._timer = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._timer.timeout.connect(self._count)
        box.textChanged.connect(self._on_text)
        listen(self, lambda: desk.engine.changed.connect(lambda _: self._timer.start()))
        counter = self._counter
        desk.at_close.append(counter.close)
        self.destroyed.connect(lambda: counter.close())
        self._on_text()

    def refresh(self) -> None:
        """The box has come into sight."""
        self._timer.start()

    def _on_text(self) -> None:
        if not self._box.toPlainText().strip():
            self._words.setText(say("No instructions"))
            self._counted = None
            self._timer.stop()
        else:
            if self._counted is None:  # a count that is a moment old says more than none
                self._words.setText("")
            self._timer.start()

    def _count(self) -> None:
        text = self._box.toPlainText().strip()
        wanted = (text, self._desk.engine.state.tokenizer)
        if not text or wanted == self._counted or not self._box.isVisible():
            return

        def counted(tokens: int) -> None:
            self._counted = wanted
            if self._box.toPlainText().strip() == text:
                self._words.setText(tokens_words(tokens))

        try:
            self._counter.count_text(text, counted, lambda _: None)
        except CarrelError:  # the model went away between the question and here
            return
