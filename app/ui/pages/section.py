"""A part of a long page: a heading with its cards, found by its words and shown or hidden with them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from app.ui.pages.page import label


class Section(QWidget):
    """`title` over `cards`."""

    def __init__(self, title: str, cards: Sequence[QWidget], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title, self.cards = title, tuple(cards)
        self.setAccessibleName(title)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        column.addWidget(label(title, "section"))
        for card in self.cards:
            column.addWidget(card)

    def search(self, words: Sequence[str]) -> bool:
        """Show the cards that hold every word, all of them when the title does; whether any is left."""
        titled = all(word in self.title.lower() for word in words)
        found = [titled or _holds(card, words) for card in self.cards]
        for card, shown in zip(self.cards, found, strict=True):
            card.setVisible(shown)
        self.setVisible(any(found))
        return any(found)


def _holds(card: QWidget, words: Sequence[str]) -> bool:
    said = words_of(card)
    return all(word in said for word in words)


def words_of(widget: QWidget) -> str:
    """Everything a card says, in small letters."""
    parts = [widget.accessibleName()]
    for child in widget.findChildren(QWidget):
        if isinstance(child, QLabel | QAbstractButton | QLineEdit):
            parts.append(child.text())
        if isinstance(child, QComboBox):
            parts += [child.itemText(number) for number in range(child.count())]
        parts += [child.accessibleName(), child.toolTip()]
    return "\n".join(parts).lower()
