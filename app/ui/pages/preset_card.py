"""One preset on its page: what it is for, what can be done with it, and its fields when it is unfolded."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QWidget

from app.core.preset import Preset
from app.core.words import say
from app.session.desk import Desk
from app.ui.pages.page import Card, buttons, label
from app.ui.pages.preset_editor import PresetEditor
from app.ui.widgets.buttons import IconButton, TextButton, open_under
from app.ui.widgets.picture import Picture


class PresetCard(Card):
    """Signals: `used()` in a new chat, `copied()`, `renamed(to)`, `removed()`, `reset()` to the original, `changed
    (preset)`, `favoured(bool)` for new chats, `unfolded()`.
    """

    used = Signal()
    copied = Signal()
    renamed = Signal(str)
    removed = Signal()
    reset_wanted = Signal()
    changed = Signal(object)
    favoured = Signal(bool)
    unfolded = Signal()

    def __init__(self, desk: Desk, preset: Preset, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.column.setContentsMargins(16, 10, 12, 16)
        self._desk, self._preset = desk, preset
        self.editor: PresetEditor | None = None
        self.picture, self.title = Picture(preset.picture), label("", "heading")
        self.purpose, self.state = label("", "quiet"), label("", "quiet", wrap=False)
        self.name = QLineEdit()
        self.name.setAccessibleName(say("Name of the preset"))
        self.name.setMaxLength(120)
        self.name.returnPressed.connect(lambda: self.renamed.emit(self.name.text()))
        self.name.editingFinished.connect(self._end_naming)
        self.name.hide()
        self._build_buttons()
        self._lay_out()

    def _build_buttons(self) -> None:
        self.use = TextButton(say("New chat"), picture="plus")
        self.use.clicked.connect(self.used)
        self.edit = TextButton(say("Edit"), picture="pencil")
        self.edit.setCheckable(True)
        self.edit.toggled.connect(self._on_edit)
        self.more, menu = IconButton("ellipsis", say("More"), px=18), QMenu(self)
        self.favour = menu.addAction("", lambda: self.favoured.emit(not self._is_favoured))
        menu.addSeparator()
        self.rename = menu.addAction(say("Rename"), self._begin_naming)
        self.copy = menu.addAction(say("Duplicate"), self.copied.emit)
        self.reset = menu.addAction(say("As it came with Carrel"), self.reset_wanted.emit)
        menu.addSeparator()
        self.remove = menu.addAction(say("Remove"), self.removed.emit)
        self.more.clicked.connect(lambda: open_under(self.more, menu))

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self.picture)
        head.addWidget(self.title, 1)
        head.addWidget(self.name, 1)
        head.addWidget(self.state)
        head.addWidget(self.more)
        self.column.addLayout(head)
        self.column.addWidget(self.purpose)
        self.column.addLayout(buttons(self.use, self.edit))

    def show_preset(self, preset: Preset, *, is_default: bool) -> None:
        """As it is kept now. An open editor keeps what is typed in it."""
        self._preset, self._is_favoured = preset, is_default
        self.setAccessibleName(preset.name)
        self.picture.set_name(preset.picture)
        self.title.setText(preset.name)
        self.purpose.setText(preset.purpose)
        self.purpose.setVisible(bool(preset.purpose))
        states = (say("used for new chats") if is_default else "", say("changed") if preset.origin == "changed" else "")
        self.state.setText(" · ".join(state for state in states if state))
        self.favour.setText(say("Not for new chats") if is_default else say("Use for new chats"))
        self.reset.setVisible(preset.origin == "changed")
        for button in (self.use, self.edit):
            button.setAccessibleName(f"{button.text()}: {preset.name}")
        self.more.set_name(say("More") + f": {preset.name}")

    def fold(self) -> None:
        self.edit.setChecked(False)

    def flush(self) -> None:
        """Keep what is typed now."""
        if self.editor is not None:
            self.editor.flush()

    def renew(self) -> None:
        """The preset was changed elsewhere: an open editor shows what it is now."""
        if self.edit.isChecked():
            self._on_edit(False)
            self._on_edit(True)

    def _on_edit(self, on: bool) -> None:
        self.edit.setText(say("Done") if on else say("Edit"))
        self.edit.setAccessibleName(f"{self.edit.text()}: {self._preset.name}")
        if self.editor is not None:
            self.editor.flush()
            self.editor.hide()
            self.editor.deleteLater()
            self.editor = None
        if on:
            self.editor = PresetEditor(self._desk, self._preset, self.changed.emit)
            self.column.addWidget(self.editor)
            self.unfolded.emit()

    # ---- renaming in place

    def _begin_naming(self) -> None:
        self.name.setText(self._preset.name)
        self.title.hide()
        self.name.show()
        self.name.selectAll()
        self.name.setFocus(Qt.FocusReason.OtherFocusReason)

    def _end_naming(self) -> None:
        self.name.hide()
        self.title.show()
