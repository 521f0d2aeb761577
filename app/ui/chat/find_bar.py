"""The line at the top of a conversation in which one looks for words in it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from app.core.folding import fold
from app.core.words import say
from app.store.query import Term, read_query
from app.ui.bridge import listen
from app.ui.chat.finding import Finding
from app.ui.chat.view import ChatView
from app.ui.conversation import Conversation
from app.ui.widgets.buttons import IconButton
from app.ui.widgets.search_field import SearchField
from app.ui.words import with_keys

WIDTH_PX = 320


class FindBar(QWidget):
    """A strip along the top of its view. Enter goes to the next hit, Shift+Enter back, Esc closes.

    `closed()` comes when it goes.
    """

    closed = Signal()

    def __init__(self, view: ChatView) -> None:
        super().__init__(view)
        self._view = view
        self.finding = Finding(view)
        self.setProperty("ground", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(say("Find in this chat"))
        self._build()
        self.finding.changed.connect(self._on_changed)
        view.installEventFilter(self)
        self.hide()

    def _build(self) -> None:
        self.edit = SearchField(say("Find in this chat"))
        self.count = QLabel()
        self.count.setProperty("role", "quiet")
        self.back = IconButton("chevron-up", with_keys(say("Previous"), "Shift+Enter"))
        self.next = IconButton("chevron-down", with_keys(say("Next"), "Enter"))
        self.close_button = IconButton("x", with_keys(say("Close"), "Esc"))
        self.edit.textEdited.connect(self._on_edited)
        self.edit.entered.connect(lambda back: self.finding.go(-1 if back else 1))
        self.edit.moved.connect(self.finding.go)
        self.edit.left.connect(self.end)
        self.back.clicked.connect(lambda: self.finding.go(-1))
        self.next.clicked.connect(lambda: self.finding.go(1))
        self.close_button.clicked.connect(self.end)
        self.edit.setMaximumWidth(WIDTH_PX)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 12, 6)
        row.setSpacing(4)
        row.addStretch(1)
        row.addWidget(self.edit, 3)
        for widget in (self.count, self.back, self.next, self.close_button):
            row.addWidget(widget)

    def begin(self, words: str | None = None) -> None:
        """Show it with these words, or with those that were looked for last.

        A screen reader that heard of a caret before the focus would not name the line.
        """
        self._place()
        self.show()
        self.raise_()
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)
        if words is not None:
            self.edit.setText(words)
        if self.edit.text():
            self.edit.selectAll()
        self._on_edited(self.edit.text())

    def _on_edited(self, text: str) -> None:
        """What is typed here is meant as it stands, from the first word to the last."""
        words = tuple(fold(text).split())
        self.finding.look_for(read_query(text).terms if '"' in text else [Term(words)] if words else [])

    def show_hit(self, words: str, key: str, start: int, *, in_thought: bool) -> None:
        """Show it at one hit of one message."""
        self.begin(words)
        self.finding.look_for(read_query(words).terms)
        self.finding.show(key, start, in_thought=in_thought)

    def end(self) -> None:
        if not self.isHidden():
            self.hide()
            self._view.setViewportMargins(0, 0, 0, 0)
            self.finding.stop()
            self._view.setFocus(Qt.FocusReason.OtherFocusReason)
            self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.end()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """As wide as the view."""
        if watched is self._view and event.type() == QEvent.Type.Resize and not self.isHidden():
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        """A strip over the view, so that it covers nothing of it."""
        height = self.sizeHint().height()
        self._view.setViewportMargins(0, height, 0, 0)
        self.setGeometry(0, 0, self._view.width(), height)

    def _on_changed(self, number: int, total: int) -> None:
        has_words = bool(self.edit.text().strip())
        words = say("{number} of {total}", number=number, total=f"{total:,}") if total else say("not found")
        self.count.setText(words if has_words else "")
        for button in (self.back, self.next):
            button.setEnabled(total > 0)


def find_bar_of(view: ChatView, conversation: Conversation) -> FindBar:
    """The one of this view, made when it is first wanted; another chat closes it."""
    for child in view.findChildren(QWidget):
        if isinstance(child, FindBar):
            return child
    bar = FindBar(view)
    listen(bar, lambda: conversation.opened.connect(bar.end))
    return bar
