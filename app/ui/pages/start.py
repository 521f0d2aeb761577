"""The first run, in three cards: this computer, the plan for it, and three ways to begin."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QFocusEvent
from PySide6.QtWidgets import QFileDialog, QWidget

from app.config.paths import models_folder
from app.core.errors import CarrelError
from app.core.words import say
from app.ui.bridge import listen
from app.ui.chat.drops import dropped_files
from app.ui.downloads import Downloads
from app.ui.guide import Guide
from app.ui.pages.begin_card import BeginCard
from app.ui.pages.computer_facts import fill_computer
from app.ui.pages.page import Card, Page, buttons, label
from app.ui.pages.plan_choice import PlanChoice
from app.ui.plan_words import computer_sentence
from app.ui.widgets.buttons import TextButton


class StartPage(Page):
    """`file_chosen(path)`: a file or a folder that is here; `choose_wanted()` asks for one; `demo_wanted()`;
    `load_wanted(path)`; `library_wanted()`.
    """

    choose_wanted = Signal()
    file_chosen = Signal(str)
    demo_wanted = Signal()
    load_wanted = Signal(str)
    library_wanted = Signal()

    def __init__(self, guide: Guide, downloads: Downloads, parent: QWidget | None = None) -> None:
        super().__init__(say("Welcome to Carrel"), parent)
        self._guide = guide
        self._shown: object = None
        self.choice: PlanChoice | None = None
        self.add(label(say("A private desk for reading and thinking with Qwen3-32B, on this computer alone."), "quiet"))
        self.computer = Card(say("1. This computer"))
        self.plan = Card(say("2. The model for it"))
        self.begin = BeginCard(guide, downloads)
        self.offline, self.get, self.choose, self.demo = (
            self.begin.offline,
            self.begin.get,
            self.begin.choose,
            self.begin.demo,
        )
        self.computer.column.addWidget(label(say("Looking at this computer…"), "quiet"))
        self.plan.column.addWidget(label(say("Working out what fits…"), "quiet"))
        for card in (self.computer, self.plan, self.begin):
            self.add(card)
        self._hand_on()
        self.viewport().setAcceptDrops(True)
        listen(self, lambda: guide.changed.connect(self.show_guide))
        self.show_guide()

    def _hand_on(self) -> None:
        begin = self.begin
        begin.choose_wanted.connect(self.choose_wanted)
        begin.demo_wanted.connect(self.demo_wanted)
        begin.load_wanted.connect(self.load_wanted)
        begin.library_wanted.connect(self.library_wanted)
        begin.folder_wanted.connect(self._on_folder_wanted)
        begin.place_wanted.connect(self._on_place_wanted)

    def show_guide(self) -> None:
        """Show what is known by now. A plan that one looks at is not taken away by a second look at the computer."""
        guide = self._guide
        known = (guide.machine, guide.advice, guide.advice_error, tuple(m.path for m in guide.models))
        if known == self._shown:
            return
        self._shown = known
        if guide.machine is not None:
            fill_computer(self.computer, guide.machine)
            if guide.advice is not None:
                self.computer.column.addWidget(label(computer_sentence(guide.advice)))
        if guide.advice is not None:
            self._fill_plan()
        elif guide.advice_error is not None:
            self._tell_too_small(guide.advice_error)
        self.begin.show_plan(self.choice.plan if self.choice is not None else None)
        self._give_keyboard()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._give_keyboard()

    def _give_keyboard(self) -> None:
        """Enter begins: the page itself has no use for the keyboard as soon as there is something to begin with."""
        wanted = self.begin.get if self.begin.get.isEnabled() else self.begin.demo
        if self.hasFocus() and self._shown is not None and wanted.isVisible() and self.choice is not None:
            wanted.setFocus(Qt.FocusReason.OtherFocusReason)

    def tell_refused(self, error: CarrelError) -> None:
        """A file that was chosen here is of no use."""
        self.begin.tell_refused(error)

    def _fill_plan(self) -> None:
        assert self._guide.advice is not None
        before = self.choice
        self.plan.clear()
        self.choice = PlanChoice(self._guide.advice, self._guide.vram_total_bytes)
        if before is not None:
            same = (row for row in self.choice.rows if row.plan.model == before.plan.model)
            (next(same, None) or self.choice.rows[0]).radio.setChecked(True)
            self.choice.details.setChecked(before.details.isChecked())
            self.choice.words.fold.setChecked(before.words.fold.isChecked())
        self.choice.chosen.connect(self.begin.show_plan)
        self.plan.column.addWidget(self.choice)

    def _tell_too_small(self, error: CarrelError) -> None:
        """The honest word, and what one can do all the same."""
        self.plan.clear()
        self.choice = None
        self.plan.column.addWidget(label(str(error), "bad"))
        words = say(
            "The demo runs on any computer and shows how Carrel works. A small GGUF file of your own may run too."
        )
        self.plan.column.addWidget(label(words))
        again = TextButton(say("Look again"), picture="refresh-cw")
        again.clicked.connect(self._guide.refresh)
        self.plan.column.addLayout(buttons(again))

    # ---- files that are here

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A model or its folder may be dropped anywhere on the page."""
        if _is_model(dropped_files(event)):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        files = dropped_files(event)
        if _is_model(files):
            event.acceptProposedAction()
            self._take(str(files[0]))

    def _on_folder_wanted(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, say("Choose the folder with the model"))
        if chosen:
            self._take(chosen)

    def _take(self, path: str) -> None:
        self.begin.tell_refused(None)
        self.file_chosen.emit(path)

    def _on_place_wanted(self) -> None:
        """Another disk for the downloads; the page looks at it at once."""
        desk = self._guide.desk
        now = str(models_folder(desk.home, desk.settings.models_folder))
        chosen = QFileDialog.getExistingDirectory(self, say("Folder for downloads"), now)
        if chosen:
            desk.change_settings(models_folder=chosen)


def _is_model(files: list[Path]) -> bool:
    return len(files) == 1 and (files[0].suffix.lower() == ".gguf" or files[0].is_dir())
