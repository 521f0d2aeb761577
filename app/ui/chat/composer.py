"""Where a message is written: files above, the text, and what belongs to sending below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QMimeData, QObject, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFontMetrics,
    QInputMethodEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QTextOption,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from app.core.words import say
from app.ui.chat.drops import accept_files, dropped_files
from app.ui.fonts import ui_font
from app.ui.theme import tokens
from app.ui.widgets.buttons import IconButton
from app.ui.widgets.chip import ChipItem, FileChip
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.gauge import ContextGauge
from app.ui.widgets.switch import Switch

LINE_PX = 21
LARGEST_SHARE = 1 / 3


class MessageEdit(QPlainTextEdit):
    """The text. Enter sends, Shift+Enter breaks the line; never while an input method is composing."""

    submitted = Signal()
    recall_requested = Signal()
    composing_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._composing = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFont(ui_font())
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setPlaceholderText(say("Ask something, or drop a file here"))
        self.setAccessibleName(say("Message"))
        self.viewport().setAutoFillBackground(False)
        self.setAutoFillBackground(False)
        self.document().setDocumentMargin(2)
        self.setAcceptDrops(False)

    @property
    def composing(self) -> bool:
        """Whether an input method holds text that is not yet chosen."""
        return self._composing

    def wanted_height(self) -> int:
        """The height of all lines."""
        layout = self.document().documentLayout()
        lines = max(1, round(layout.documentSize().height()))  # QPlainTextEdit counts in lines
        return lines * QFontMetrics(self.font()).lineSpacing() + 6

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Remember whether text is being composed."""
        self._composing = bool(event.preeditString())
        super().inputMethodEvent(event)
        self.composing_changed.emit(self._composing)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter, and Up in an empty field."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            if not self._composing:
                self.submitted.emit()
            event.accept()
        elif event.key() == Qt.Key.Key_Up and not self.toPlainText():
            self.recall_requested.emit()
        else:
            super().keyPressEvent(event)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Only plain text is pasted."""
        if source.hasText():
            self.insertPlainText(source.text())


class Composer(QWidget):
    """The composer. Knows nothing of chats.

    Signals: `send_requested(text)`, `stop_requested()`, `files_dropped(list[Path])`, `add_files_requested()`,
    `file_removed(key)`, `thinking_toggled(bool)`, `recall_requested()` (Up in the empty field), `text_changed()`.
    The text stays until the caller says `clear()`: a refused message is not lost.
    """

    send_requested = Signal(str)
    stop_requested = Signal()
    files_dropped = Signal(list)
    add_files_requested = Signal()
    file_removed = Signal(str)
    thinking_toggled = Signal(bool)
    recall_requested = Signal()
    text_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._answering = self._ready = False
        self._blocked = ""
        self._dragging = False
        self._chips: dict[str, FileChip] = {}
        self.gauge = ContextGauge()
        self.edit = MessageEdit()
        self.add_button = IconButton("paperclip", say("Add files"), px=18)
        self.thinking = Switch(say("Think first"))
        self.send_button = IconButton("arrow-up", say("Send"), kind="primary", px=18, role="on_accent")
        self.setAcceptDrops(True)
        self._lay_out()
        self._connect()
        self._ready = True
        self._refresh()

    def _lay_out(self) -> None:
        self._files = QWidget()
        self._flow = FlowLayout(self._files)
        self._files.hide()
        below = QHBoxLayout()
        below.setSpacing(8)
        below.addWidget(self.add_button)
        below.addWidget(self.thinking)
        below.addStretch(1)
        below.addWidget(self.send_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 10, 10)
        layout.setSpacing(8)
        layout.addWidget(self.gauge)
        layout.addWidget(self._files)
        layout.addWidget(self.edit)
        layout.addLayout(below)
        for one, other in ((self.edit, self.add_button), (self.add_button, self.thinking)):
            QWidget.setTabOrder(one, other)
        QWidget.setTabOrder(self.thinking, self.send_button)
        self.setFocusProxy(self.edit)

    def _connect(self) -> None:
        self.edit.installEventFilter(self)
        self.edit.textChanged.connect(self._on_text_changed)
        self.edit.submitted.connect(self._submit)
        self.edit.recall_requested.connect(self.recall_requested)
        self.edit.composing_changed.connect(self._on_composing_changed)
        self.add_button.clicked.connect(self.add_files_requested)
        self.send_button.clicked.connect(self._on_send_clicked)
        self.thinking.toggled.connect(self.thinking_toggled)

    # ---- what the caller says

    @property
    def text(self) -> str:
        """What is written."""
        return self.edit.toPlainText()

    @property
    def files(self) -> list[ChipItem]:
        """The chips, in order."""
        return [chip.item for chip in self._chips.values()]

    def set_text(self, text: str) -> None:
        """Put `text` in the field, the caret behind it."""
        self.edit.setPlainText(text)
        self.edit.moveCursor(self.edit.textCursor().MoveOperation.End)

    def clear(self) -> None:
        """The message went out: empty the field and the chips."""
        self.edit.clear()
        self.set_files(())

    def set_answering(self, answering: bool) -> None:
        """While true the send button stops the answer."""
        self._answering = answering
        self._refresh()

    def set_blocked(self, reason: str) -> None:
        """Sending is not possible now, for `reason`; an empty reason allows it again."""
        self._blocked = reason
        self._refresh()

    def set_files(self, items: Sequence[ChipItem]) -> None:
        """Show these chips and no others; chips whose key stays keep their place."""
        wanted = {item.key: item for item in items}
        for key in [key for key in self._chips if key not in wanted]:
            chip = self._chips.pop(key)
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        for item in items:
            self.set_file(item)
        self._show_files()

    def set_file(self, item: ChipItem) -> None:
        """Add a chip, or show another state of it."""
        chip = self._chips.get(item.key)
        if chip is None:
            chip = self._chips[item.key] = FileChip(item, self._files)
            chip.removed.connect(self.file_removed)
            self._flow.addWidget(chip)
            previous = list(self._chips.values())[-2:-1]
            QWidget.setTabOrder(previous[0] if previous else self.gauge, chip)
            QWidget.setTabOrder(chip, self.edit)
            chip.show()
        else:
            chip.set_item(item)
            self._flow.invalidate()
        self._show_files()

    def set_progress(self, key: str, progress: float) -> None:
        """How far the file `key` is read, 0 to 1."""
        if key in self._chips:
            self.set_file(replace(self._chips[key].item, state="reading", progress=progress))

    # ---- inside

    def _show_files(self) -> None:
        self._files.setVisible(bool(self._chips))
        self._refresh()

    def _submit(self) -> None:
        if self.send_button.isEnabled() and not self._answering:
            self.send_requested.emit(self.text)

    def _on_send_clicked(self) -> None:
        if self._answering:
            self.stop_requested.emit()
        elif not self.edit.composing:
            self._submit()

    def _on_text_changed(self) -> None:
        self._refresh()
        self._grow()
        self.text_changed.emit()

    def _on_composing_changed(self, composing: bool) -> None:
        self._refresh()
        self._grow()

    def _refresh(self) -> None:
        """The button's picture, name and whether it can be pressed."""
        if not self._ready:
            return
        if self._answering:
            self.send_button.set_picture("square", filled=True)
            self.send_button.set_name(say("Stop"))
            self.send_button.setEnabled(True)
            return
        reading = any(item.state == "reading" for item in self.files)
        why = self._blocked or (say("A file is still being read.") if reading else "")
        self.send_button.set_picture("arrow-up")
        self.send_button.set_name(why or say("Send"))
        self.send_button.setEnabled(bool(self.text.strip()) and not why)

    def _grow(self) -> None:
        page = self.window().height()
        largest = max(3 * LINE_PX, int(page * LARGEST_SHARE))
        self.edit.setFixedHeight(min(largest, max(2 * LINE_PX, self.edit.wanted_height())))

    def event(self, event: QEvent) -> bool:
        """The window's size sets how tall the field may grow."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show) and getattr(self, "_ready", False):
            self._grow()
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The box shows where the keyboard is."""
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return super().eventFilter(watched, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click anywhere in the box goes to the text."""
        self.edit.setFocus(Qt.FocusReason.MouseFocusReason)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A soft box; its line takes the accent while files hover over it or the keyboard is in it."""
        colours = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        marked = self._dragging or self.edit.hasFocus()
        painter.setPen(QPen(QColor(colours.accent if marked else colours.border), 2 if self._dragging else 1))
        painter.setBrush(QColor(colours.panel))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 12, 12)
        painter.end()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files are welcome."""
        accept_files(event)
        self._mark_drag(dragging=event.isAccepted())

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Files are welcome."""
        accept_files(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """They went away again."""
        self._mark_drag(dragging=False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Hand the files on."""
        self._mark_drag(dragging=False)
        files = dropped_files(event)
        if files:
            event.acceptProposedAction()
            self.files_dropped.emit(files)

    def _mark_drag(self, *, dragging: bool) -> None:
        self._dragging = dragging
        self.update()
