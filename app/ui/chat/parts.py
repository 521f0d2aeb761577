"""The parts an answer's row is stacked from. Each is laid out by `fit(width)`, which returns its height."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QWidget

from app.core.units import format_duration
from app.core.words import say
from app.ui.chat.message import FailureNote
from app.ui.fonts import SMALL_PX, figure_font
from app.ui.icons import pixmap
from app.ui.markdown.browser import MarkdownBrowser
from app.ui.theme import RADIUS, tokens
from app.ui.widgets.buttons import IconButton, TextButton
from app.ui.widgets.labels import make_label

LINE_PX = 28


class Part(Protocol):
    """What a row can stack."""

    def fit(self, width: int) -> int:
        """Lay out for `width`; the height needed."""


class FoldButton(IconButton):
    """A quiet line of words with a chevron that opens what is below it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("chevron-right", "", parent, kind="fold", px=14)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setCheckable(True)
        self.setFont(figure_font(SMALL_PX))
        self.toggled.connect(self._on_toggled)

    def set_words(self, words: str, width: int) -> None:
        """Show `words`, shortened to `width`."""
        room = max(20, width - 14 - 24)
        shown = QFontMetrics(self.font()).elidedText(words, Qt.TextElideMode.ElideRight, room)
        if shown != self.text():
            self.setText(shown)
        self.setAccessibleName(words)
        self.setToolTip(words if shown != words else "")

    def _on_toggled(self, opened: bool) -> None:
        self.set_picture("chevron-down" if opened else "chevron-right")


class ThinkingPart(QWidget):
    """The thinking, folded apart. While folded only the text is kept; opening it writes the page once."""

    changed = Signal()
    link_activated = Signal(str)

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
            self.browser.begin()
            self.browser.push(self.text, final=not self._live)
            self.browser.show()
        elif self.browser is not None:
            self.browser.deleteLater()
            self.browser = None
        self.changed.emit()


class PrefillPart(QWidget):
    """One quiet line before the first token: how far the model has read, with a thin bar under it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._done = self._total = 0

    def set_progress(self, done: int, total: int) -> None:
        """`done` of `total` tokens are read; 0 of 0 says only that work has begun."""
        self._done, self._total = done, total
        self.setAccessibleName(self.words())
        self.update()

    def words(self) -> str:
        """The line as shown."""
        if not self._total:
            return say("Getting ready…")
        share = round(100 * self._done / self._total)
        return say(
            "Reading {done} of {total} tokens, {share} %", done=f"{self._done:,}", total=f"{self._total:,}", share=share
        )

    def fit(self, width: int) -> int:
        """One line and a bar."""
        return 36

    def paintEvent(self, event: QPaintEvent) -> None:
        """Words, then the bar."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(figure_font(13))
        painter.setPen(QColor(tokens().quiet))
        painter.drawText(QRect(0, 0, self.width(), 24), int(Qt.AlignmentFlag.AlignVCenter), self.words())
        if self._total:
            width = min(240, self.width())
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens().track))
            painter.drawRoundedRect(QRectF(0, 27, width, 3), 1.5, 1.5)
            painter.setBrush(QColor(tokens().accent))
            painter.drawRoundedRect(QRectF(0, 27, max(3.0, width * min(1.0, self._done / self._total)), 3), 1.5, 1.5)
        painter.end()


class ReceiptPart(QWidget):
    """The quiet line under an answer; it opens in place. The copy button stands at its end."""

    changed = Signal()
    copy_requested = Signal()

    def __init__(self, parent: QWidget, receipt: str, details: str) -> None:
        super().__init__(parent)
        self._receipt = receipt
        self.button = FoldButton(self)
        self.button.setVisible(bool(receipt and details))
        self.plain = make_label("", "quiet", self, wrap=False)
        self.plain.setVisible(bool(receipt and not details))
        self.plain.setFont(figure_font(SMALL_PX))
        self.details = make_label(details, "quiet", self)
        self.details.setFont(figure_font(SMALL_PX))
        self.details.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.details.hide()
        self.copy = IconButton("copy", say("Copy answer"), self, px=14)
        self.copy.clicked.connect(self.copy_requested)
        self.button.toggled.connect(self._on_toggled)

    def fit(self, width: int) -> int:
        """One line; more when open."""
        self.copy.setGeometry(width - LINE_PX, 0, LINE_PX, LINE_PX)
        room = width - LINE_PX - 8
        self.button.set_words(self._receipt, room)
        self.button.setGeometry(0, 0, min(room, self.button.sizeHint().width()), LINE_PX)
        self.plain.setText(QFontMetrics(self.plain.font()).elidedText(self._receipt, Qt.TextElideMode.ElideRight, room))
        self.plain.setGeometry(0, 0, room, LINE_PX)
        if not self.button.isChecked():
            return LINE_PX
        height = self.details.heightForWidth(width - 20)
        self.details.setGeometry(20, LINE_PX + 2, width - 20, height)
        return LINE_PX + height + 6

    def focus_chain(self) -> list[QWidget]:
        """In reading order."""
        return [self.button, self.details, self.copy]

    def _on_toggled(self, opened: bool) -> None:
        self.details.setVisible(opened)
        self.changed.emit()


class FailurePart(QWidget):
    """An inline card: the cause, what was saved, one button."""

    action_requested = Signal(str)

    def __init__(self, parent: QWidget, note: FailureNote) -> None:
        super().__init__(parent)
        self.note = note
        self.cause = make_label(note.cause, "", self)
        self.saved = make_label(note.saved, "", self)
        self.saved.setVisible(bool(note.saved))
        self.button: TextButton | None = None
        if note.action_label:
            self.button = TextButton(note.action_label, self)
            self.button.clicked.connect(self._on_clicked)
        self.setAccessibleName(" ".join(part for part in (note.cause, note.saved) if part))

    def fit(self, width: int) -> int:
        """Sentences beside the sign, the button under them."""
        left, inner = 44, width - 44 - 16
        y = 12
        for label in (self.cause, self.saved):
            if label.text():
                y = self._place(label, left, y, inner)
        if self.button is not None:
            size = self.button.sizeHint()
            self.button.setGeometry(left, y + 8, size.width(), size.height())
            y += 8 + size.height()
        return y + 12

    def _place(self, label: QLabel, left: int, y: int, width: int) -> int:
        height = label.heightForWidth(width)
        label.setGeometry(left, y, width, height)
        return y + height + 4

    def paintEvent(self, event: QPaintEvent) -> None:
        """A hair line, a red edge and the sign."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens().border), 1))
        painter.setBrush(QColor(tokens().panel))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        painter.drawPixmap(14, 12, pixmap("circle-alert", "bad", 18, self.devicePixelRatioF()))
        painter.end()

    def _on_clicked(self) -> None:
        self.action_requested.emit(self.note.action)
