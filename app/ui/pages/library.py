"""The models: those here, those on their way, and what would fit this computer and why."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.catalog.local import LocalModel
from app.core.units import format_bytes
from app.core.words import say
from app.fit.plan import Plan
from app.session.desk import Desk
from app.ui.bridge import listen
from app.ui.downloads import Downloads
from app.ui.guide import Guide
from app.ui.pages.download_card import DownloadCard
from app.ui.pages.page import Card, Page, buttons, label, line
from app.ui.pages.plan_card import PlanView, memory_needed, plan_details
from app.ui.widgets.buttons import TextButton
from app.ui.words import model_title


class LibraryPage(Page):
    """`load_wanted(path)`, `choose_wanted()`, `demo_wanted()` as on the first page."""

    load_wanted = Signal(str)
    choose_wanted = Signal()
    demo_wanted = Signal()

    def __init__(self, desk: Desk, guide: Guide, downloads: Downloads, parent: QWidget | None = None) -> None:
        super().__init__(say("Models"), parent)
        self._desk, self._guide, self._downloads = desk, guide, downloads
        self.here = Card(say("On this computer"))
        self.coming = Card(say("Downloads"))
        self.fitting = Card(say("What fits this computer, and why"))
        for card in (self.here, self.coming, self.fitting):
            self.add(card)
        self._shown: object = None
        self._gets: list[tuple[Plan, TextButton]] = []
        listen(self, lambda: guide.changed.connect(self._show))
        listen(self, lambda: downloads.listed.connect(self._show_downloads))
        listen(self, lambda: downloads.finished.connect(lambda _: self._show_gets()))
        listen(self, lambda: downloads.failed.connect(lambda _: self._show_gets()))
        listen(self, lambda: desk.engine.changed.connect(lambda _: self._show()))
        self._show()
        self._show_downloads()

    def _show(self) -> None:
        guide, state = self._guide, self._desk.engine.state
        known = (tuple(guide.models), guide.advice, guide.advice_error, state.path, state.has_model)
        if known == self._shown:
            return
        self._shown = known
        self._show_here()
        self._show_fitting()

    def _show_here(self) -> None:
        self.here.clear()
        column = self.here.column
        if not self._guide.models:
            column.addWidget(label(say("No model is here yet."), "quiet"))
        for model in self._guide.models:
            column.addLayout(self._model_row(model))
            column.addWidget(line())
        choose = TextButton(say("Choose a GGUF file…"), picture="file")
        choose.clicked.connect(self.choose_wanted)
        demo = TextButton(say("Try the demo"), picture="play")
        demo.clicked.connect(self.demo_wanted)
        column.addLayout(buttons(choose, demo))
        column.addWidget(label(say("A file that you choose is used where it lies; it is not copied."), "quiet"))

    def _model_row(self, model: LocalModel) -> QHBoxLayout:
        path = str(model.path)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(label(model_title(model), "strong"))
        facts = (model.quant, format_bytes(model.size_bytes) if model.size_bytes else "", path)
        words.addWidget(label(" · ".join(fact for fact in facts if fact), "quiet"))
        if model.problem:
            words.addWidget(label(model.problem, "bad"))
        row = QHBoxLayout()
        row.addLayout(words, 1)
        state = self._desk.engine.state
        if state.has_model and Path(state.path) == model.path:
            row.addWidget(label("✓ " + say("Loaded"), "good", wrap=False))
        elif not model.problem:
            load = TextButton(say("Load"))
            load.setAccessibleName(say("Load {name}", name=model.path.name))
            load.clicked.connect(lambda: self.load_wanted.emit(path))
            row.addWidget(load)
        return row

    def _show_fitting(self) -> None:
        self.fitting.clear()
        self._gets.clear()
        guide, column = self._guide, self.fitting.column
        if guide.advice_error is not None:
            column.addWidget(label(str(guide.advice_error), "bad"))
        if guide.advice is None:
            if guide.advice_error is None:
                column.addWidget(label(say("Working out what fits…"), "quiet"))
            return
        self._add_plan(guide.advice.recommended, brief=False)
        for plan in guide.advice.alternatives:
            column.addWidget(line())
            self._add_plan(plan, brief=True)
        self._show_gets()

    def _add_plan(self, plan: Plan, *, brief: bool) -> None:
        column = self.fitting.column
        column.addWidget(PlanView(plan, self._guide.vram_total_bytes, brief=brief))
        if brief:
            column.addWidget(label(f"{plan_details(plan)} · {memory_needed(plan)}", "quiet"))
        get = TextButton("", kind="plain" if brief else "primary", picture="download")
        get.clicked.connect(lambda: self._on_get(plan))
        self._gets.append((plan, get))
        column.addLayout(buttons(get))
        proof = self._guide.proof_words(plan)
        if proof:
            column.addWidget(label(proof, "quiet"))

    def _show_gets(self) -> None:
        """What is here is loaded, what is on its way is not asked for twice."""
        for plan, get in self._gets:
            size = format_bytes(plan.model.size_bytes)
            download = self._downloads.of(plan.model.file)
            coming = download is not None and not download.is_over
            get.setEnabled(not coming)
            if coming:
                get.rename(say("Downloading"))
            else:
                get.rename(say("Load it") if self._place_of(plan) else say("Download {size}", size=size))

    def _place_of(self, plan: Plan) -> str:
        """Where the plan's file is already, "" when it is not."""
        name = Path(plan.model.file).name
        sound = (model for model in self._guide.models if not model.problem)
        return plan.model.path or next((str(one.path) for one in sound if one.path.name == name), "")

    def _on_get(self, plan: Plan) -> None:
        here = self._place_of(plan)
        if here:
            self.load_wanted.emit(here)
        else:
            self._downloads.begin(plan)

    def _show_downloads(self) -> None:
        self.coming.clear()
        self.coming.setVisible(bool(self._downloads.all))
        for download in self._downloads.all:
            self.coming.column.addWidget(DownloadCard(self._downloads, download))
        self._show_gets()
