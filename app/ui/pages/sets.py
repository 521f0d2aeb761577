"""Document sets: opened in a new chat, renamed, removed, their changed files read again."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.core.words import say
from app.ui.bridge import listen
from app.ui.conversation import Conversation
from app.ui.document_sets import DocumentSets
from app.ui.pages.page import Card, Page, label
from app.ui.pages.set_card import SetCard


class SetsPage(Page):
    """`opened(name)` asks for a new chat with a set."""

    opened = Signal(str)

    def __init__(self, conversation: Conversation, sets: DocumentSets, parent: QWidget | None = None) -> None:
        super().__init__(say("Document sets"), parent)
        self._sets = sets
        words = say(
            "Documents you come back to, under one name, with the pages chosen of them. "
            "The answers of earlier chats keep what they were given."
        )
        self.add(label(words, "quiet"))
        self.empty = Card(ground="sheet")
        self.empty.column.addWidget(label(say("No set is saved yet.")))
        self.empty.column.addWidget(
            label(say("Drop files into a chat, open their preview (Ctrl+Shift+P) and choose Save as set."), "quiet")
        )
        self.add(self.empty)
        self.cards: dict[str, SetCard] = {}
        listen(self, lambda: sets.changed.connect(self._show))
        listen(self, lambda: conversation.desk.engine.changed.connect(lambda _: self._on_engine(conversation)))
        self._model = conversation.desk.engine.state.path
        self._show()

    def _show(self) -> None:
        """Cards stay while their set stays, so that what is typed in one is not lost."""
        sets = self._sets
        names = [one.name for one in sets.all]
        for gone in [name for name in self.cards if name not in names]:
            card = self.cards.pop(gone)
            self.column.removeWidget(card)
            card.hide()
            card.deleteLater()
        for place, one in enumerate(sets.all):
            card = self.cards.get(one.name) or self._make_card(one.name)
            if self.column.indexOf(card) != place + 3:
                self.column.insertWidget(place + 3, card)
            card.show_set(one, sets.checks.get(one.name), sets.readings.get(one.name), busy=one.name in sets.rereading)
        self.empty.setVisible(not names)

    def _make_card(self, name: str) -> SetCard:
        card = self.cards[name] = SetCard(name)
        card.opened.connect(lambda: self.opened.emit(name))
        card.renamed.connect(lambda to: self._sets.rename(name, to))
        card.removed.connect(lambda: self._sets.remove(name))
        card.reread.connect(lambda: self._sets.reread(name))
        return card

    def _on_engine(self, conversation: Conversation) -> None:
        """Whose readings are saved depends on the model."""
        state = conversation.desk.engine.state
        path = state.path if state.has_model else ""
        if path != self._model:
            self._model = path
            if self.isVisible():
                self._sets.refresh()
