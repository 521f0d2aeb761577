"""Rows of the conversation: a user's bubble, an answer on the page. Laid out by hand, so that a row costs little."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QWidget

from app.core.units import format_tokens
from app.core.words import say
from app.ui.chat.message import FailureNote, FileNote, MessageItem
from app.ui.chat.parts import FailurePart, PrefillPart, ReceiptPart, ThinkingPart
from app.ui.chat.stream import Batch
from app.ui.fonts import SMALL_PX, figure_font
from app.ui.markdown.browser import COPIED_MS, MarkdownBrowser
from app.ui.theme import tokens
from app.ui.widgets.chip import paint_tag

COLUMN_PX = 760
SIDE_PX = 24
SLACK_PX = 6000
"""How much taller than its text a streaming row is kept: every resize would repaint all of it."""
BUBBLE_SHARE = 0.78
CHIP_PX = 28


def column(width: int) -> tuple[int, int]:
    """(left, width) of the reading column in a view `width` wide."""
    inner = max(120, min(COLUMN_PX, width - 2 * SIDE_PX))
    return (width - inner) // 2, inner


class MessageRow(QWidget):
    """What both kinds share. `needs_layout` asks the view to `fit` the row again."""

    needs_layout = Signal()
    action_requested = Signal(str)
    link_activated = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StaticContents)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.browser: MarkdownBrowser

    def fit(self, width: int) -> int:
        """Lay out for a view `width` wide; the row's height."""
        raise NotImplementedError

    def focus_chain(self) -> list[QWidget]:
        """What Tab reaches, in reading order."""
        raise NotImplementedError

    def take_paint_s(self) -> float:
        """Seconds spent painting the text since the last call."""
        return self.browser.take_paint_s()


class UserRow(MessageRow):
    """A soft bubble at the right, files named under it."""

    def __init__(self, parent: QWidget, item: MessageItem) -> None:
        super().__init__(parent)
        self._files = [_FileTag(self, note) for note in item.files]
        self.browser = MarkdownBrowser(self, plain=True)
        self.browser.set_ground(None)
        self.browser.viewport().setAutoFillBackground(False)
        self.browser.show_text(item.text)
        self.browser.link_activated.connect(self.link_activated)
        self.browser.setAccessibleName(say("You said"))
        self.setAccessibleName(say("You said"))
        self._bubble = QRectF()

    def fit(self, width: int) -> int:
        """Bubble as wide as its text, at most 78 % of the column."""
        left, inner = column(width)
        limit = int(inner * BUBBLE_SHARE) - 32
        text_width = self.browser.ideal_width(limit)
        height = self.browser.fit(text_width)
        x = left + inner - text_width - 32
        y = 12
        has_text = not self.browser.is_empty
        self.browser.setVisible(has_text)
        self.browser.setGeometry(x + 16, y + 10, text_width, height)
        self._bubble = QRectF(x, y, text_width + 32, height + 20) if has_text else QRectF()
        if has_text:
            y += height + 20 + 6
        self.browser.place_code_buttons()
        y = self._place_files(left, left + inner, y)
        return y + 6

    def focus_chain(self) -> list[QWidget]:
        """The text and its code's buttons."""
        return [self.browser, *self.browser.code_buttons]

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


class _FileTag(QWidget):
    """A file's name, pages and tokens under a message."""

    def __init__(self, parent: QWidget, note: FileNote) -> None:
        super().__init__(parent)
        pages = say("{count} pages", count=note.pages) if note.pages > 1 else ""
        count = say("{count} tokens", count=format_tokens(note.tokens)) if note.tokens else ""
        self._text = " · ".join(part for part in (note.name, pages, count) if part)
        self.setFont(figure_font(SMALL_PX))
        self.setAccessibleName(self._text)
        self.setToolTip(self._text)

    def wanted_width(self) -> int:
        """Enough for all of it."""
        return self.fontMetrics().horizontalAdvance(self._text) + 38

    def paintEvent(self, event: QPaintEvent) -> None:
        """A hair line around sign and words."""
        painter = QPainter(self)
        paint_tag(painter, self, self._text, "file-text")
        painter.end()


