"""The empty chat: what one can do here, the presets as cards, and first messages to take."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.core.preset import Preset
from app.core.words import say
from app.engine.state import EngineState
from app.session.demo import demo_questions, is_demo
from app.session.desk import Desk
from app.ui.bridge import listen
from app.ui.manner import Manner
from app.ui.pages.page import buttons, empty_layout, label
from app.ui.widgets.buttons import TextButton

COLUMN_PX = 720
MOST_STARTERS = 4
AROUND_PX = 2 * 14 + 20 + 8  # padding and picture of a starter


class Welcome(QScrollArea):
    """Signals: `files_wanted()`; `sample_wanted(question)`: the sample document with a question about it;
    `words_wanted(text)` for the message; `presets_wanted()` the page of presets.
    """

    files_wanted = Signal()
    sample_wanted = Signal(str)
    words_wanted = Signal(str)
    presets_wanted = Signal()

    def __init__(self, desk: Desk, manner: Manner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._manner = desk, manner
        self._shown: object = None
        self.cards: dict[str, TextButton] = {}
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._title = label(say("What would you like to read?"), "title")
        self._words = label("", "quiet")
        self._purpose = label("", "quiet")
        for words in (self._title, self._words, self._purpose):
            words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.setAccessibleName(self._title.text())
        self._presets, self._starters = QVBoxLayout(), QVBoxLayout()
        self._starters.setSpacing(6)
        self._lay_out()
        listen(self, lambda: desk.presets.changed.connect(self._show))
        listen(self, lambda: manner.changed.connect(self._show))
        self._show()

    def _lay_out(self) -> None:
        ground = QWidget()
        ground.setProperty("ground", "page")
        ground.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWidget(ground)
        inner = QWidget()
        inner.setMaximumWidth(COLUMN_PX)
        inner.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 8, 0, 8)
        column.setSpacing(8)
        column.addStretch(2)
        column.addWidget(self._title)
        column.addWidget(self._words)
        column.addSpacing(16)
        column.addLayout(self._presets)
        column.addWidget(self._purpose)
        column.addSpacing(8)
        column.addLayout(self._starters)
        column.addStretch(3)
        centre = QHBoxLayout(ground)
        centre.setContentsMargins(16, 16, 16, 16)
        centre.addStretch(1)
        centre.addWidget(inner, 1000)
        centre.addStretch(1)

    def show_for(self, state: EngineState) -> None:
        """The demo has questions of its own."""
        self._show()

    # ---- inside

    def _show(self) -> None:
        preset = self._manner.preset
        demo = is_demo(self._desk.engine.state.path)
        known = (self._desk.presets.all, self._manner.choices.preset, demo)
        if known == self._shown:
            return
        self._shown = known
        self._words.setText(
            say("Take a question about the sample document, or drop a document of your own and ask about it.")
            if demo
            else say("Ask something, or drop a file here and ask about it. Nothing leaves this computer.")
        )
        self._fill_presets(demo=demo)
        self._purpose.setText(preset.purpose if preset is not None else "")
        self._purpose.setVisible(preset is not None and not demo)
        self._fill_starters(preset, demo=demo)

    def _fill_presets(self, *, demo: bool) -> None:
        """A toy cannot follow them."""
        empty_layout(self._presets)
        self.cards = {}
        if demo:
            return
        for preset in self._desk.presets.all:
            card = TextButton(preset.name, kind="card", picture=preset.picture)
            card.setCheckable(True)
            card.setChecked(preset.key == self._manner.choices.preset)
            card.setToolTip(preset.purpose)
            card.setAccessibleDescription(preset.purpose)
            card.clicked.connect(lambda on, preset=preset: self._manner.use(preset if on else None))
            self.cards[preset.key] = card
        more = TextButton(say("Edit presets"), kind="quiet", picture="pencil")
        more.clicked.connect(self.presets_wanted)
        flow = buttons(*self.cards.values(), more)
        flow.set_centred()
        self._presets.addLayout(flow)

    def _fill_starters(self, preset: Preset | None, *, demo: bool) -> None:
        empty_layout(self._starters)
        self.starters: list[Starter] = []
        if demo:
            for question in demo_questions():
                self._add_sample(question, question)
            return
        self._add(say("Add files to the message"), "paperclip", self.files_wanted.emit)
        if preset is None:
            question = demo_questions()[0]
            self._add_sample(say("With a sample lease: {question}", question=question), question)
            self._add_words(say("What can you do with a long document that I drop here?"))
            return
        for words in preset.starters[:MOST_STARTERS]:
            self._add_words(words)

    def _add_sample(self, words: str, question: str) -> None:
        self._add(words, "file-text", lambda: self.sample_wanted.emit(question))

    def _add_words(self, words: str) -> None:
        self._add(words, "message-square", lambda: self.words_wanted.emit(words))

    def _add(self, words: str, picture: str, act: Callable[[], object]) -> None:
        button = Starter(words, picture)
        button.clicked.connect(lambda: act())
        self.starters.append(button)
        self._starters.addWidget(button)


class Starter(TextButton):
    """A line to take; where it is too long for the window it ends in "…"."""

    def __init__(self, words: str, picture: str, parent: QWidget | None = None) -> None:
        super().__init__(words, parent, kind="starter", picture=picture)
        self._words = words
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As much as there is room for; the tool tip has all of it."""
        super().resizeEvent(event)
        room = self.width() - AROUND_PX
        shown = self.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideRight, room)
        self.setText(shown)
        self.setToolTip(self._words if shown != self._words else "")
