"""A user's message: a bubble with its text, and the files that went with it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.core.counts import pages_words
from app.core.units import format_tokens
from app.core.words import say
from app.ui.chat.drags import DragOut, file_data
from app.ui.chat.message import SHOW_FILE, FileNote, MessageItem
from app.ui.chat.row import MessageRow, column
from app.ui.fonts import SMALL_PX, figure_font
from app.ui.markdown.browser import MarkdownBrowser
from app.ui.markdown.sights import sights_of
from app.ui.theme import tokens
from app.ui.widgets.chip import paint_tag

BUBBLE_SHARE = 0.78
CHIP_PX = 28


class UserRow(MessageRow):
    """A soft bubble at the right, files named under it."""

    def __init__(self, parent: QWidget, item: MessageItem, width: int) -> None:
        super().__init__(parent)
        self._files = [_FileTag(self, note, f"{SHOW_FILE}{place}") for place, note in enumerate(item.files)]
        for tag in self._files:
            tag.opened.connect(self.action_requested)
        self.browser = MarkdownBrowser(self, plain=True)
        self.browser.set_ground(None)
        self.browser.viewport().setAutoFillBackground(False)
        self.browser.use_sights(sights_of(item.key))
        self.browser.fit(_text_limit(column(width)[1]))
        self.browser.show_text(item.text)
        self.browser.reshaped.connect(self.needs_layout)
        self.browser.reveal_wanted.connect(lambda top, end: self._reveal(self.browser, top, end))
        self.browser.link_activated.connect(self.link_activated)
        self.browser.setAccessibleName(say("You said"))
        self.setAccessibleName(say("You said"))
        self._bubble = QRectF()
        self.set_standing(item.standing)

    def fit(self, width: int) -> int:
        """Bubble as wide as its text, at most 78 % of the column."""
        left, inner = column(width)
        limit = _text_limit(inner)
        text_width = self.browser.ideal_width(limit)
        height = self.browser.fit(text_width)
        x = left + inner - text_width - 32
        y = 12
        has_text = not self.browser.is_empty
        self.browser.setVisible(has_text)
        self.browser.setGeometry(x + 16, y + 10, text_width, height)
        bubble = QRectF(x, y, text_width + 32, height + 20) if has_text else QRectF()
        if bubble != self._bubble:
            self._bubble = bubble
            self.update()  # what a row holds counts as standing still when it is resized; the bubble moves
        if has_text:
            y += height + 20 + 6
        self.browser.place_code_buttons()
        y = self._place_files(left, left + inner, y)
        return y - 2 + self._place_actions(left, y - 2, inner)

    def focus_chain(self) -> list[QWidget]:
        """The text, its code's buttons, the files, what can be done."""
        return [self.browser, *self.browser.controls, *self._files, *self._action_chain()]

    def paintEvent(self, event: QPaintEvent) -> None:
        """The bubble."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens().bubble))
        painter.drawRoundedRect(self._bubble, 12, 12)
        painter.end()

    def _place_files(self, left: int, right: int, y: int) -> int:
        """Tags from the right edge leftwards, in lines."""
        lines: list[list[_FileTag]] = [[]]
        used = 0
        for tag in self._files:
            wide = min(tag.wanted_width(), right - left)
            if used and used + 6 + wide > right - left:
                lines.append([])
                used = 0
            lines[-1].append(tag)
            used += wide + (6 if used else 0)
        for line in lines:
            x = right
            for tag in reversed(line):
                wide = min(tag.wanted_width(), right - left)
                x -= wide
                tag.setGeometry(x, y, wide, CHIP_PX)
                x -= 6
            y += CHIP_PX + 6 if line else 0
        return y


def _text_limit(inner: int) -> int:
    """How wide a line may be in a column of `inner` pixels."""
    return int(inner * BUBBLE_SHARE) - 32


class _FileTag(QWidget):
    """A file's name, pages and tokens under a message. `opened(action)` by a click, Enter or Space."""

    opened = Signal(str)

    def __init__(self, parent: QWidget, note: FileNote, action: str) -> None:
        super().__init__(parent)
        self._action = action
        pages = pages_words(note.pages) if note.pages > 1 else ""
        if note.sent_pages is not None:
            pages = say("{sent} of {total} pages", sent=f"{note.sent_pages:,}", total=f"{note.pages:,}")
        count = say("{count} tokens", count=format_tokens(note.tokens)) if note.tokens else ""
        self._text = " · ".join(part for part in (note.name, pages, count) if part)
        self.setFont(figure_font(SMALL_PX))
        self.setAccessibleName(self._text)
        self.setToolTip(f"{self._text}\n{say('Click to see its pages.')}")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        DragOut(self, lambda: file_data([Path(note.path)]) if note.path else None)

    def wanted_width(self) -> int:
        """Enough for all of it."""
        return self.fontMetrics().horizontalAdvance(self._text) + 38

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Taken, so that the release comes here too."""
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.opened.emit(self._action)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit(self._action)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A hair line around sign and words."""
        painter = QPainter(self)
        paint_tag(painter, self, self._text, "file-text", focused=self.hasFocus())
        painter.end()
