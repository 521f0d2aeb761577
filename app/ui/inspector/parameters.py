"""The parameters of the open chat: the preset in force, every value that can differ from it, instructions and form."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core.words import say
from app.ui.bridge import listen
from app.ui.conversation import Conversation
from app.ui.inspector.form_box import FormBox
from app.ui.inspector.value_row import ValueRow
from app.ui.inspector.values import value_groups
from app.ui.pages.page import label
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.switch import Switch
from app.ui.widgets.text_box import TextBox, framed


class Parameters(QWidget):
    """Shows and changes `conversation.manner`; what is chosen holds from the next question on."""

    def __init__(self, conversation: Conversation, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._manner, self._desk = conversation.manner, conversation.desk
        self.thinking = Switch(say("Think first"))
        self.thinking.toggled.connect(lambda on: self._desk.change_settings(thinking=on))
        self.reset = TextButton(say("Reset"), kind="quiet", picture="undo-2")
        self.reset.clicked.connect(self._manner.reset)
        self.preset = label("", "quiet")
        self.rows: dict[str, ValueRow] = {}
        self.instructions = TextBox(say("For example: quote every clause you use."))
        self.instructions.setAccessibleName(say("Instructions for this chat"))
        self.instructions.kept.connect(lambda text: self._manner.choose(instructions=text))
        self.form = FormBox(self._manner)
        self._lay_out()
        listen(self, lambda: self._manner.changed.connect(self._show))
        listen(self, lambda: self._desk.settings_changed.connect(lambda _: self._show()))
        listen(self, lambda: self._desk.engine.changed.connect(lambda _: self._on_engine()))
        listen(self, lambda: conversation.leaving.connect(self._flush))
        self._shown_for: object = None
        self._show()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.thinking)
        head.addStretch(1)
        head.addWidget(self.reset)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.preset)
        for heading, values in value_groups():
            column.addSpacing(10)
            column.addWidget(label(heading, "group"))
            for value in values:
                row = self.rows[value.key] = ValueRow(value)
                row.chosen.connect(lambda key, chosen: self._manner.choose(**{key: chosen}))
                row.left.connect(lambda key: self._manner.choose(**{key: None}))
                column.addWidget(row)
        column.addSpacing(10)
        column.addWidget(label(say("Instructions for this chat"), "group"))
        column.addWidget(framed(self.instructions))
        column.addSpacing(4)
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
        mine, self._shown_for = manner.choices.over(usual), (manner.thinks, usual)
        self.thinking.blockSignals(True)
        self.thinking.setChecked(manner.thinks)
        self.thinking.blockSignals(False)
        state = self._desk.engine.state
        self.thinking.setEnabled(state.can_think or not state.has_model)
        self.thinking.update()
        for key, row in self.rows.items():
            row.show_value(getattr(mine, key), getattr(usual, key))
        changed = len(manner.choices.changed(usual))
        self.preset.setText(_preset_words(changed, thinks=manner.thinks))
        self.reset.setEnabled(changed > 0)
        self.instructions.show_text(manner.choices.instructions)
        self.form.show_choices(manner.choices)


def _preset_words(changed: int, *, thinks: bool) -> str:
    if not changed:
        return (
            say("As the model card advises for thinking.")
            if thinks
            else say("As the model card advises for plain answers.")
        )
    if changed == 1:
        return say("One value of this chat differs from the model card.")
    return say("{count} values of this chat differ from the model card.", count=changed)
