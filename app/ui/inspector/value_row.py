"""One sampling value: its name, its field, and the way back to the preset while it differs."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.core.words import say
from app.ui.fonts import figure_font
from app.ui.pages.page import label
from app.ui.widgets.buttons import IconButton
from app.ui.widgets.fields import DecimalField
from app.ui.widgets.labels import set_role

FIELD_PX = 108


@dataclass(frozen=True, slots=True)
class Value:
    """What a row shows. `key` is the name in `Choices`; `lowest` is said as `at_lowest` when that is not empty."""

    key: str
    name: str
    meaning: str
    lowest: float
    highest: float
    step: float
    digits: int = 0
    at_lowest: str = ""

    def words(self, value: float) -> str:
        """The value as its field shows it."""
        return self.at_lowest if self.at_lowest and value == self.lowest else f"{value:.{self.digits}f}"


class ValueRow(QWidget):
    """`chosen(key, value)`; `left(key)` asks for the preset's value."""

    chosen = Signal(str, object)
    left = Signal(str)

    def __init__(self, value: Value, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.value = value
        self.field = _field(value)
        self.field.valueChanged.connect(self._on_value)
        self.back = IconButton("undo-2", "", px=14)
        self.back.clicked.connect(lambda: self.left.emit(value.key))
        policy = self.back.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.back.setSizePolicy(policy)
        self.name = label(value.name, wrap=False)
        self.name.setBuddy(self.field)
        for widget in (self.name, self.field):
            widget.setToolTip(value.meaning)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.name, 1)
        row.addWidget(self.back)
        row.addWidget(self.field)

    def show_value(self, value: float | None, usual: float | None) -> None:
        """The value in force, and the preset's; None is the lowest (a random seed)."""
        shown, preset = (self.value.lowest if one is None else one for one in (value, usual))
        self.field.blockSignals(True)
        self.field.setValue(shown)
        self.field.blockSignals(False)
        changed = shown != preset
        self.back.setVisible(changed)
        set_role(self.name, "changed" if changed else "")
        words = self.value.words(preset)
        self.back.set_name(say("{name}: back to {value}", name=self.value.name, value=words))
        how = say("changed from the preset, which is {value}", value=words) if changed else ""
        self.field.setAccessibleDescription(". ".join(part for part in (self.value.meaning, how) if part))

    def _on_value(self, shown: float) -> None:
        value = self.value
        if value.at_lowest and value.lowest < 0 and shown == value.lowest:
            self.left.emit(value.key)
        else:
            self.chosen.emit(value.key, shown if value.digits else int(shown))


def _field(value: Value) -> DecimalField:
    field = DecimalField()
    field.setDecimals(value.digits)
    field.setRange(value.lowest, value.highest)
    field.setSingleStep(value.step)
    field.setSpecialValueText(value.at_lowest)
    field.setKeyboardTracking(False)
    field.setFont(figure_font(13))
    field.setFixedWidth(FIELD_PX)
    field.setAccessibleName(value.name)
    return field
