"""What stands around the conversation: the demo's plain word, the engine's card, a refusal."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from app.core.errors import CarrelError
from app.core.words import say
from app.engine.state import EngineState
from app.session.demo import is_demo
from app.session.desk import Desk
from app.ui.bridge import listen
from app.ui.loader import Loader
from app.ui.pages.page import buttons, label
from app.ui.widgets.buttons import IconButton, TextButton
from app.ui.widgets.showing import show_in_place
from app.ui.words import model_name


class DemoLine(QFrame):
    """Says plainly that the toy is loaded. `wanted` asks for the real model."""

    wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "panel")
        words = say(
            "This is the demo model: a toy standing in for Qwen3-32B. It can look facts up in a document; "
            "it knows nothing else and makes mistakes."
        )
        self.words = label(words, "care")
        self.button = TextButton(say("Get Qwen3-32B"))
        self.button.clicked.connect(self.wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 6, 16, 6)
        row.addWidget(self.words, 1)
        row.addWidget(self.button)
        self.hide()

    def show_for(self, state: EngineState) -> None:
        self.setVisible(bool(state.path) and is_demo(state.path))


_LOADED_TOO_LARGE = (
    "load_out_of_memory",
    "engine_out_of_memory",
    "context_refused",
    "does_not_fit_machine",
)


class EngineCard(QFrame):
    """Above the composer while nothing can be asked: loading, failed, or no model yet."""

    page_wanted = Signal(str)
    support_wanted = Signal()

    def __init__(self, desk: Desk, loader: Loader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._loader = desk, loader
        self._told_above = False
        self.setProperty("ground", "card")
        self.words = label("")
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(say("Loading the model"))
        self.act = TextButton("", kind="primary")
        self.act.clicked.connect(self._on_act)
        self.other = TextButton(say("Choose another model"))
        self.other.clicked.connect(lambda: self.page_wanted.emit("library"))
        self.change = TextButton(say("Change how it is loaded"))
        self.change.clicked.connect(lambda: self.page_wanted.emit("computer"))
        self.support = TextButton(say("Save support bundle…"), kind="quiet")
        self.support.clicked.connect(self.support_wanted)
        self._lay_out()
        listen(self, lambda: desk.engine.changed.connect(self._show))
        listen(self, lambda: loader.changed.connect(lambda: self._show(desk.engine.state)))
        self._show(desk.engine.state)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addWidget(self.words)
        column.addWidget(self.bar)
        self._buttons = QWidget()
        self._buttons.setLayout(buttons(self.act, self.change, self.other, self.support))
        column.addWidget(self._buttons)

    def set_told_above(self, told: bool) -> None:
        """Whether the conversation above already says what failed and has the button."""
        if told != self._told_above:
            self._told_above = told
            self._show(self._desk.engine.state)

    def _show(self, state: EngineState) -> None:
        busy = self._loader.is_busy
        told = self._told_above and self._loader.last_error is None
        show_in_place(self, on=busy or not (state.can_be_asked or told))
        self.bar.setVisible(busy)
        self.bar.setValue(round(1000 * state.load_fraction))
        self._buttons.setVisible(not busy)
        error = self._loader.last_error or state.cause
        last = self._desk.settings.last_model
        self.words.setText(_engine_sentence(state, error, last, busy=busy))
        self.act.rename(
            (say("Reload the model") if error else say("Load {name}", name=model_name(last)))
            if last
            else say("Choose a model")
        )
        self.other.setVisible(bool(last))
        self.change.setVisible(bool(last) and error is not None and _can_be_loaded_otherwise(error))
        self.support.setVisible(error is not None)

    def _on_act(self) -> None:
        if self._desk.settings.last_model:
            self._loader.reload()
        else:
            self.page_wanted.emit("start")


def _can_be_loaded_otherwise(error: CarrelError) -> bool:
    return error.code in _LOADED_TOO_LARGE or error.code.startswith("adapter_")


def _engine_sentence(state: EngineState, error: CarrelError | None, last: str, *, busy: bool) -> str:
    if busy:
        path = state.path or last
        name = say("the demo model") if is_demo(path) else model_name(path) if path else say("the model")
        return say("Loading {name}, {percent} %", name=name, percent=round(100 * state.load_fraction))
    if error is not None:
        return str(error)
    return say("No model is loaded.")


class RefusalCard(QFrame):
    """Why a message was not sent; the message itself is still in the composer.

    `passes_wanted` when everything should be read in passes instead.
    """

    passes_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "card")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.words = label("", "bad")
        close = IconButton("x", say("Close"))
        close.clicked.connect(self.hide)
        self.passes = TextButton(say("Read everything in passes"), kind="primary")
        self.passes.clicked.connect(self.passes_wanted)
        self.promise = label(
            say("Every page is read, part by part, and the answer comes from the notes of all parts. It takes longer."),
            "quiet",
        )
        column = QVBoxLayout()
        column.setSpacing(8)
        for widget in (self.words, self.promise):
            column.addWidget(widget)
        column.addWidget(self.passes, 0, Qt.AlignmentFlag.AlignLeft)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 10, 8, 12)
        row.addLayout(column, 1)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def tell(self, words: str, *, offers_passes: bool = False) -> None:
        """`offers_passes` where the documents are what is too long."""
        self.words.setText(words)
        self.promise.setVisible(offers_passes)
        self.passes.setVisible(offers_passes)
        self.show()
