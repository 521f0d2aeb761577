"""For a computer without a network: which file to fetch elsewhere, from where, and how it comes in."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.core.units import format_bytes
from app.core.words import say, sentences
from app.fit.plan import Plan
from app.ui.chat.parts import FoldButton
from app.ui.pages.page import buttons, label
from app.ui.widgets.buttons import TextButton


class OfflineBox(QWidget):
    """A fold. `file_wanted()` and `folder_wanted()` ask for a file or a folder that is here already."""

    file_wanted = Signal()
    folder_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._address = ""
        self.fold = FoldButton(self)
        self.fold.set_words(say("No network on this computer?"), 600)
        self.words, self.address = label("", "quiet"), label("", "quiet")
        self.address.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.copy = TextButton(say("Copy the address"), kind="quiet", picture="copy")
        self.copy.clicked.connect(self._on_copy)
        self.file = TextButton(say("Choose a GGUF file…"), picture="file")
        self.file.clicked.connect(self.file_wanted)
        self.folder = TextButton(say("Choose a folder…"), picture="folder-open")
        self.folder.clicked.connect(self.folder_wanted)
        self.inner = QWidget()
        inner = QVBoxLayout(self.inner)
        inner.setContentsMargins(20, 0, 0, 4)
        inner.setSpacing(8)
        for widget in (self.words, self.address):
            inner.addWidget(widget)
        inner.addLayout(buttons(self.copy, self.file, self.folder))
        self.inner.hide()
        self.fold.toggled.connect(self.inner.setVisible)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.fold)
        column.addWidget(self.inner)
        self.show_plan(None)

    def show_plan(self, plan: Plan | None) -> None:
        """What to fetch for this plan."""
        known = plan is not None and bool(plan.model.repo)
        self.address.setVisible(known)
        self.copy.setVisible(known)
        how = say(
            "Put it on a USB stick, then choose the file or its folder here. It is used where it lies; nothing is "
            "copied, sent or fetched."
        )
        if plan is None or not known:
            self.words.setText(sentences(say("Fetch a GGUF file of Qwen3 on another computer."), how))
            return
        self._address = f"https://huggingface.co/{plan.model.repo}/resolve/main/{plan.model.file}"
        size = format_bytes(plan.model.size_bytes)
        name = plan.model.file.rsplit("/", 1)[-1]
        fetch = say("On a computer with a network, fetch {name} ({size}) from this address.", name=name, size=size)
        self.words.setText(sentences(fetch, how))
        self.address.setText(self._address)

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._address)
        self.copy.rename(say("Copied"))
