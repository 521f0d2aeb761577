"""The fields of one preset. What is typed or chosen is kept at once; there is nothing to confirm."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.core.params import preset as card_of
from app.core.preset import Preset
from app.core.words import say
from app.session.desk import Desk
from app.ui.inspector.value_row import ValueRow
from app.ui.inspector.values import value_groups
from app.ui.pages.page import field, label
from app.ui.token_count import TokenCount
from app.ui.widgets.fields import make_choice
from app.ui.widgets.text_box import TextBox, framed

LINES = 12
GAP_PX = 32


class PresetEditor(QWidget):
    """`change(preset)` is called with every kept change."""

    def __init__(
        self, desk: Desk, preset: Preset, change: Callable[[Preset], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._preset, self._change = preset, change
        self.purpose = QLineEdit(preset.purpose)
        self.purpose.setCursorPosition(0)
        self.purpose.editingFinished.connect(lambda: self._set(purpose=self.purpose.text().strip()))
        self.instructions = TextBox(say("What the model should know and mind in these chats."), lines=LINES)
        self.instructions.setAccessibleName(say("Instructions"))
        self.instructions.show_text(preset.choices.instructions)
        self.instructions.kept.connect(lambda text: self._choose(instructions=text.strip()))
        self.starters = TextBox(say("One on each line."), lines=4)
        self.starters.setAccessibleName(say("First messages to begin with"))
        self.starters.show_text("\n".join(preset.starters))
        self.starters.kept.connect(self._on_starters)
        ways = ((None, say("As the settings say")), (True, say("Think first")), (False, say("Answer at once")))
        self.thinking = make_choice(ways, preset.choices.thinking, lambda way: self._choose(thinking=way))
        self.rows: dict[str, ValueRow] = {}
        self.tokens = label("", "quiet", wrap=False)
        TokenCount(desk, self.instructions, self.tokens)
        self._lay_out()
        self._show_values()

    def flush(self) -> None:
        """Keep what is typed now."""
        self.instructions.flush()
        self.starters.flush()
        self._set(purpose=self.purpose.text().strip())

    def _lay_out(self) -> None:
        words = QHBoxLayout()
        words.addWidget(label(say("Instructions"), "group"), 1)
        words.addWidget(self.tokens)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(8)
        what = label(say("What it is for"), "group")
        what.setBuddy(self.purpose)
        self.purpose.setAccessibleName(what.text())
        column.addWidget(what)
        column.addWidget(self.purpose)
        column.addLayout(words)
        column.addWidget(framed(self.instructions))
        column.addWidget(label(say("First messages to begin with"), "group"))
        column.addWidget(framed(self.starters))
        column.addLayout(field(say("Thinking"), self.thinking))
        column.addLayout(self._values())

    def _values(self) -> QGridLayout:
        """Two columns: the words chosen at the left, repetition and length at the right."""
        grid = QGridLayout()
        grid.setHorizontalSpacing(GAP_PX)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        for number, (heading, values) in enumerate(value_groups()):
            column, row = (0, 8 * (number // 2)) if number != 1 else (1, 0)
            grid.addWidget(label(heading, "group"), row, column)
            for place, value in enumerate(values, 1):
                made = self.rows[value.key] = ValueRow(value)
                made.chosen.connect(lambda key, chosen: self._choose(**{key: chosen}))
                made.left.connect(lambda key: self._choose(**{key: None}))
                grid.addWidget(made, row + place, column)
        return grid

    def _show_values(self) -> None:
        """A value that is not chosen is the model card's."""
        card = card_of(self._preset.choices.thinking is not False)
        mine = self._preset.choices.over(card)
        for key, row in self.rows.items():
            row.show_value(getattr(mine, key), getattr(card, key))

    def _on_starters(self, text: str) -> None:
        self._set(starters=tuple(line.strip() for line in text.splitlines() if line.strip()))

    def _choose(self, **values: object) -> None:
        self._set(choices=msgspec.structs.replace(self._preset.choices, **values))
        self._show_values()

    def _set(self, **values: object) -> None:
        changed = msgspec.structs.replace(self._preset, **values)
        if changed != self._preset:
            self._preset = changed
            self._change(changed)
