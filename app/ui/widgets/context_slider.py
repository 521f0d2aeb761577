"""A slider for the context: the usual sizes as stops, the leftmost leaves the choice to Carrel."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core.words import say
from app.ui.widgets.labels import make_label
from app.ui.widgets.slider import Slider
from app.ui.words import context_words

STEP = 4_096
STOPS = (*range(STEP, 40_961, STEP), 49_152, 65_536, 81_920, 98_304, 114_688, 131_072, 163_840, 262_144)


class ContextSlider(QWidget):
    """`chosen(tokens)`, None for Carrel's own choice, while the handle moves."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stops: tuple[int | None, ...] = (None,)
        self._automatic = 0
        self.slider = Slider()
        self.slider.setPageStep(2)
        self.slider.setAccessibleName(say("Context"))
        self.slider.valueChanged.connect(self._on_value)
        self.words = make_label("", wrap=False)
        name = make_label(say("Context"))
        name.setBuddy(self.slider)
        head = QHBoxLayout()
        head.addWidget(name)
        head.addStretch(1)
        head.addWidget(self.words)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.slider)

    @property
    def value(self) -> int | None:
        """The tokens chosen."""
        return self._stops[self.slider.value()]

    def show_value(self, n_ctx: int | None, *, longest_ctx: int, automatic_ctx: int) -> None:
        """`n_ctx` of at most `longest_ctx`; `automatic_ctx` is what Carrel would choose, 0 while not known."""
        most = max(longest_ctx, n_ctx or 0)
        stops = sorted({stop for stop in (*STOPS, longest_ctx, n_ctx or 0) if 0 < stop <= most})
        self._stops, self._automatic = (None, *stops), automatic_ctx
        self.slider.blockSignals(True)
        self.slider.setRange(0, len(stops))
        self.slider.setValue(self._stops.index(n_ctx))
        self.slider.blockSignals(False)
        self._say()

    def _on_value(self, _number: int) -> None:
        self._say()
        self.chosen.emit(self.value)

    def _say(self) -> None:
        value = self.value
        if value is not None:
            words = context_words(value)
        elif self._automatic:
            words = say("Automatic: {context}", context=context_words(self._automatic))
        else:
            words = say("Automatic")
        self.words.setText(words)
        self.slider.setAccessibleDescription(words)
