"""One document set: what is in it, whether its files are still what was read, how fast it opens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.core.counts import files_words, tokens_words
from app.core.units import format_duration
from app.core.words import say
from app.session.sets import FileCheck
from app.store.rows import Attachment, DocumentSet
from app.ui.pages.page import Card, empty_layout, label
from app.ui.preview.leaf import pages_words
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.labels import ElidedLabel

MOST_ROWS = 8


class SetCard(Card):
    """Signals: `opened()` in a new chat, `renamed(to)`, `removed()`, `reread()` the changed files."""

    opened = Signal()
    renamed = Signal(str)
    removed = Signal()
    reread = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self.setAccessibleName(name)
        self.amount = label("", "quiet")
        self.state, self.reading = label("", "care"), label("", "good")
        self.name = QLineEdit(name)
        self.name.setAccessibleName(say("New name of the set"))
        self.name.setMaxLength(120)
        self.name.returnPressed.connect(self._on_named)
        self.name.editingFinished.connect(self._end_naming)
        self.name.hide()
        self.rows = QVBoxLayout()
        self.rows.setSpacing(4)
        self._shown: object = None
        self._lay_out()

    def _lay_out(self) -> None:
        self.open = self._button(say("New chat"), self.opened, "plus")
        self.again = self._button(say("Read again"), self.reread, "refresh-cw")
        rename = TextButton(say("Rename"), kind="quiet")
        rename.clicked.connect(self._begin_naming)
        remove = TextButton(say("Remove"), kind="quiet")
        remove.clicked.connect(self.removed)
        for button, what in ((rename, say("Rename")), (remove, say("Remove")), (self.open, say("New chat"))):
            button.setAccessibleName(f"{what}: {self.heading.text()}")
        for widget in (self.name, self.amount):
            self.column.addWidget(widget)
        self.column.addLayout(self.rows)
        for widget in (self.state, self.reading):
            self.column.addWidget(widget)
        acts = QHBoxLayout()
        acts.setSpacing(8)
        for button in (self.open, self.again, rename, remove):
            acts.addWidget(button)
        acts.addStretch(1)
        self.column.addLayout(acts)

    def _button(self, words: str, signal: object, picture: str) -> TextButton:
        button = TextButton(words, picture=picture)
        button.clicked.connect(signal)
        return button

    def show_set(
        self, found: DocumentSet, checks: Sequence[FileCheck] | None, reading_s: float | None, *, busy: bool
    ) -> None:
        """What is known of the set; None while it is not known."""
        known = (found, checks, reading_s, busy)
        if known == self._shown:
            return
        self._shown = known
        self.amount.setText(_amount_words(found.documents))
        states = {check.document.id: check.state for check in checks or ()}
        self._show_rows(found.documents, states)
        changed, gone = (_names(checks or (), state) for state in ("changed", "gone"))
        self.state.setText(_state_words(changed, gone))
        self.state.setVisible(bool(changed or gone))
        self.reading.setText(_reading_words(reading_s))
        self.reading.setVisible(reading_s is not None and not changed)
        self.again.setVisible(bool(changed))
        self.again.setEnabled(not busy)
        self.again.rename(say("Reading") if busy else say("Read again"))

    def _show_rows(self, documents: Sequence[Attachment], states: Mapping[int, str]) -> None:
        empty_layout(self.rows)
        for document in documents[:MOST_ROWS]:
            self.rows.addLayout(_row(document, states.get(document.id, "")))
        if len(documents) > MOST_ROWS:
            self.rows.addWidget(label(say("and {count} more", count=len(documents) - MOST_ROWS), "quiet"))

    # ---- renaming in place

    def _begin_naming(self) -> None:
        self.name.setText(self.heading.text())
        self.heading.hide()
        self.name.show()
        self.name.selectAll()
        self.name.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_named(self) -> None:
        self.renamed.emit(self.name.text())

    def _end_naming(self) -> None:
        self.name.hide()
        self.heading.show()


def _row(document: Attachment, state: str) -> QHBoxLayout:
    """A file with its pages; what became of it is said, not only coloured."""
    name = ElidedLabel(document.name, mode=Qt.TextElideMode.ElideMiddle)
    name.setMinimumHeight(20)
    row = QHBoxLayout()
    row.setSpacing(12)
    row.addWidget(name, 1)
    words = {"changed": say("changed"), "gone": say("not found where it was")}.get(state, "")
    if words:
        row.addWidget(label(words, "care" if state == "changed" else "bad", wrap=False))
    row.addWidget(label(pages_words(_sent_pages(document), document.pages), "quiet", wrap=False))
    return row


def _amount_words(documents: Sequence[Attachment]) -> str:
    pages, tokens = sum(one.pages for one in documents), sum(one.tokens for one in documents)
    sent = sum(_sent_pages(one) for one in documents)
    weight = [tokens_words(tokens)] if sent == pages else []
    return say(", ").join([files_words(len(documents)), pages_words(sent, pages), *weight])


def _sent_pages(document: Attachment) -> int:
    return document.pages if document.chosen is None else len(set(document.chosen))


def _names(checks: Sequence[FileCheck], state: str) -> list[str]:
    return [check.document.name for check in checks if check.state == state]


def _state_words(changed: Sequence[str], gone: Sequence[str]) -> str:
    parts = []
    if changed:
        names = _some(changed)
        parts.append(say("Changed since it was read: {names}. The set still holds the old text.", names=names))
    if gone:
        parts.append(say("Not found where it was: {names}. The set keeps what was read.", names=_some(gone)))
    return "\n".join(parts)


def _some(names: Sequence[str]) -> str:
    shown = say(", ").join(names[:3])
    return shown if len(names) <= 3 else say("{names} and {count} more", names=shown, count=len(names) - 3)


def _reading_words(reading_s: float | None) -> str:
    if reading_s is None:
        return ""
    return say("Already read by this model: opens in about {time}.", time=format_duration(max(0.1, reading_s)))
