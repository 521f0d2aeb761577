"""The parameters of the open chat: its preset, every value that can differ from it, instructions and form."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core.words import say
from app.ui.bridge import listen
from app.ui.conversation import Conversation
from app.ui.inspector.card_values import CardValues
from app.ui.inspector.form_box import FormBox
from app.ui.inspector.preset_picker import PresetPicker
from app.ui.inspector.value_row import ValueRow
from app.ui.inspector.values import value_groups
from app.ui.pages.page import label
from app.ui.token_count import TokenCount
from app.ui.widgets.buttons import IconButton, TextButton
from app.ui.widgets.labels import set_role
from app.ui.widgets.switch import Switch
from app.ui.widgets.text_box import TextBox, framed


class Parameters(QWidget):
    """Shows and changes `conversation.manner`; what is chosen holds from the next question on.

    `presets_wanted()` asks for the page of presets.
    """

    presets_wanted = Signal()

    def __init__(self, conversation: Conversation, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._manner, self._desk = conversation.manner, conversation.desk
        self.picker = PresetPicker(self._desk, self._manner)
        self.picker.edit_wanted.connect(self.presets_wanted)
        self.picker.leaving.connect(self._flush)
        self.thinking = Switch(say("Think first"))
        self.thinking.toggled.connect(lambda on: self._manner.think(first=on))
        self.reset = TextButton(say("Reset"), kind="quiet", picture="undo-2")
        self.reset.clicked.connect(self._manner.reset)
        self.preset = label("", "quiet")
        self.rows: dict[str, ValueRow] = {}
        self.card = CardValues(self._manner, self._desk)
        self._build_instructions()
        self.form = FormBox(self._manner)
        self._lay_out()
        listen(self, lambda: self._manner.changed.connect(self._show))
        listen(self, lambda: self._desk.settings_changed.connect(lambda _: self._show()))
        listen(self, lambda: self._desk.engine.changed.connect(lambda _: self._on_engine()))
        listen(self, lambda: conversation.leaving.connect(self._flush))
        self._shown_for: object = None
        self._show()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._count.refresh()

    def _build_instructions(self) -> None:
        self.instructions = TextBox(say("For example: quote every clause you use."), lines=6)
        self.instructions.setAccessibleName(say("Instructions for this chat"))
        self.instructions.kept.connect(lambda text: self._manner.choose(instructions=text))
        self.heading = label(say("Instructions for this chat"), "group", wrap=False)
        self.tokens = label("", "quiet", wrap=False)
        self.back = IconButton("undo-2", say("Back to the instructions of the preset"), px=14)
        self.back.clicked.connect(lambda: self._manner.go_back("instructions"))
        self._count = TokenCount(self._desk, self.instructions, self.tokens)

    def _lay_out(self) -> None:
        head, words = QHBoxLayout(), QHBoxLayout()
        head.addWidget(self.thinking)
        head.addStretch(1)
        head.addWidget(self.reset)
        words.addWidget(self.heading)
        words.addWidget(self.back)
        words.addStretch(1)
        words.addWidget(self.tokens)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(label(say("Preset"), "group"))
        column.addWidget(self.picker)
        column.addWidget(self.preset)
        column.addSpacing(6)
        column.addLayout(words)
        column.addWidget(framed(self.instructions))
        column.addSpacing(8)
        column.addLayout(head)
        column.addSpacing(4)
        column.addWidget(self.card)
        for heading, values in value_groups():
            column.addSpacing(12)
            column.addWidget(label(heading, "group"))
            for value in values:
                row = self.rows[value.key] = ValueRow(value)
                row.chosen.connect(lambda key, chosen: self._manner.choose(**{key: chosen}))
                row.left.connect(lambda key: self._manner.go_back(key))
                column.addWidget(row)
        column.addSpacing(8)
        column.addWidget(self.form)

    def _flush(self) -> None:
        """What is typed belongs to the chat that is left."""
        self.instructions.flush()
        self.form.flush()

    def _on_engine(self) -> None:
        """Another model may think or not; while it answers nothing here changes."""
        if (self._manner.thinks, self._manner.usual) != self._shown_for:
            self._show()

    def _show(self) -> None:
        manner = self._manner
        usual = manner.usual
        mine, self._shown_for = manner.choices.over(manner.card), (manner.thinks, usual)
        self.picker.show_preset()
        self.thinking.blockSignals(True)
        self.thinking.setChecked(manner.thinks)
        self.thinking.blockSignals(False)
        state = self._desk.engine.state
        self.thinking.setEnabled(state.can_think or not state.has_model)
        self.thinking.update()
        for key, row in self.rows.items():
            row.show_value(getattr(mine, key), getattr(usual, key))
        self.card.show_manner()
        differences = manner.differences
        self.preset.setText(_preset_words(differences, thinks=manner.thinks, preset=manner.preset is not None))
        self.reset.setEnabled(any(name in self.rows or name == "thinking" for name in differences))
        self.instructions.show_text(manner.choices.instructions)
        self.back.setVisible("instructions" in differences and bool(manner.base.instructions))
        set_role(self.heading, "group" if "instructions" not in differences else "changed")
        self.form.show_choices(manner.choices)


def _preset_words(differences: tuple[str, ...], *, thinks: bool, preset: bool) -> str:
    changed = len(differences)
    if preset:
        return _changed_words(changed) if changed else say("This chat is answered just as the preset says.")
    changed -= "thinking" in differences  # the model card has values for both
    if not changed:
        return (
            say("As the model card advises for thinking.")
            if thinks
            else say("As the model card advises for plain answers.")
        )
    if changed == 1:
        return say("One value of this chat differs from the model card.")
    return say("{count} values of this chat differ from the model card.", count=changed)


def _changed_words(changed: int) -> str:
    if changed == 1:
        return say("One value of this chat differs from the preset.")
    return say("{count} values of this chat differ from the preset.", count=changed)
