"""What a model thought before its answer, folded apart from it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.core.units import format_duration
from app.core.words import say
from app.ui.chat.parts import LINE_PX, FoldButton
from app.ui.markdown.browser import MarkdownBrowser
from app.ui.theme import tokens


class ThinkingPart(QWidget):
    """The thinking, folded apart. While folded only the text is kept; opening it writes the page once."""

    changed = Signal()
    link_activated = Signal(str)
    resized = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._text: list[str] = []
        self._tokens, self._seconds, self._live = 0, 0.0, False
        self._width = 400
        self.button = FoldButton(self)
        self.button.toggled.connect(self._on_toggled)
        self.browser: MarkdownBrowser | None = None

    @property
    def text(self) -> str:
        """All thinking so far."""
        return "".join(self._text)

    @property
    def token_count(self) -> int:
        """How many tokens it took so far."""
        return self._tokens

    def show_finished(self, text: str, tokens_count: int, seconds: float) -> None:
        """Thinking that is over; an empty text keeps what was streamed."""
        if text:
            self._text = [text]
        self._tokens, self._seconds, self._live = tokens_count or self._tokens, seconds, False
        if self.browser is not None and text:
            self.browser.show_text(text)
        self._rename()

    def push(self, text: str, tokens_count: int) -> None:
        """More thinking while it goes on. Costs one string while folded."""
        self._live = True
        self._text.append(text)
        self._tokens += tokens_count
        if self.browser is not None:
            self.browser.push(text)
        self._rename()

    def fit(self, width: int) -> int:
        """Head, and the page when open."""
        self._width = width
        self._rename()
        self.button.setGeometry(0, 0, min(width, self.button.sizeHint().width()), LINE_PX)
        if self.browser is None:
            return LINE_PX
        height = self.browser.fit(width - 18)
        self.browser.setGeometry(18, LINE_PX + 4, width - 18, height)
        self.browser.place_code_buttons()
        return LINE_PX + 4 + height + 8

    def paintEvent(self, event: QPaintEvent) -> None:
        """A line at the left of the open page."""
        if self.browser is not None:
            painter = QPainter(self)
            painter.fillRect(4, LINE_PX + 4, 2, self.browser.height(), QColor(tokens().border))
            painter.end()

    def _rename(self) -> None:
        words = self._words()
        self.button.set_words(words, self._width)
        self.button.resize(min(self._width, self.button.sizeHint().width()), LINE_PX)

    def _words(self) -> str:
        """How long and how much; what is not known of an old answer is left out."""
        count = f"{self._tokens:,}"
        if self._live:
            return say("Thinking… {count} tokens", count=count)
        time = format_duration(self._seconds)
        if not self._tokens:
            return say("Thought for {time}", time=time) if self._seconds else say("Thinking")
        if self._seconds:
            return say("Thought for {time} · {count} tokens", time=time, count=count)
        return say("Thought · {count} tokens", count=count)

    def _on_toggled(self, opened: bool) -> None:
        if opened:
            self.browser = MarkdownBrowser(self, px=13, quiet=True)
            self.browser.setAccessibleName(say("Thinking"))
            self.browser.link_activated.connect(self.link_activated)
            self.browser.resized.connect(self.resized)
            self.browser.reshaped.connect(self.changed)
            self.browser.begin()
            self.browser.push(self.text, final=not self._live)
            self.browser.show()
        elif self.browser is not None:
            self.browser.deleteLater()
            self.browser = None
        self.changed.emit()
