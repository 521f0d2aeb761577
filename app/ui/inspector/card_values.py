"""What the model card recommends, one press each: for thinking first, and for plain answers."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core.params import Sampling
from app.core.words import say
from app.session.desk import Desk
from app.session.sampling import usual_sampling
from app.ui.manner import Manner
from app.ui.pages.page import label
from app.ui.widgets.buttons import TextButton


class CardValues(QWidget):
    """Two buttons; the one whose values hold is down."""

    def __init__(self, manner: Manner, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._manner, self._desk = manner, desk
        self.thinking, self.plain = (
            TextButton(words, kind="card") for words in (say("For thinking"), say("For plain answers"))
        )
        self.thinking.clicked.connect(lambda: self._use(thinking=True))
        self.plain.clicked.connect(lambda: self._use(thinking=False))
        self.words = label("", "quiet")
        row, column = QHBoxLayout(), QVBoxLayout(self)
        row.setSpacing(8)
        for button in (self.thinking, self.plain):
            button.setCheckable(True)
            row.addWidget(button, 1)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(label(say("Recommended by the model card"), "group"))
        column.addLayout(row)
        column.addWidget(self.words)

    def show_manner(self) -> None:
        """Which of the two holds, and what both are."""
        desk, manner = self._desk, self._manner
        state = desk.engine.state
        for button, thinking in ((self.thinking, True), (self.plain, False)):
            words = values_words(usual_sampling(desk, thinking=thinking))
            button.setToolTip(words)
            button.setAccessibleDescription(words)
            button.setChecked(manner.follows_card(thinking=thinking))
        self.thinking.setEnabled(state.can_think or not state.has_model)
        self.words.setText(values_words(usual_sampling(desk, thinking=manner.thinks)))

    def _use(self, *, thinking: bool) -> None:
        self._manner.use_card(thinking=thinking)
        self.show_manner()  # a press on the one that holds must not lift it


def values_words(one: Sampling) -> str:
    """ "Temperature 0.60, top-p 0.95, top-k 20, min-p 0"."""
    return say(
        "Temperature {temperature}, top-p {top_p}, top-k {top_k}, min-p {min_p}",
        temperature=f"{one.temperature:g}",
        top_p=f"{one.top_p:g}",
        top_k=one.top_k,
        min_p=f"{one.min_p:g}",
    )
