"""The keys: every one with what it does, in groups, as they stand on this computer's keyboard."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.core.words import say
from app.ui.commands import Command, Commands, key_words
from app.ui.pages.page import Card, Page, label

SHEET_PX = 920


class KeysPage(Page):
    """Drawn from the commands, so that no key is missing and none is shown that does nothing."""

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(say("Keys"), parent, column_px=SHEET_PX)
        words = say("Tab goes from one control to the next, Shift+Tab back; Space presses it.")
        self.add(label(words, "quiet"))
        cards = [_card(say(group), mine) for group, mine in commands.groups()]
        sheet = QHBoxLayout()
        sheet.setSpacing(16)
        for column in _in_two(cards):
            side = QVBoxLayout()
            side.setSpacing(16)
            for card in column:
                side.addWidget(card)
            side.addStretch(1)
            sheet.addLayout(side, 1)
        self.column.addLayout(sheet)


def _card(heading: str, commands: list[Command]) -> Card:
    card = Card(heading)
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(8)
    for row, command in enumerate(commands):
        keys = " / ".join(key_words(one) for one in command.keys)
        words, cap = label(command.title), KeyCap(keys)
        words.setAccessibleName(f"{command.title}: {keys}")
        grid.addWidget(words, row, 0)
        grid.addWidget(cap, row, 1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    grid.setColumnStretch(0, 1)
    card.column.addLayout(grid)
    return card


class KeyCap(QLabel):
    """Keys in a quiet frame."""

    def __init__(self, keys: str, parent: QWidget | None = None) -> None:
        super().__init__(keys, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", "key")
        self.setAccessibleName(keys)


def _in_two(cards: list[Card]) -> tuple[list[Card], list[Card]]:
    """Two columns of about the same height."""
    heights = [card.sizeHint().height() for card in cards]
    cut = min(range(len(cards) + 1), key=lambda at: abs(sum(heights[:at]) - sum(heights[at:])))
    return cards[:cut], cards[cut:]
