"""File chips: name, pages, tokens, a state and a button to remove it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from app.core.units import format_tokens
from app.core.words import say
from app.ui.fonts import SMALL_PX, figure_font
from app.ui.icons import pixmap
from app.ui.theme import RADIUS, tokens
from app.ui.widgets.buttons import IconButton
from app.ui.widgets.password import PasswordField

CHIP_PX = 30
WIDEST_PX, WIDEST_NOTED_PX, WIDEST_WORDY_PX, FIELD_PX = 340, 440, 560, 124
_SIGNS = {"reading": "file-text", "ready": "file-text", "locked": "lock", "refused": "circle-alert", "folder": "folder"}
ChipState = Literal["reading", "ready", "locked", "refused"]


@dataclass(frozen=True, slots=True)
class ChipItem:
    """A file waiting in the composer. `key` is the caller's (its path); `progress` is 0 to 1 while it is read.

    `reason` says why it was refused, or what to know about a file that is ready. Of `pages` only `sent_pages` go to
    the model unless that is None; `tokens` are those of the pages sent. `flaw` says in a word or
    two that there is something to check. A folder stands for its `files` in one chip, with `unread` others that could
    not be read. A "locked" file asks for its password in the chip; `reason` is what it says beside the name.
    """

    key: str
    name: str
    pages: int = 0
    tokens: int = 0
    state: ChipState = "ready"
    progress: float = 0.0
    reason: str = ""
    sent_pages: int | None = None
    files: int = 0
    unread: int = 0
    flaw: str = ""


class FileChip(QWidget):
    """One file. `removed(key)` from its button or the Delete key; `opened(key)` from a click, Enter or Space.

    `unlocked(key, password)` from the field of a locked one.
    """

    removed = Signal(str)
    opened = Signal(str)
    unlocked = Signal(str, str)

    def __init__(self, item: ChipItem, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.item = item
        self.setFont(figure_font(SMALL_PX))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button = IconButton("x", say("Remove {name}", name=item.name), self, px=12)
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.button.clicked.connect(self._on_clicked)
        self.password: PasswordField | None = None
        self._goes_on_typing = False
        self.set_item(item)

    def set_item(self, item: ChipItem) -> None:
        """Show another state of the same file."""
        self.item = item
        ready = item.state == "ready"
        self.setCursor(Qt.CursorShape.PointingHandCursor if ready else Qt.CursorShape.ArrowCursor)
        about = item.reason or self.words()
        self.setToolTip(f"{about}\n{say('Click to see its pages.')}" if ready else about)
        self.setAccessibleName(self.words())
        self.setAccessibleDescription(item.reason)
        self._show_field(locked=item.state == "locked")
        self.updateGeometry()
        self.update()

    def words(self) -> str:
        """The chip's text."""
        item = self.item
        if item.state == "refused" and item.reason.startswith(item.name):
            return item.reason
        if item.state in ("refused", "locked"):
            return f"{item.name} · {item.reason}"
        if item.state == "reading":
            return say("{name} · reading {share} %", name=item.name, share=round(100 * item.progress))
        files = say("{count} files", count=item.files) if item.files else ""
        pages = _pages_words(item)
        count = say("{count} tokens", count=format_tokens(item.tokens)) if item.tokens else ""
        unread = say("{count} not read", count=item.unread) if item.unread else ""
        return " · ".join(part for part in (item.name, files, unread, pages, count, item.flaw) if part)

    def _fitting_words(self) -> str:
        """The words with the name shortened, so that what is said behind it stays to be seen."""
        words, name = self.words(), self.item.name
        over = self.fontMetrics().horizontalAdvance(words) - (self.width() - 59 - self._field_px())
        if over <= 0 or self.item.state == "refused":
            return words
        room = max(40, self.fontMetrics().horizontalAdvance(name) - over)
        return self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, room) + words[len(name) :]

    def sizeHint(self) -> QSize:
        """As wide as its words, within reason."""
        wordy = self.item.state in ("refused", "locked") or self.item.files
        widest = WIDEST_WORDY_PX if wordy else WIDEST_NOTED_PX if self.item.flaw else WIDEST_PX
        words = self.fontMetrics().horizontalAdvance(self.words()) + 62
        return QSize(min(widest, words) + self._field_px(), CHIP_PX)

    def minimumSizeHint(self) -> QSize:
        """Words may be cut."""
        return QSize(96, CHIP_PX)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The button at the right."""
        self.button.setGeometry(self.width() - 27, 4, 22, 22)
        if self.password is not None:
            self.password.setGeometry(self.width() - 28 - FIELD_PX, 3, FIELD_PX, CHIP_PX - 6)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete removes the file."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit(self.item.key)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit(self.item.key)
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click shows its pages."""
        if event.button() != Qt.MouseButton.LeftButton or not self.rect().contains(event.position().toPoint()):
            return
        if self.password is not None:
            self.password.setFocus(Qt.FocusReason.MouseFocusReason)
        else:
            self.opened.emit(self.item.key)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Taken, so that the release comes here too."""
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Sign, words, and the progress as a line at the lower edge."""
        state = self.item.state
        flawed = state == "ready" and bool(self.item.flaw or self.item.unread)
        sign = "triangle-alert" if flawed else _SIGNS["folder" if self.item.files else state]
        painter = QPainter(self)
        paint_tag(
            painter,
            self,
            self._fitting_words(),
            sign,
            bad=state == "refused",
            right=30 + self._field_px(),
            focused=self.hasFocus(),
            care=flawed,
        )
        if state == "reading":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens().accent))
            width = (self.width() - 2 * RADIUS) * min(1.0, max(0.0, self.item.progress))
            painter.drawRect(QRectF(RADIUS, self.height() - 2, width, 2))
        painter.end()

    def _field_px(self) -> int:
        return FIELD_PX + 4 if self.item.state == "locked" else 0

    def _show_field(self, *, locked: bool) -> None:
        """The field for the password is there while the file is locked; who typed a wrong one goes on typing."""
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus if locked else Qt.FocusPolicy.TabFocus)
        if locked and self.password is None:
            self.password = field = PasswordField(self.item.name, self)
            field.returnPressed.connect(self._on_password)
            field.show()
            if self._goes_on_typing:
                field.setFocus(Qt.FocusReason.OtherFocusReason)
        elif not locked and self.password is not None:
            self.password.hide()
            self.password.deleteLater()
            self.password = None

    def _on_password(self) -> None:
        if self.password is not None and self.password.text():
            self._goes_on_typing = True
            self.unlocked.emit(self.item.key, self.password.text())

    def _on_clicked(self) -> None:
        self.removed.emit(self.item.key)


