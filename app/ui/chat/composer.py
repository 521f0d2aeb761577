"""Where a message is written: files above, the text, and what belongs to sending below."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core.words import say
from app.ui.chat.chip_area import ChipArea
from app.ui.chat.drop_box import DropBox
from app.ui.chat.file_chips import FileChips
from app.ui.chat.message_edit import MessageEdit
from app.ui.widgets.buttons import IconButton
from app.ui.widgets.chip import ChipItem
from app.ui.widgets.gauge import ContextGauge
from app.ui.widgets.switch import Switch
from app.ui.words import with_keys


class Composer(DropBox):
    """The composer. Knows nothing of chats.

    Signals: `send_requested(text)`, `stop_requested()`, `files_dropped(list[Path])`, `add_files_requested()`,
    `file_removed(key)`, `file_opened(key)`, `file_unlocked(key, password)`, `thinking_toggled(bool)`,
    `parameters_requested()`, `recall_requested()` (Up in the empty field), `text_changed()`, `queue_requested(text)`
    (Enter while an answer comes), `note_toggled(bool)`, `send_refused(why)` (Enter while nothing can be sent).
    The text stays until the caller says `clear()`: a refused message is not lost.
    """

    send_requested = Signal(str)
    send_refused = Signal(str)
    stop_requested = Signal()
    add_files_requested = Signal()
    file_removed = Signal(str)
    file_opened = Signal(str)
    file_unlocked = Signal(str, str)
    thinking_toggled = Signal(bool)
    parameters_requested = Signal()
    recall_requested = Signal()
    text_changed = Signal()
    queue_requested = Signal(str)
    note_toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        edit = MessageEdit()
        super().__init__(edit, parent)
        self._answering = self._queueing = self._ready = False
        self._blocked = ""
        self.gauge = ContextGauge()
        self.edit = edit
        self._chips = FileChips(self.gauge, self.edit)
        self._chip_area = ChipArea(self._chips)
        self.add_button = IconButton("paperclip", say("Add files"), px=18)
        self.thinking = Switch(say("Think first"))
        self.parameters = IconButton("sliders-horizontal", "", kind="text")
        self.parameters.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.note = IconButton("sticky-note", say("Note"), px=18)
        self.note.setCheckable(True)
        self.queue_button = IconButton("clock", say("Send when the answer is complete"), px=18)
        self.queue_button.hide()
        self.send_button = IconButton("arrow-up", say("Send"), kind="primary", px=18, role="on_accent")
        self._lay_out()
        self._connect()
        self._ready = True
        self.set_changed(0)
        self._refresh()

    def _lay_out(self) -> None:
        below = QHBoxLayout()
        below.setSpacing(8)
        below.addWidget(self.add_button)
        below.addWidget(self.thinking)
        below.addWidget(self.parameters)
        below.addWidget(self.note)
        below.addStretch(1)
        below.addWidget(self.queue_button)
        below.addWidget(self.send_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 10, 10)
        layout.setSpacing(8)
        layout.addWidget(self.gauge)
        layout.addWidget(self._chip_area)
        layout.addWidget(self.edit)
        layout.addLayout(below)
        for one, other in ((self.edit, self.add_button), (self.add_button, self.thinking)):
            QWidget.setTabOrder(one, other)
        QWidget.setTabOrder(self.thinking, self.parameters)
        for one, other in (
            (self.parameters, self.note),
            (self.note, self.queue_button),
            (self.queue_button, self.send_button),
        ):
            QWidget.setTabOrder(one, other)
        self.setFocusProxy(self.edit)

    def _connect(self) -> None:
        self.edit.textChanged.connect(self._on_text_changed)
        self.edit.submitted.connect(self._submit)
        self.edit.recall_requested.connect(self.recall_requested)
        self.edit.composing_changed.connect(self._on_composing_changed)
        self._chips.changed.connect(self._refresh)
        self._chips.file_removed.connect(self.file_removed)
        self._chips.file_opened.connect(self.file_opened)
        self._chips.file_unlocked.connect(self.file_unlocked)
        self.add_button.clicked.connect(self.add_files_requested)
        self.send_button.clicked.connect(self._on_send_clicked)
        self.thinking.toggled.connect(self.thinking_toggled)
        self.parameters.clicked.connect(self.parameters_requested)
        self.note.toggled.connect(self.note_toggled)
        self.queue_button.clicked.connect(self._submit)

    # ---- what the caller says

    @property
    def text(self) -> str:
        """What is written."""
        return self.edit.toPlainText()

    @property
    def files(self) -> list[ChipItem]:
        """The chips, in order."""
        return self._chips.items

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

    def set_queueing(self, queueing: bool) -> None:
        """Whether a message may wait for the answer that comes: Enter then queues it."""
        self._queueing = queueing
        self._refresh()

    def set_noted(self, noted: bool) -> None:
        """Whether there is a note to this chat."""
        self.note.set_picture("sticky-note", "accent" if noted else "quiet")
        self.note.set_name(say("Note to this chat") if noted else say("Write a note to this chat"))

    def set_blocked(self, reason: str) -> None:
        """Sending is not possible now, for `reason`; an empty reason allows it again."""
        self._blocked = reason
        self._refresh()

    def set_changed(self, count: int, preset: str = "") -> None:
        """Which preset the chat uses, and how many of its parameters differ from it."""
        changed = say("{count} changed", count=count) if count else ""
        words = " · ".join(part for part in (preset, changed) if part)
        self.parameters.setText(f" {words}" if words else "")
        name = with_keys(say("Parameters of this chat"), "Ctrl+P")
        self.parameters.set_name(say(", ").join(part for part in (name, preset, changed) if part))

    def set_files(self, items: Sequence[ChipItem]) -> None:
        """Show these chips and no others; chips whose key stays keep their place."""
        self._chips.set_files(items)

    def set_file(self, item: ChipItem) -> None:
        """Add a chip, or show another state of it."""
        self._chips.set_file(item)

    def set_progress(self, key: str, progress: float) -> None:
        """How far the file `key` is read, 0 to 1."""
        self._chips.set_progress(key, progress)

    # ---- inside

    def _submit(self) -> None:
        if self._answering:
            if self.queue_button.isVisible():
                self.queue_requested.emit(self.text)
        elif self.send_button.isEnabled():
            self.send_requested.emit(self.text)
        elif self._why_not and self.text.strip():
            self.send_refused.emit(self._why_not)

    @property
    def _why_not(self) -> str:
        return self._blocked or (say("A file is still being read.") if self._chips.reading else "")

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
        waits = self._answering and self._queueing and bool(self.text.strip()) and not self._chips.reading
        self.queue_button.setVisible(waits)
        if self._answering:
            self.send_button.set_picture("square", filled=True)
            self.send_button.set_name(say("Stop"))
            self.send_button.setEnabled(True)
            return
        why = self._why_not
        self.send_button.set_picture("arrow-up")
        self.send_button.set_name(why or say("Send"))
        self.send_button.setEnabled(bool(self.text.strip()) and not why)

    def _grow(self) -> None:
        self.edit.grow(self.window().height())

    def event(self, event: QEvent) -> bool:
        """The window's size sets how tall the field may grow."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show) and getattr(self, "_ready", False):
            self._grow()
        return super().event(event)
