"""One sampling value: its name, its field, a slider, what it means, and the way back to the preset while it differs."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core.words import say
from app.ui.fonts import figure_font
from app.ui.inspector.scales import Scale
from app.ui.pages.page import label
from app.ui.widgets.buttons import IconButton
from app.ui.widgets.fields import DecimalField
from app.ui.widgets.labels import set_role
from app.ui.widgets.slider import Slider

FIELD_PX = 108


@dataclass(frozen=True, slots=True)
class Value:
    """What a row shows. `key` is the name in `Choices`; `lowest` is said as `at_lowest` when that is not empty. The
    field takes any value up to `highest`, the slider those of `scale`, where they are usually chosen."""

    key: str
    name: str
    meaning: str
    lowest: float
    highest: float
    step: float
    digits: int = 0
    at_lowest: str = ""
    scale: Scale | None = None

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
        self.slider = self._slider() if value.scale is not None else None
        self._lay_out()

    def _lay_out(self) -> None:
        row, column = QHBoxLayout(), QVBoxLayout(self)
        row.setSpacing(4)
        row.addWidget(self.name, 1)
        row.addWidget(self.back)
        row.addWidget(self.field)
        column.setContentsMargins(0, 2, 0, 8)
        column.setSpacing(2)
        column.addLayout(row)
        if self.slider is not None:
            column.addWidget(self.slider)
        column.addWidget(label(self.value.meaning, "quiet"))
        column.addStretch(1)

    def _slider(self) -> Slider:
        """It is told when it is let go, the field meanwhile."""
        scale = self.value.scale
        assert scale is not None
        slider = Slider()
        slider.setTracking(False)
        slider.setProperty("neutral", scale.low < 0)  # nothing is filled up where 0 lies in the middle
        slider.setRange(0, scale.last)
        slider.setPageStep(max(1, scale.last // 10))
        slider.setAccessibleName(self.value.name)
        slider.valueChanged.connect(self._on_slider)
        slider.sliderMoved.connect(self._on_moved)
        return slider

    def show_value(self, value: float | None, usual: float | None) -> None:
        """The value in force, and the preset's; None is the lowest (a random seed)."""
        shown, preset = (self.value.lowest if one is None else one for one in (value, usual))
        self._show_in_field(shown)
        changed = shown != preset
        self.back.setVisible(changed)
        set_role(self.name, "changed" if changed else "")
        words = self.value.words(preset)
        self.back.set_name(say("{name}: back to {value}", name=self.value.name, value=words))
        how = say("changed from the preset, which is {value}", value=words) if changed else ""
        self.field.setAccessibleDescription(". ".join(part for part in (self.value.meaning, how) if part))
        scale = self.value.scale
        if self.slider is not None and scale is not None:
            self.slider.blockSignals(True)
            self.slider.setValue(scale.place_of(shown))
            self.slider.blockSignals(False)
            self.slider.set_usual(scale.place_of(preset))
            self.slider.setAccessibleDescription(self.value.words(shown))

    def _on_moved(self, place: int) -> None:
        """While the handle is held, the field says where it is."""
        if self.value.scale is not None:
            self._show_in_field(self.value.scale.value_at(place))

    def _on_slider(self, place: int) -> None:
        """A handle that comes to rest where it was changes nothing, not even digits the slider does not know."""
        scale = self.value.scale
        if scale is not None:
            value = scale.value_at(place)
            self._show_in_field(value)
            self._on_value(value)

    def _show_in_field(self, value: float) -> None:
        self.field.blockSignals(True)
        self.field.setValue(value)
        self.field.blockSignals(False)

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
