"""What Carrel is, its licences, and what helps when something goes wrong."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app import __version__
from app.core.words import say
from app.ui.pages.page import Card, Page, buttons, label
from app.ui.widgets.buttons import TextButton


class AboutPage(Page):
    """`support_wanted()` asks for a bundle of logs, `keys_wanted()` for the page of keys."""

    support_wanted = Signal()
    keys_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(say("Keys and about"), parent)
        self.add(self._keys())
        about = Card(say("About Carrel"))
        about.column.addWidget(label(say("Carrel {version}", version=__version__)))
        purpose = say("A private desk, on your own computer, for reading and thinking with Qwen3-32B.")
        about.column.addWidget(label(purpose))
        about.column.addWidget(
            label(say("Nothing you write or read leaves this computer. Carrel goes online only to download a model."))
        )
        about.column.addWidget(
            label(
                say(
                    "Apache License 2.0. With llama.cpp (MIT), Qt and PySide6 (LGPL 3), PDFium (BSD), "
                    "Inter and JetBrains Mono (OFL), Lucide icons (ISC)."
                ),
                "quiet",
            )
        )
        self.add(about)
        self.add(self._support())

    def _support(self) -> Card:
        card = Card(say("When something goes wrong"))
        words = say(
            "A support bundle holds versions, settings, facts of this computer and the logs. "
            "It holds no chats and no documents. Nothing is sent; it is yours to hand on."
        )
        card.column.addWidget(label(words))
        save = TextButton(say("Save support bundle…"))
        save.clicked.connect(self.support_wanted)
        card.column.addLayout(buttons(save))
        return card

    def _keys(self) -> Card:
        card = Card(say("Keys"))
        card.column.addWidget(label(say("Everything can be done with the keyboard.")))
        show = TextButton(say("Show the keys"), picture="keyboard")
        show.setToolTip("F1")
        show.clicked.connect(self.keys_wanted)
        card.column.addLayout(buttons(show))
        return card
