"""The form of the answers of a chat: free, JSON after a schema, or after a grammar, checked as it is typed."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.core.errors import CarrelError
from app.core.params import Choices
from app.core.words import say
from app.session.form import check_form
from app.ui.chat.parts import FoldButton
from app.ui.fonts import mono_font
from app.ui.manner import Manner
from app.ui.pages.page import label
from app.ui.widgets.fields import Choice
from app.ui.widgets.labels import set_role
from app.ui.widgets.text_box import TextBox, framed

_SCHEMA_EXAMPLE = '{\n  "type": "object",\n  "properties": {\n    "amount": {"type": "number"}\n  }\n}'
_GRAMMAR_EXAMPLE = 'root ::= "yes" | "no"'


class FormBox(QWidget):
    """A fold; it opens by itself for a chat whose answers are bound."""

    def __init__(self, manner: Manner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._manner = manner
        self._bound = False
        self.fold = FoldButton(self)
        self.kind = Choice()
        self.kind.addItem(say("Any form"), "")
        self.kind.addItem(say("JSON after a schema"), "json_schema")
        self.kind.addItem(say("Grammar"), "grammar")
        self.kind.setAccessibleName(say("Form of the answer"))
        self.kind.activated.connect(self._on_kind)
        self.edit = TextBox("", lines=8)
        self.edit.setFont(mono_font(12))
        self.edit.kept.connect(self._keep)
        self.verdict = label("", "quiet")
        self.inner, self.sheet = QWidget(), framed(self.edit)
        self._lay_out()
        self.fold.toggled.connect(self.inner.setVisible)

    def _lay_out(self) -> None:
        inner = QVBoxLayout(self.inner)
        inner.setContentsMargins(0, 0, 0, 0)
        for widget in (self.kind, self.sheet, self.verdict):
            inner.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.fold)
        column.addWidget(self.inner)
        self.inner.hide()

    def show_choices(self, choices: Choices) -> None:
        """The form of the chat shown."""
        key = "grammar" if choices.grammar else "json_schema" if choices.json_schema else ""
        if key or self.edit.toPlainText() or not self.kind.hasFocus():  # a kind just chosen has no text yet
            if bool(key) != self._bound:
                self._bound = bool(key)
                self.fold.setChecked(self._bound)
            self.kind.setCurrentIndex(self.kind.findData(key))
            self.edit.show_text(getattr(choices, key) if key else "")
        self._judge()

    def flush(self) -> None:
        """Keep what is typed, before another chat is shown."""
        self.edit.flush()

    def _on_kind(self) -> None:
        """Another kind of form: its text begins anew."""
        self.edit.show_text("")
        self._keep("")
        if self.kind.currentData():
            self.edit.setFocus()

    def _keep(self, text: str) -> None:
        key = self.kind.currentData()
        chosen = {"json_schema": "", "grammar": ""} | ({key: text} if key and text.strip() else {})
        self._manner.choose(**chosen)
        self._judge()

    def _judge(self) -> None:
        """What is chosen, and whether it can be used."""
        key, text = str(self.kind.currentData()), self.edit.toPlainText()
        self.fold.set_words(say("Form of the answer: {kind}", kind=self.kind.currentText()), 300)
        self.sheet.setVisible(bool(key))
        self.verdict.setVisible(bool(key))
        self.edit.setPlaceholderText(_GRAMMAR_EXAMPLE if key == "grammar" else _SCHEMA_EXAMPLE)
        self.edit.setAccessibleName(self.kind.currentText())
        words, role = _verdict(key, text)
        self.verdict.setText(words)
        set_role(self.verdict, role)


def _verdict(key: str, text: str) -> tuple[str, str]:
    """Whether a form can be used, and the role of the words."""
    if not text.strip():
        return say("While this is empty the answer is free."), "quiet"
    try:
        check_form(Choices(grammar=text) if key == "grammar" else Choices(json_schema=text))
    except CarrelError as error:
        return f"✗ {error}", "bad"
    return "✓ " + say("It can be used."), "good"
