"""The first run, in three cards: this computer, the plan for it, and three ways to begin."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QRadioButton, QVBoxLayout, QWidget

from app.core.units import format_bytes, format_tokens
from app.core.words import say
from app.fit.plan import Plan
from app.ui.bridge import listen
from app.ui.downloads import Downloads
from app.ui.guide import Guide
from app.ui.pages.computer_facts import fill_computer
from app.ui.pages.download_card import DownloadCard
from app.ui.pages.page import Card, Page, buttons, label
from app.ui.pages.plan_card import PlanView, plan_title
from app.ui.widgets.buttons import TextButton


class StartPage(Page):
    """`choose_wanted()`: a file that is here; `demo_wanted()`; `load_wanted(path)`."""

    choose_wanted = Signal()
    demo_wanted = Signal()
    load_wanted = Signal(str)
    library_wanted = Signal()

    def __init__(self, guide: Guide, downloads: Downloads, parent: QWidget | None = None) -> None:
        super().__init__(say("Welcome to Carrel"), parent)
        self._guide, self._downloads = guide, downloads
        self._chosen: Plan | None = None
        self._shown: object = None
        self.add(label(say("A private desk for reading and thinking with Qwen3-32B, on this computer alone."), "quiet"))
        self.computer = Card(say("1. This computer"))
        self.plan = Card(say("2. The model for it"))
        self.begin = Card(say("3. Begin"))
        self.computer.column.addWidget(label(say("Looking at this computer…"), "quiet"))
        self.plan.column.addWidget(label(say("Working out what fits…"), "quiet"))
        for card in (self.computer, self.plan, self.begin):
            self.add(card)
        self._build_begin()
        listen(self, lambda: guide.changed.connect(self.show_guide))
        listen(self, lambda: downloads.listed.connect(self._show_downloads))
        self.show_guide()
        self._show_downloads()

    def show_guide(self) -> None:
        """Show what is known by now."""
        guide = self._guide
        known = (guide.machine, guide.advice, guide.advice_error, tuple(m.path for m in guide.models))
        if known == self._shown:
            return
        self._shown = known
        if guide.machine is not None:
            fill_computer(self.computer, guide.machine)
        if guide.advice is not None:
            self._fill_plan(guide.advice.recommended, guide.advice.alternatives[:2])
        elif guide.advice_error is not None:
            self.plan.clear()
            self.plan.column.addWidget(label(str(guide.advice_error), "bad"))
        self.here.setVisible(bool(guide.models))
        self._show_choice()

    def _fill_plan(self, best: Plan, others: tuple[Plan, ...]) -> None:
        self.plan.clear()
        self._chosen, self._view = best, PlanView(best, self._guide.vram_total_bytes)
        choices = []
        for plan in (best, *others):
            name = say("Recommended") if plan is best else _short(plan, best)
            choice = QRadioButton(name)
            choice.setAccessibleName(f"{name}: {plan_title(plan)}")
            choice.setAccessibleDescription(plan.reason)
            choice.setToolTip(plan.reason)
            choice.setChecked(plan is best)
            choice.toggled.connect(lambda on, plan=plan: self._choose(plan) if on else None)
            choices.append(choice)
        if others:
            self.plan.column.addLayout(buttons(*choices, gap=16))
        self.plan.column.addWidget(self._view)

    def _choose(self, plan: Plan) -> None:
        """Another plan: its reason, its parts and its size are shown in the place of the first."""
        self._chosen, old = plan, self._view
        self._view = PlanView(plan, self._guide.vram_total_bytes)
        self.plan.column.replaceWidget(old, self._view)
        old.hide()
        old.deleteLater()
        self._show_choice()

    # ---- the third card

    def _build_begin(self) -> None:
        column = self.begin.column
        self.get = TextButton(say("Download"), kind="primary", picture="download")
        self.get.clicked.connect(self._on_get)
        self.choose = TextButton(say("Choose a GGUF file…"), picture="folder-open")
        self.choose.clicked.connect(self.choose_wanted)
        self.demo = TextButton(say("Try the demo"), picture="play")
        self.demo.clicked.connect(self.demo_wanted)
        self.space = label("", "quiet")
        self._running = QVBoxLayout()
        self.here = TextButton(say("Models on this computer"), kind="quiet")
        self.here.clicked.connect(self.library_wanted)
        self.here.hide()
        column.addLayout(buttons(self.get, self.choose, self.demo, self.here))
        column.addWidget(self.space)
        column.addLayout(self._running)
        column.addWidget(
            label(
                say(
                    "The demo needs no download: a toy model stands in for Qwen3-32B. It finds facts in a document and "
                    "shows how everything works, not how well Qwen3-32B answers."
                ),
                "quiet",
            )
        )

    def _show_choice(self) -> None:
        plan, machine = self._chosen, self._guide.machine
        self.get.setEnabled(plan is not None)
        if plan is None:
            return
        here = self._here(plan)
        size = format_bytes(plan.model.size_bytes)
        self.get.rename(say("Load it") if here else say("Download {size}", size=size))
        if here:
            self.space.setText(say("This file is already here: {name}.", name=Path(here).name))
        elif machine is not None and machine.disk_free_bytes < plan.model.size_bytes:
            free = format_bytes(machine.disk_free_bytes)
            self.space.setText(say("The disk has {free} free; {size} are needed.", free=free, size=size))
        elif machine is not None:
            free = format_bytes(machine.disk_free_bytes)
            words = say("From {repo}. The disk has {free} free.", repo=plan.model.repo, free=free)
            self.space.setText(f"{words} {self._guide.proof_words(plan)}".strip())

    def _here(self, plan: Plan) -> str:
        """Where the plan's file is already, "" when it is not."""
        name = Path(plan.model.file).name
        found = next((str(model.path) for model in self._guide.models if Path(model.path).name == name), "")
        return plan.model.path or found

    def _on_get(self) -> None:
        if self._chosen is None:
            return
        here = self._here(self._chosen)
        if here:
            self.load_wanted.emit(here)
        else:
            self._downloads.begin(self._chosen)

    def _show_downloads(self) -> None:
        while self._running.count():
            item = self._running.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for download in self._downloads.all:
            self._running.addWidget(DownloadCard(self._downloads, download))


def _short(plan: Plan, best: Plan) -> str:
    """An alternative in a few words: what differs from the recommended plan."""
    other = "" if plan.model.name == best.model.name else f"{plan.model.name} "
    return f"{other}{plan.model.quant} · " + say("{count} tokens", count=format_tokens(plan.n_ctx))
