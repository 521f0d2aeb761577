"""The top of the middle: which model answers, in words; and the doors to the sidebar and the inspector."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.core.words import say
from app.engine.state import EngineState, Phase
from app.session.desk import Desk
from app.ui.bridge import listen
from app.ui.widgets.buttons import IconButton, TextButton
from app.ui.words import engine_words, model_name, model_words, with_keys

HEIGHT_PX, LEAST_MODEL_PX = 48, 96


class ModelBar(QWidget):
    """`library_wanted`, `loading_wanted`, `beside_wanted`, `more_wanted` and `back_wanted` come from its buttons.

    `sidebar` and `inspector` are for the edges.
    """

    library_wanted = Signal()
    loading_wanted = Signal()
    beside_wanted = Signal()
    more_wanted = Signal()
    back_wanted = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._on_chat = True
        self.setFixedHeight(HEIGHT_PX)
        self.setProperty("ground", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.sidebar = _toggle("panel-left", with_keys(say("Chats"), "Ctrl+B"))
        self.sidebar.setProperty("settled", "true")  # open is how it mostly is: nothing to point out
        self.back = TextButton(say("Back to the chat"), kind="quiet", picture="arrow-left")
        self.back.clicked.connect(self.back_wanted)
        self.model = ModelButton("", kind="quiet", picture="chevron-down")
        self.model.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.model.clicked.connect(self.library_wanted)
        self.loading = IconButton("memory-stick", with_keys(say("How the model is loaded"), "Ctrl+M"))
        self.loading.clicked.connect(self.loading_wanted)
        self.more = IconButton("ellipsis", say("More for this chat"), px=18)
        self.more.clicked.connect(self.more_wanted)
        self.beside = _toggle("columns-2", with_keys(say("Second chat beside"), "Ctrl+\\"))
        self.beside.clicked.connect(self.beside_wanted)
        self.inspector = _toggle("activity", with_keys(say("Performance and parameters"), "Ctrl+I"))
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.addWidget(self.sidebar)
        row.addWidget(self.back)
        row.addWidget(self.model)
        row.addWidget(self.loading)
        row.addStretch(1)
        row.addWidget(self.more)
        row.addWidget(self.beside)
        row.addWidget(self.inspector)
        listen(self, lambda: desk.engine.changed.connect(self._show))
        self._show(desk.engine.state)

    def show_page(self, page: str) -> None:
        """Away from the chat there is a way back."""
        self.back.setVisible(page != "chat")
        self.model.setVisible(page == "chat")
        self.more.setVisible(page == "chat")
        self.beside.setVisible(page == "chat")
        self._on_chat = page == "chat"
        self._show_loading()

    def _show_loading(self) -> None:
        """There is something to decide when there is a model."""
        self.loading.setVisible(self._on_chat and bool(self._desk.engine.state.path or self._desk.settings.last_model))

    def _show(self, state: EngineState) -> None:
        if state.has_model:
            words = model_words(state.path, state.n_ctx)
        elif (state.resting or state.phase in (Phase.LOADING, Phase.STARTING)) and state.path:
            words = f"{model_name(state.path)} · {engine_words(state)}"
        else:
            words = engine_words(state)
        self.model.set_words(words)
        self.model.setAccessibleName(say("Model: {words}", words=words))
        self._show_loading()


class ModelButton(TextButton):
    """The model in words; where the bar is narrow they end in "…", and the tool tip has them all."""

    _words = ""

    def set_words(self, words: str) -> None:
        self._words = words
        self.updateGeometry()
        self._fit()

    def sizeHint(self) -> QSize:
        """For the whole words, whatever is shown of them."""
        hint, measure = super().sizeHint(), self.fontMetrics()
        missing = measure.horizontalAdvance(self._words) - measure.horizontalAdvance(self.text())
        return QSize(hint.width() + missing, hint.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(min(LEAST_MODEL_PX, self.sizeHint().width()), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        measure = self.fontMetrics()
        needed = measure.horizontalAdvance(self._words)
        room = max(self.width() - (self.sizeHint().width() - needed), 24)
        shown = self._words  # where the room is just enough, eliding would round it down
        if needed > room:
            shown = measure.elidedText(self._words, Qt.TextElideMode.ElideRight, room)
        self.setText(shown)
        change = say("Change the model")
        self.setToolTip(change if shown == self._words else f"{self._words}\n{change}")


def _toggle(picture: str, name: str) -> IconButton:
    button = IconButton(picture, name, px=18)
    button.setCheckable(True)
    return button
