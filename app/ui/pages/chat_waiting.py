"""Over the composer: the messages that wait for the answer, and the line that says an older question is edited."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.core.words import say
from app.store.waiting import Queued
from app.ui.chat.message_edit import MessageEdit
from app.ui.icons import pixmap
from app.ui.pages.page import label
from app.ui.widgets.buttons import IconButton, TextButton
from app.ui.widgets.labels import ElidedLabel

EDIT_LINES_PX = 240


class EditLine(QFrame):
    """A question is edited. `given_up()` when it should stay as it was."""

    given_up = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "card")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        words = say("You are editing an earlier question. Sending makes another version of it; nothing is lost.")
        self.words = label(words, "quiet")
        self.cancel = TextButton(say("Do not edit"), kind="quiet")
        self.cancel.clicked.connect(self.given_up)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 6, 4)
        row.setSpacing(8)
        row.addWidget(_Sign("pencil"))
        row.addWidget(self.words, 1)
        row.addWidget(self.cancel)
        self.hide()


class QueueCard(QFrame):
    """What waits, the next one first. `changed(id, text)`, `dropped(id)`, `wanted_now(id)`; `editing(id or None)` while
    one is written anew; `keyboard_left()` when the line that had the keyboard is gone. Tab comes here from `before`.
    """

    changed = Signal(object, str)
    editing = Signal(object)
    keyboard_left = Signal()
    dropped = Signal(object)
    wanted_now = Signal(object)

    def __init__(self, before: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._before = before
        self.setProperty("ground", "card")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.setAccessibleName(say("Messages that wait"))
        self.held = label("", "quiet")
        self.rows: list[QueueRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(12, 6, 6, 6)
        self._column.setSpacing(2)
        self._column.addWidget(self.held)
        self.hide()

    def show_queue(self, queue: Sequence[Queued], held: str) -> None:
        """`held` says why the first does not go out by itself. A message that is being edited keeps its words."""
        self.held.setText(held)
        self.held.setVisible(bool(held))
        known = {row.queued.id: row for row in self.rows}
        shown = [known.get(one.id) or self._make(one) for one in queue]
        gone = [row for row in self.rows if row not in shown]
        focused = QApplication.focusWidget()
        had_keyboard = focused is not None and any(row.isAncestorOf(focused) for row in gone)
        self.rows = shown
        for one, row in zip(queue, shown, strict=True):
            row.show_message(one)
            self._column.addWidget(row)
        self.setVisible(bool(shown))
        self._order_tabs()
        if had_keyboard:
            self.keyboard_left.emit()
        for row in gone:
            row.finish_edit()  # what was written in it is not lost
            row.hide()
            row.deleteLater()

    def _order_tabs(self) -> None:
        """They come late and would be the last of the window."""
        chain = [self._before, *(button for row in self.rows for button in row.buttons)]
        if self._before.window() is self.window():
            for one, other in pairwise(chain):
                QWidget.setTabOrder(one, other)

    def _make(self, queued: Queued) -> QueueRow:
        row = QueueRow(queued, self)
        row.changed.connect(lambda text: self.changed.emit(queued.id, text))
        row.dropped.connect(lambda: self.dropped.emit(queued.id))
        row.wanted_now.connect(lambda: self.wanted_now.emit(queued.id))
        row.editing.connect(lambda on: self.editing.emit(queued.id if on else None))
        return row


class QueueRow(QWidget):
    """One message: its first line and its files; edited in place, where Enter keeps and Escape does not."""

    changed = Signal(str)
    editing = Signal(bool)
    dropped = Signal()
    wanted_now = Signal()

    def __init__(self, queued: Queued, parent: QWidget) -> None:
        super().__init__(parent)
        self.queued = queued
        self.words = ElidedLabel("", self)
        self.edit: MessageEdit | None = None
        self.edit_button = IconButton("pencil", say("Edit this message"), px=15)
        self.now_button = IconButton("arrow-up", say("Send it now"), px=15)
        self.drop_button = IconButton("x", say("Remove this message"), px=15)
        self.edit_button.clicked.connect(self.begin_edit)
        self.now_button.clicked.connect(self.wanted_now)
        self.drop_button.clicked.connect(self.dropped)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(8)
        self._row.addWidget(_Sign("clock"), 0, Qt.AlignmentFlag.AlignTop)
        self._row.addWidget(self.words, 1)
        for button in self.buttons:
            self._row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)

    @property
    def buttons(self) -> tuple[IconButton, ...]:
        return self.edit_button, self.now_button, self.drop_button

    def show_message(self, queued: Queued) -> None:
        """Its words as they are now."""
        self.queued = queued
        files = [document.name for document in queued.documents]
        words = " · ".join([" ".join(queued.text.split()), *files])
        self.words.setText(words)
        self.words.setAccessibleName(say("Waits: {text}", text=words))

    def begin_edit(self) -> None:
        """A field in place of the line."""
        if self.edit is not None:
            self.edit.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.edit = MessageEdit(self)
        self.edit.setAccessibleName(say("Message that waits"))
        self.edit.setPlainText(self.queued.text)
        self.edit.submitted.connect(self.finish_edit)
        self.edit.installEventFilter(self)
        self.edit.textChanged.connect(self._grow)
        self.words.hide()
        self._row.insertWidget(1, self.edit, 1)
        QWidget.setTabOrder(self.drop_button, self.edit)
        self.edit_button.set_picture("check")
        self.edit_button.set_name(say("Keep"))
        self.edit_button.clicked.disconnect()
        self.edit_button.clicked.connect(self.finish_edit)
        self._grow()
        self.edit.moveCursor(self.edit.textCursor().MoveOperation.End)
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)
        self.editing.emit(True)

    def finish_edit(self) -> None:
        """What is written takes the place of the words; an empty field changes nothing."""
        if self.edit is None:
            return
        text = self.edit.toPlainText().strip()
        if text and text != self.queued.text:
            self.changed.emit(text)
        self._close_edit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Escape closes the field; it does not stop the answer then."""
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape and watched is self.edit:
            event.accept()
            if event.type() == QEvent.Type.KeyPress:
                self._close_edit()
            return True
        return super().eventFilter(watched, event)

    def _close_edit(self) -> None:
        if self.edit is None:
            return
        had_keyboard = self.edit.hasFocus()
        self.edit.hide()
        self.edit.deleteLater()
        self.edit = None
        self.words.show()
        self.edit_button.set_picture("pencil")
        self.edit_button.set_name(say("Edit this message"))
        self.edit_button.clicked.disconnect()
        self.edit_button.clicked.connect(self.begin_edit)
        if had_keyboard:
            self.edit_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self.editing.emit(False)

    def _grow(self) -> None:
        if self.edit is not None:
            self.edit.setFixedHeight(min(EDIT_LINES_PX, max(28, self.edit.wanted_height())))


class _Sign(QLabel):
    """A quiet icon before a line."""

    def __init__(self, picture: str) -> None:
        super().__init__()
        self._picture = picture
        self.setFixedSize(16, 26)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._draw()

    def _draw(self) -> None:
        self.setPixmap(pixmap(self._picture, "quiet", 15, self.devicePixelRatioF()))
