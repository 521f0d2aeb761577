"""The three ways to begin: download, a file that is here, the demo. What runs or fails is told right under them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.core.errors import CarrelError
from app.core.units import format_bytes
from app.core.words import say, sentences
from app.fit.plan import Plan
from app.ui.bridge import listen
from app.ui.downloads import Download, Downloads
from app.ui.guide import Guide
from app.ui.pages.download_card import DownloadCard
from app.ui.pages.glossary import meaning
from app.ui.pages.offline_box import OfflineBox
from app.ui.pages.page import Card, buttons, empty_layout, label
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.labels import set_role

NO_NETWORK = ("unreachable", "proxy_refused", "forbidden", "untrusted", "stalled")  # another way in may help


class BeginCard(Card):
    """`choose_wanted()` and `folder_wanted()`: what is here already; `demo_wanted()`; `load_wanted(path)`;
    `library_wanted()`; `place_wanted()` another folder for downloads.
    """

    choose_wanted = Signal()
    folder_wanted = Signal()
    demo_wanted = Signal()
    load_wanted = Signal(str)
    library_wanted = Signal()
    place_wanted = Signal()

    def __init__(self, guide: Guide, downloads: Downloads, parent: QWidget | None = None) -> None:
        super().__init__(say("3. Begin"), parent)
        self._guide, self._downloads = guide, downloads
        self._plan: Plan | None = None
        self.refused, self.space = label("", "bad"), label("", "quiet")
        self.running = QVBoxLayout()
        self.promise = label(
            say("The chat opens by itself when the model is here. Meanwhile you can try the demo."), "quiet"
        )
        self.offline = OfflineBox()
        self.offline.file_wanted.connect(self.choose_wanted)
        self.offline.folder_wanted.connect(self.folder_wanted)
        self._build_buttons()
        self._lay_out()
        listen(self, lambda: downloads.listed.connect(self.show_downloads))
        listen(self, lambda: downloads.changed.connect(self._on_progress))
        self.show_downloads()

    def _build_buttons(self) -> None:
        self.get = TextButton(say("Download"), kind="primary", picture="download")
        self.get.clicked.connect(self._on_get)
        self.choose = TextButton(say("Choose a GGUF file…"), picture="file")
        self.choose.setToolTip(meaning("GGUF"))
        self.choose.clicked.connect(lambda: self.tell_refused(None))
        self.choose.clicked.connect(self.choose_wanted)
        self.demo = TextButton(say("Try the demo"), picture="play")
        self.demo.clicked.connect(self.demo_wanted)
        self.here = TextButton(say("Models on this computer"), kind="quiet")
        self.here.clicked.connect(self.library_wanted)
        self.place = TextButton(say("Choose another folder…"), kind="quiet")
        self.place.clicked.connect(self.place_wanted)

    def _lay_out(self) -> None:
        column = self.column
        column.addLayout(buttons(self.get, self.choose, self.demo, self.here))
        column.addWidget(self.refused)
        column.addWidget(self.space)
        column.addLayout(buttons(self.place))
        column.addLayout(self.running)
        column.addWidget(self.promise)
        column.addWidget(
            label(
                say(
                    "The demo needs no download: a toy model stands in for Qwen3-32B. It finds facts in a document and "
                    "shows how everything works, not how well Qwen3-32B answers."
                ),
                "quiet",
            )
        )
        column.addWidget(self.offline)
        for widget in (self.refused, self.promise, self.place, self.here):
            widget.hide()

    # ---- what the page says

    def show_plan(self, plan: Plan | None) -> None:
        """The plan that the first button is about."""
        self._plan = plan
        self.offline.show_plan(plan)
        self.here.setVisible(bool(self._guide.models))
        self._show_choice()

    def tell_refused(self, error: CarrelError | None) -> None:
        """Why a file that was chosen is of no use; None takes it back."""
        self.refused.setText(str(error) if error is not None else "")
        self.refused.setVisible(error is not None)

    def show_downloads(self) -> None:
        """The downloads under way, each with its bar."""
        empty_layout(self.running)
        for download in self._downloads.all:
            self.running.addWidget(DownloadCard(self._downloads, download))
        self._show_choice()

    # ---- inside

    def _show_choice(self) -> None:
        plan, machine = self._plan, self._guide.machine
        download = self._downloads.of(plan.model.file) if plan is not None else None
        coming = download is not None and not download.is_over
        self.promise.setVisible(any(_is_moving(one) for one in self._downloads.all))
        self.get.setVisible(not coming and (plan is not None or self._guide.advice_error is None))
        here = self._here(plan) if plan is not None else ""
        free = machine.disk_free_bytes if machine is not None else 0
        fits = plan is None or machine is None or bool(here) or coming or free >= plan.model.size_bytes
        self.get.setEnabled(plan is not None and fits)
        self.demo.set_kind("plain" if plan is not None or self._guide.advice_error is None else "primary")
        self.place.setVisible(not fits)
        self.space.setVisible(plan is not None and not coming)
        if plan is None:
            return
        size = format_bytes(plan.model.size_bytes)
        self.get.rename(say("Load it") if here else say("Download {size}", size=size))
        self.space.setText(self._space_words(plan, here, free, fits=fits))
        self.space.setToolTip(meaning("SHA-256"))
        set_role(self.space, "quiet" if fits else "bad")

    def _space_words(self, plan: Plan, here: str, free: int, *, fits: bool) -> str:
        if here:
            return say("This file is already here: {name}.", name=Path(here).name)
        size = format_bytes(plan.model.size_bytes)
        if not fits:
            return sentences(
                say("The disk has {free} free; {size} are needed.", free=format_bytes(free), size=size),
                say("Make room, take a smaller model above, or choose a folder on another disk."),
            )
        if not free:
            return say("From {repo}.", repo=plan.model.repo)
        words = say("From {repo}. The disk has {free} free.", repo=plan.model.repo, free=format_bytes(free))
        return sentences(words, self._guide.proof_words(plan))

    def _here(self, plan: Plan) -> str:
        """Where the plan's file is already, "" when it is not."""
        name = Path(plan.model.file).name
        sound = (model for model in self._guide.models if not model.problem)
        return plan.model.path or next((str(one.path) for one in sound if Path(one.path).name == name), "")

    def _on_get(self) -> None:
        self.tell_refused(None)
        if self._plan is None:
            return
        here = self._here(self._plan)
        if here:
            self.load_wanted.emit(here)
            return
        try:
            self._downloads.begin(self._plan)
        except CarrelError as error:
            self.tell_refused(error)

    def _on_progress(self, download: Download) -> None:
        if download.error is not None and download.error.code in NO_NETWORK:
            self.offline.fold.setChecked(True)
        if self._plan is not None and (download.name == self._plan.model.file or download.is_over):
            self._show_choice()


def _is_moving(download: Download) -> bool:
    return not download.is_over and not download.is_paused
