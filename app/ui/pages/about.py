"""What Carrel is, its licences, and the keys."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from app import __version__
from app.core.words import mark, say
from app.ui.pages.page import Card, Page, buttons, label
from app.ui.widgets.buttons import TextButton

KEYS = (
    ("Ctrl+N", mark("New chat")),
    ("Ctrl+K", mark("Find a chat")),
    ("Ctrl+L", mark("Go to the message")),
    ("Enter", mark("Send")),
    ("Shift+Enter", mark("New line")),
    ("↑", mark("The last question again, in the empty message")),
    ("Esc", mark("Stop the answer, or back to the chat")),
    ("Ctrl+O", mark("Add files to the message")),
    ("Ctrl+Shift+C", mark("Copy the last answer")),
    ("Ctrl+I", mark("Show or hide performance and parameters")),
    ("Ctrl+M", mark("How the model is loaded")),
    ("Ctrl+Shift+P", mark("Show or close the pages of the attached files")),
    ("Ctrl+P", mark("Parameters of this chat")),
    ("Ctrl+B", mark("Show or hide the chats")),
    ("Ctrl+,", mark("Settings")),
    ("F1", mark("This page")),
    ("F2", mark("Rename the selected chat")),
    ("Del", mark("Delete the selected chat")),
)


class AboutPage(Page):
    """`support_wanted()` asks for a bundle of logs."""

    support_wanted = Signal()

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
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(8)
        half = (len(KEYS) + 1) // 2
        for number, (keys, meaning) in enumerate(KEYS):
            row, column = number % half, number // half * 2
            grid.addWidget(label(keys, "quiet", wrap=False), row, column)
            grid.addWidget(label(say(meaning)), row, column + 1)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        card.column.addLayout(grid)
        return card
