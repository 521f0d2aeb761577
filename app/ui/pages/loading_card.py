"""How the model is loaded: what the user decides, what Carrel decides, and what would come of it."""

from __future__ import annotations

from pathlib import Path

import msgspec
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.core.errors import CarrelError
from app.core.words import say
from app.engine.state import EngineState, Phase
from app.fit.search import Fixed
from app.session.decided import Foresight, decided_for, foresee, keep_decided
from app.session.desk import Desk
from app.ui.bridge import listen
from app.ui.chat.parts import FoldButton
from app.ui.guide import Guide
from app.ui.pages.adapter_list import AdapterList
from app.ui.pages.page import Card, buttons, empty_layout, field, label
from app.ui.pages.plan_card import PlanView
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.context_slider import ContextSlider
from app.ui.widgets.fields import Choice, make_choice

PAUSE_MS = 250
UBATCHES = (256, 512, 1_024, 2_048)


class LoadingCard(Card):
    """Of the model in memory, or one that is offered, or the one loaded last.

    `load_wanted(path)` comes once the choices are kept.
    """

    load_wanted = Signal(str)

    def __init__(self, desk: Desk, guide: Guide, parent: QWidget | None = None) -> None:
        super().__init__(say("How the model is loaded"), parent)
        self._desk, self._guide = desk, guide
        self._path: Path | None = None
        self._loaded, self._offered = desk.engine.state.path, ""
        self.fixed = Fixed()
        self._asked = 0
        self._seen: Foresight | None = None
        self.preview, self.problem = QVBoxLayout(), label("", "bad")
        self.context = ContextSlider()
        self.context.chosen.connect(lambda tokens: self._decide(n_ctx=tokens))
        self.more = FoldButton(self)
        self.details = QWidget()
        self.kv, self.ubatch, self.cards = self._kv(), self._ubatch(), self._cards()
        self.adapters = AdapterList()
        self.adapters.changed.connect(lambda adapters: self._decide(adapters=adapters))
        self.load = TextButton(say("Load like this"), kind="primary")
        self.load.clicked.connect(self._on_load)
        self.automatic = TextButton(say("All automatic"), kind="quiet", picture="undo-2")
        self.automatic.clicked.connect(self._on_automatic)
        self._lay_out()
        self._timer = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._timer.timeout.connect(self._foresee)
        listen(self, lambda: desk.engine.changed.connect(self._on_engine))
        listen(self, lambda: guide.changed.connect(self._show_cards))
        self._on_engine(desk.engine.state)
        self._show_cards()

    # ---- building

    def _lay_out(self) -> None:
        details = QVBoxLayout(self.details)
        details.setContentsMargins(0, 0, 0, 0)
        self._cards_row = QWidget()
        row = field(say("Computes on"), self.cards)
        row.setContentsMargins(0, 0, 0, 0)
        self._cards_row.setLayout(row)
        details.addLayout(field(say("Type of the KV cache"), self.kv))
        details.addLayout(field(say("Tokens read at once"), self.ubatch))
        details.addWidget(self._cards_row)
        details.addLayout(field(say("LoRA adapters"), self.adapters))
        self.details.hide()
        self.more.set_words(say("More"), 200)
        self.more.toggled.connect(self.details.setVisible)
        self.column.addLayout(self.preview)
        self.column.addWidget(self.problem)
        self.column.addSpacing(4)
        self.column.addWidget(self.context)
        self.column.addWidget(self.more)
        self.column.addWidget(self.details)
        self.column.addSpacing(4)
        self.column.addLayout(buttons(self.load, self.automatic))
        self.problem.hide()

    def _kv(self) -> Choice:
        kinds = (
            (None, say("Automatic")),
            ("f16", say("f16: uncompressed")),
            ("q8_0", say("q8_0: half the memory")),
            ("q4_0", say("q4_0: a quarter, less exact")),
        )
        return make_choice(kinds, None, lambda kind: self._decide(kv_type=kind))

    def _cards(self) -> Choice:
        return make_choice((), None, lambda count: self._decide(n_cards=count))

    def _ubatch(self) -> Choice:
        kinds = ((None, say("Automatic")), *((size, f"{size:,}") for size in UBATCHES))
        return make_choice(kinds, None, lambda size: self._decide(n_ubatch=size))

    # ---- what is shown

    def offer(self, path: Path) -> None:
        """What it would be like to load this file, until it or another one is loaded."""
        self._offered = str(path)
        self._on_engine(self._desk.engine.state)
        self.load.setFocus(Qt.FocusReason.OtherFocusReason)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._timer.start(0)

    def _on_engine(self, state: EngineState) -> None:
        if state.path != self._loaded:
            self._loaded, self._offered = state.path, ""
        name = self._offered or state.path or self._desk.settings.last_model
        path = Path(name) if name else None
        self.setVisible(path is not None)
        if path != self._path:
            self._path, self._seen = path, None
            self.fixed = decided_for(self._desk.home, path) if path else Fixed()
            self._show()
            self._timer.start()
        self._show_load()

    def _show_cards(self) -> None:
        """What there is to compute on."""
        count = len(self._guide.machine.usable_gpus) if self._guide.machine else 0
        wanted: list[tuple[int | None, str]] = [(None, say("Automatic"))]
        if count > 1:
            wanted += [(1, say("One graphics card")), (count, say("All {count} graphics cards", count=count))]
        wanted.append((0, say("The processor alone")))
        self.cards.clear()
        for value, words in wanted:
            self.cards.addItem(words, value)
        self.cards.setCurrentIndex(max(0, self.cards.findData(self.fixed.n_cards)))
        self._cards_row.setVisible(count > 0)

    def _show(self) -> None:
        fixed, seen = self.fixed, self._seen
        for choice, value in ((self.kv, fixed.kv_type), (self.ubatch, fixed.n_ubatch), (self.cards, fixed.n_cards)):
            choice.setCurrentIndex(max(0, choice.findData(value)))
        automatic = seen.plan.n_ctx if seen and fixed.n_ctx is None else 0
        self.context.show_value(fixed.n_ctx, longest_ctx=seen.longest_ctx if seen else 0, automatic_ctx=automatic)
        self.adapters.show_adapters(fixed.adapters)
        self.automatic.setEnabled(fixed != Fixed())

    def _show_load(self) -> None:
        busy = self._desk.engine.state.phase in (Phase.LOADING, Phase.STARTING, Phase.ANSWERING)
        self.load.setEnabled(not busy and self._seen is not None and self._seen.plan.fits)

    # ---- what is decided

    def _decide(self, **values: object) -> None:
        self.fixed = msgspec.structs.replace(self.fixed, **values)
        self.automatic.setEnabled(self.fixed != Fixed())
        self._timer.start()

    def _on_automatic(self) -> None:
        self.fixed = Fixed()
        self._show()
        self._timer.start(0)

    def _on_load(self) -> None:
        if self._path is not None:
            keep_decided(self._desk.home, self._path, self.fixed)
            self.load_wanted.emit(str(self._path))

    # ---- what would come of it

    def _foresee(self) -> None:
        """Ask for the plan; an answer to an older question is not shown."""
        if self._path is None or not self.isVisible():
            return
        self._asked += 1
        number = self._asked

        def done(seen: Foresight) -> None:
            if number == self._asked:
                self.show_foresight(seen)

        def failed(error: CarrelError) -> None:
            if number == self._asked:
                self._on_unseen(error)

        foresee(self._desk, self._path, self.fixed, done, failed)

    def show_foresight(self, seen: Foresight) -> None:
        """What loading like this would be."""
        self._seen = seen
        empty_layout(self.preview)
        self.problem.setVisible(not seen.plan.fits)
        if seen.plan.fits:
            self.preview.addWidget(PlanView(seen.plan, self._guide.vram_total_bytes, inside=True))
        else:
            self.problem.setText(seen.plan.reason)
        self._show()
        self._show_load()

    def _on_unseen(self, error: CarrelError) -> None:
        """An adapter of another model, a file that is gone."""
        self._seen = None
        self.problem.setText(str(error))
        self.problem.show()
        self._show_load()