def _pages_words(item: ChipItem) -> str:
    if item.sent_pages is not None:
        return say("{sent} of {total} pages", sent=f"{item.sent_pages:,}", total=f"{item.pages:,}")
    return say("{count} pages", count=item.pages) if item.pages > 1 else ""


def paint_tag(
    painter: QPainter,
    widget: QWidget,
    text: str,
    sign: str,
    *,
    bad: bool = False,
    right: int = 8,
    focused: bool = False,
    care: bool = False,
) -> None:
    """A rounded tag filling `widget`: hair line, sign, words cut in the middle."""
    colours = tokens()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    line = colours.accent if focused else colours.bad if bad else colours.border
    painter.setPen(QPen(QColor(line), 2 if focused else 1))
    painter.setBrush(QColor(colours.page))
    inset = 1.0 if focused else 0.5
    painter.drawRoundedRect(QRectF(widget.rect()).adjusted(inset, inset, -inset, -inset), RADIUS, RADIUS)
    top = (widget.height() - 14) // 2
    painter.drawPixmap(
        9, top, pixmap(sign, "bad" if bad else "care" if care else "quiet", 14, widget.devicePixelRatioF())
    )
    painter.setFont(widget.font())
    painter.setPen(QColor(colours.bad if bad else colours.text))
    room = QRect(29, 0, widget.width() - 29 - right, widget.height())
    mode = Qt.TextElideMode.ElideRight if bad else Qt.TextElideMode.ElideMiddle
    shown = widget.fontMetrics().elidedText(text, mode, room.width())
    painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), shown)
