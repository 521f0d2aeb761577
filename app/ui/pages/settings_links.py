"""A card that leads to a page of its own, for what is too much for the settings."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.ui.pages.page import Card, label
from app.ui.widgets.buttons import TextButton


class LinkCard(Card):
    """What it is about, and the button; `wanted()` when it is pressed."""

    wanted = Signal()

    def __init__(self, words: str, button: str, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.words = label(words)
        self.button = TextButton(button)
        self.button.clicked.connect(self.wanted)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self.words, 1)
        row.addWidget(self.button)
        self.column.addLayout(row)
