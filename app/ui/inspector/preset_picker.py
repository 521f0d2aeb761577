"""Which preset a chat uses, and the ways from here to another, to a new one and to all of them."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.core.words import say
from app.session.desk import Desk
from app.ui.bridge import listen
from app.ui.manner import Manner
from app.ui.preview.set_name import SetName
from app.ui.widgets.buttons import IconButton
from app.ui.widgets.fields import Choice


class PresetPicker(QWidget):
    """`edit_wanted()` asks for the page of presets; `leaving()` comes before the choices are read or replaced."""

    edit_wanted = Signal()
    leaving = Signal()

    def __init__(self, desk: Desk, manner: Manner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._manner = desk, manner
        self.name = SetName(what=say("Name of the preset"), sides_px=(0, 0))
        self.name.wanted.connect(self._on_named)
        self.choice = Choice()
        self.choice.setAccessibleName(say("Preset of this chat"))
        self.choice.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.choice.activated.connect(self._on_chosen)
        self.keep = IconButton("plus", say("Keep how this chat is answered as a new preset"))
        self.keep.clicked.connect(lambda: self.name.ask(self._suggested()))
        self.edit = IconButton("pencil", say("Edit presets"))
        self.edit.clicked.connect(self.edit_wanted)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.choice, 1)
        row.addWidget(self.keep)
        row.addWidget(self.edit)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self.name)
        listen(self, lambda: desk.presets.changed.connect(self._fill))
        self._fill()

    def show_preset(self) -> None:
        """The preset of the chat shown. One that is gone is named by its key, so that nothing is hidden."""
        key = self._manner.choices.preset
        place = self.choice.findData(key)
        if place < 0:
            self.choice.addItem(say("{name} (removed)", name=key), key)
            place = self.choice.count() - 1
        self.choice.setCurrentIndex(place)

    def _fill(self) -> None:
        self.choice.clear()
        self.choice.addItem(say("No preset"), "")
        for preset in self._desk.presets.all:
            self.choice.addItem(preset.name, preset.key)
            self.choice.setItemData(self.choice.count() - 1, preset.purpose, Qt.ItemDataRole.ToolTipRole)
        self.show_preset()

    def _on_chosen(self, place: int) -> None:
        key = str(self.choice.itemData(place))
        self.leaving.emit()
        if key != self._manner.choices.preset:
            self._manner.use(self._desk.presets.find(key) if key else None)

    def _suggested(self) -> str:
        preset = self._manner.preset
        return preset.name if preset is not None else say("My preset")

    def _on_named(self, name: str) -> None:
        self.leaving.emit()
        made = self._desk.presets.add(name, like=self._manner.preset, choices=self._manner.choices)
        self._manner.follow(made)