class AnswerRow(MessageRow):
    """An answer straight on the page: thinking, text, failure, receipt."""

    def __init__(self, parent: QWidget, item: MessageItem) -> None:
        super().__init__(parent)
        self._streaming = False
        self._width = 0
        self.thinking: ThinkingPart | None = None
        self.prefill: PrefillPart | None = None
        self.failure: FailurePart | None = None
        self.receipt: ReceiptPart | None = None
        self.browser = MarkdownBrowser(self)
        self.browser.set_ground(QPalette.ColorRole.Base)
        self.browser.link_activated.connect(self.link_activated)
        self.browser.setAccessibleName(say("Answer"))
        self.setAccessibleName(say("Answer"))
        self.browser.show_text(item.text)
        if item.thinking:
            self._need_thinking().show_finished(item.thinking, item.thinking_tokens, item.thinking_s)
        if item.failure is not None:
            self.show_failure(item.failure)
        if item.text or item.receipt:
            self._show_receipt(item.receipt, item.details)

    @property
    def streaming(self) -> bool:
        """Whether text still comes."""
        return self._streaming

    # ---- streaming

    def begin(self) -> None:
        """Get ready for the first token."""
        self._streaming = True
        self.browser.begin()
        self.set_prefill(0, 0)

    def set_prefill(self, done: int, total: int) -> None:
        """How much of the prompt is read."""
        if self.prefill is None:
            self.prefill = PrefillPart(self)
            self.prefill.show()
        self.prefill.set_progress(done, total)

    def push(self, batch: Batch) -> None:
        """One flush."""
        self._drop_prefill()
        if batch.thinking:
            self._need_thinking().push(batch.thinking, batch.thinking_tokens)
        if batch.answer:
            if self.thinking is not None and self.browser.is_empty:
                self.thinking.show_finished("", 0, 0.0)
            self.browser.push(batch.answer)

    def finish(self, receipt: str, details: str, thinking_s: float) -> None:
        """The answer ended, for whatever reason."""
        self._drop_prefill()
        self._streaming = False
        self.browser.finish()
        if self.thinking is not None:
            self.thinking.show_finished("", 0, thinking_s)
        self._show_receipt(receipt, details)

    def show_failure(self, note: FailureNote) -> None:
        """An inline card under what there is of the answer; takes the place of an older one."""
        if self.failure is not None:
            self.failure.hide()
            self.failure.deleteLater()
        self.failure = FailurePart(self, note)
        self.failure.action_requested.connect(self.action_requested)
        self.failure.show()

    # ---- layout

    def fit(self, width: int) -> int:
        """Stack the parts in the column."""
        left, inner = column(width)
        y = 6
        for part, gap in ((self.thinking, 6), (self.prefill, 6)):
            if part is not None:
                height = part.fit(inner)
                part.setGeometry(left, y, inner, height)
                y += height + gap
        height = self.browser.fit(inner)
        shown = not self.browser.is_empty
        self.browser.setVisible(shown)
        if shown:
            self._place_browser(left, y, inner, height, same_width=width == self._width)
            y += height + (8 if self.failure is not None else 6)
        self._width = width
        for below in (self.failure, self.receipt):
            if below is not None:
                height = below.fit(inner)
                below.setGeometry(left, y, inner, height)
                y += height + 6
        return y + 12

    def _place_browser(self, left: int, y: int, width: int, height: int, *, same_width: bool) -> None:
        """While it streams, keep the page too tall and leave it alone as long as it suffices."""
        kept = self.browser.height()
        if self._streaming:
            enough = same_width and height <= kept <= height + 2 * SLACK_PX
            height = kept if enough else height + SLACK_PX
        if self.browser.geometry().getRect() != (left, y, width, height):
            self.browser.setGeometry(left, y, width, height)
        self.browser.place_code_buttons()

    def focus_chain(self) -> list[QWidget]:
        """Thinking, text, code, failure, receipt."""
        chain: list[QWidget] = []
        if self.thinking is not None:
            chain.append(self.thinking.button)
            if self.thinking.browser is not None:
                chain.append(self.thinking.browser)
        chain += [self.browser, *self.browser.code_buttons]
        if self.failure is not None and self.failure.button is not None:
            chain.append(self.failure.button)
        if self.receipt is not None:
            chain += self.receipt.focus_chain()
        return chain

    def copy_answer(self) -> None:
        """The answer's Markdown to the clipboard."""
        QGuiApplication.clipboard().setText(self.browser.markdown_text)
        if self.receipt is not None:
            self.receipt.copy.set_picture("check", "good")
            QTimer.singleShot(COPIED_MS, self.receipt, self._restore_copy)

    def _restore_copy(self) -> None:
        if self.receipt is not None:
            self.receipt.copy.set_picture("copy", "quiet")

    def _need_thinking(self) -> ThinkingPart:
        if self.thinking is None:
            self.thinking = ThinkingPart(self)
            self.thinking.changed.connect(self.needs_layout)
            self.thinking.link_activated.connect(self.link_activated)
            self.thinking.show()
        return self.thinking

    def _drop_prefill(self) -> None:
        if self.prefill is not None:
            self.prefill.hide()
            self.prefill.deleteLater()
            self.prefill = None

    def _show_receipt(self, receipt: str, details: str) -> None:
        if self.receipt is not None:
            self.receipt.hide()
            self.receipt.deleteLater()
        self.receipt = ReceiptPart(self, receipt, details)
        self.receipt.changed.connect(self.needs_layout)
        self.receipt.copy_requested.connect(self.copy_answer)
        self.receipt.show()


def make_row(parent: QWidget, item: MessageItem) -> MessageRow:
    """The row for `item`."""
    return UserRow(parent, item) if item.role == "user" else AnswerRow(parent, item)
