"""The words of the trade that cannot be avoided, each explained in a sentence or two, where they stand."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.core.words import mark, say
from app.ui.chat.parts import FoldButton
from app.ui.pages.page import label

WORDS = {
    "4-bit": mark(
        "How finely the model's numbers are kept. At 4 bits the file is a quarter as large as at 16, and the answers "
        "are nearly as good; below 4 bits mistakes become noticeable."
    ),
    "tokens": mark(
        "The pieces of words that a model reads and writes. 1,000 tokens are some 750 English words, or a page and a "
        "half."
    ),
    "context": mark(
        "What the model can have before it at once: instructions, documents, the conversation and its own answer. "
        "Counted in tokens."
    ),
    "graphics memory": mark(
        "The memory on the graphics card. What lies in it is computed fast; what does not fit is left to the "
        "processor, which is several times slower."
    ),
    "GGUF": mark("The kind of file that models come in: one file holds everything the engine needs."),
    "SHA-256": mark("A fingerprint of a file. When one bit of a download is wrong, it differs, and Carrel says so."),
}
NAMES = {
    "4-bit": mark("4-bit, 5-bit…"),
    "tokens": mark("Tokens"),
    "context": mark("Context"),
    "graphics memory": mark("Graphics memory"),
    "GGUF": mark("GGUF"),
    "SHA-256": mark("SHA-256"),
}


def meaning(word: str) -> str:
    """What a word means, for a tool tip."""
    return say(WORDS[word])


class Glossary(QWidget):
    """A fold with the words in it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fold = FoldButton(self)
        self.fold.set_words(say("What do these words mean?"), 600)
        self.inner = QWidget()
        grid = QGridLayout(self.inner)
        grid.setContentsMargins(20, 0, 0, 4)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        for row, word in enumerate(WORDS):
            name = label(say(NAMES[word]), "group", wrap=False)
            grid.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(label(meaning(word), "quiet"), row, 1)
        self.inner.hide()
        self.fold.toggled.connect(self.inner.setVisible)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.fold)
        column.addWidget(self.inner)
