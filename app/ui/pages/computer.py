"""This computer: what it is, what the engine is doing, and what fills its memory."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.core.units import format_duration
from app.core.words import say
from app.engine.state import EngineState
from app.session.desk import Desk
from app.ui.bridge import listen
from app.ui.guide import Guide
from app.ui.pages.computer_facts import fill_computer
from app.ui.pages.loading_card import LoadingCard
from app.ui.pages.page import Card, Page, buttons, fact, label
from app.ui.widgets.buttons import TextButton
from app.ui.words import engine_words, load_words, model_words


class ComputerPage(Page):
    """`load_wanted(path)` asks for the model to be loaded as was decided here."""

    load_wanted = Signal(str)

    def __init__(self, desk: Desk, guide: Guide, parent: QWidget | None = None) -> None:
        super().__init__(say("This computer"), parent)
        self._desk, self._guide = desk, guide
        self.machine, self.engine = Card(say("What it is")), Card(say("Engine"))
        self.machine.column.addWidget(label(say("Looking at this computer…"), "quiet"))
        again = TextButton(say("Look again"), picture="refresh-cw")
        again.clicked.connect(guide.refresh)
        self.add(self.machine)
        self.loading = LoadingCard(desk, guide)
        self.loading.load_wanted.connect(self.load_wanted)
        self.add(self.loading)
        self.add(self.engine)
        self.column.addLayout(buttons(again))
        listen(self, lambda: guide.changed.connect(self._show_machine))
        listen(self, lambda: desk.engine.changed.connect(self._show_engine))
        self._show_machine()
        self._show_engine(desk.engine.state)

    def _show_machine(self) -> None:
        if self._guide.machine is not None:
            fill_computer(self.machine, self._guide.machine)

    def _show_engine(self, state: EngineState) -> None:
        self.engine.clear()
        column = self.engine.column
        column.addLayout(fact(say("State"), engine_words(state)))
        if state.cause is not None:
            column.addWidget(label(str(state.cause), "bad"))
        if state.has_model:
            column.addLayout(fact(say("Model"), model_words(state.path, state.n_ctx)))
            column.addLayout(fact(say("File"), state.path))
            if self._desk.engine.spec is not None:
                column.addLayout(fact(say("Loaded with"), load_words(self._desk.engine.spec)))
            column.addLayout(fact(say("Loaded in"), format_duration(state.load_s)))
        if state.build:
            column.addLayout(fact(say("Engine build"), state.build))
        if state.devices:
            column.addLayout(fact(say("Computes on"), ", ".join(state.devices)))
