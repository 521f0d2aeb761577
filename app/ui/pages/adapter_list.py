"""The LoRA adapters to load with a model, and how strongly each acts."""

from __future__ import annotations

from pathlib import Path

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.core.words import say
from app.fit.option import Adapter
from app.ui.fonts import figure_font
from app.ui.pages.page import buttons, empty_layout
from app.ui.widgets.buttons import IconButton, TextButton
from app.ui.widgets.fields import DecimalField
from app.ui.widgets.labels import ElidedLabel


class AdapterList(QWidget):
    """`changed(adapters)` with the whole tuple."""

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.adapters: tuple[Adapter, ...] = ()
        self.add = TextButton(say("Add a LoRA adapter…"), picture="plus")
        self.add.clicked.connect(self._on_add)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(4)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._rows)
        column.addLayout(buttons(self.add))

    def show_adapters(self, adapters: tuple[Adapter, ...]) -> None:
        """These and no others; a list that is the same keeps its fields."""
        if [one.path for one in adapters] != [one.path for one in self.adapters] or not adapters:
            empty_layout(self._rows)
            for number, adapter in enumerate(adapters):
                self._rows.addLayout(self._row(number, adapter))
        self.adapters = adapters

    def add_file(self, path: Path) -> None:
        """One more, as trained; a file that is there already is not added twice."""
        if str(path) not in [adapter.path for adapter in self.adapters]:
            self._change((*self.adapters, Adapter(str(path))))

    def _row(self, number: int, adapter: Adapter) -> QHBoxLayout:
        name = Path(adapter.path).name
        words = ElidedLabel(name)
        scale = DecimalField()
        scale.setRange(-4, 4)
        scale.setSingleStep(0.05)
        scale.setKeyboardTracking(False)
        scale.setFont(figure_font(13))
        scale.setFixedWidth(96)
        scale.setValue(adapter.scale)
        scale.setAccessibleName(say("Strength of {name}", name=name))
        scale.setToolTip(say("How strongly it acts: 1 is as trained, 0 is not at all."))
        scale.valueChanged.connect(lambda value: self._on_scale(number, value))
        remove = IconButton("x", say("Remove {name}", name=name), px=14)
        remove.clicked.connect(lambda: self._on_remove(number))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(words, 1)
        row.addWidget(scale)
        row.addWidget(remove)
        return row

    def _on_add(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, say("Choose a LoRA adapter"), "", say("Adapters") + " (*.gguf)")
        if name:
            self.add_file(Path(name))

    def _on_scale(self, number: int, scale: float) -> None:
        one = msgspec.structs.replace(self.adapters[number], scale=scale)
        self._change((*self.adapters[:number], one, *self.adapters[number + 1 :]))

    def _on_remove(self, number: int) -> None:
        self._change((*self.adapters[:number], *self.adapters[number + 1 :]))

    def _change(self, adapters: tuple[Adapter, ...]) -> None:
        self.show_adapters(adapters)
        self.changed.emit(adapters)
