"""The documents of the open chat: those in the message, and those that were sent before, as answers cite them."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.core.counts import documents_words, pages_words, tokens_words
from app.core.units import format_pages
from app.core.words import say
from app.store.rows import Attachment
from app.ui.bridge import listen
from app.ui.conversation import Conversation
from app.ui.inspector.document_row import DocumentItem, DocumentRow
from app.ui.pages.page import empty_layout, label
from app.ui.widgets.chip import ChipItem


class Documents(QWidget):
    """`preview_wanted(path)` asks for a document of the message, page by page; one that was sent is asked for by the
    conversation itself."""

    preview_wanted = Signal(str)

    def __init__(self, conversation: Conversation, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._conversation = conversation
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._shown: object = None
        listen(self, lambda: conversation.files_changed.connect(self._show))
        listen(self, lambda: conversation.opened.connect(self._show))
        listen(self, lambda: conversation.asked.connect(lambda *_: self._show()))
        listen(self, lambda: conversation.reread.connect(self._show))
        listen(self, lambda: conversation.branched.connect(lambda _: self._show()))
        self._show()

    @property
    def rows(self) -> list[DocumentRow]:
        """As they lie, from top to bottom."""
        places = (self._column.itemAt(place) for place in range(self._column.count()))
        widgets = (item.widget() for item in places if item is not None)
        return [widget for widget in widgets if isinstance(widget, DocumentRow)]

    def _show(self) -> None:
        """Made again only when something is different."""
        chips = self._conversation.chips()
        sent = [one for message in self._conversation.messages for one in message.documents]
        now = (tuple(chips), tuple(sent))
        if now == self._shown:
            return
        self._shown = now
        empty_layout(self._column)
        if not chips and not sent:
            self._column.addWidget(label(say("No documents yet. Drop files on the window, or press Ctrl+O."), "quiet"))
            return
        self._column.addWidget(label(_sum_words(chips, sent), "quiet"))
        if chips:
            self._head(say("In this message"))
        for chip in chips:
            self._add(_attached_item(chip)).clicked.connect(lambda _=False, key=chip.key: self.preview_wanted.emit(key))
        if sent:
            self._head(say("Sent with earlier questions"))
        for number, one in enumerate(sent, 1):
            row = self._add(_sent_item(number, one))
            row.clicked.connect(lambda _=False, number=number, one=one: self._open(number, one))

    def _head(self, words: str) -> None:
        head = label(words, "group")
        head.setContentsMargins(0, 8, 0, 0)
        self._column.addWidget(head)

    def _add(self, item: DocumentItem) -> DocumentRow:
        row = DocumentRow(item)
        self._column.addWidget(row)
        return row

    def _open(self, number: int, one: Attachment) -> None:
        """At its first page that was sent."""
        self._conversation.page_wanted.emit(number, one.chosen[0] if one.chosen else 1, 0, 0)


def _attached_item(chip: ChipItem) -> DocumentItem:
    match chip.state:
        case "reading":
            state = say("Being read, {percent} %", percent=round(100 * chip.progress))
            return DocumentItem(chip.name, facts=state, picture="file", share=min(0.99, chip.progress))
        case "locked":
            return DocumentItem(chip.name, facts=chip.reason, picture="lock")
        case "refused":
            return DocumentItem(chip.name, state=chip.reason, role="bad", picture="file")
    pages = chip.pages if chip.sent_pages is None else chip.sent_pages
    facts = _facts(pages, chip.pages, chip.tokens)
    picture = "folder" if chip.files else "file-text"
    return DocumentItem(chip.name, facts=facts, state=chip.flaw or chip.reason.split("\n")[0], picture=picture)


def _sent_item(number: int, one: Attachment) -> DocumentItem:
    facts = _facts(len(one.chosen) if one.chosen is not None else one.pages, one.pages, one.tokens)
    chosen = say("Pages {list}", list=format_pages(one.chosen)) if one.chosen else ""
    return DocumentItem(one.name, f"D{number}", facts, one.warnings[0] if one.warnings else chosen)


def _facts(sent: int, total: int, tokens: int) -> str:
    """ "12 of 87 pages · 8,431 tokens"."""
    if sent != total:
        pages = say("{sent} of {total} pages", sent=f"{sent:,}", total=f"{total:,}")
    else:
        pages = pages_words(total)
    return f"{pages} · {tokens_words(tokens)}" if tokens else pages


def _sum_words(chips: list[ChipItem], sent: list[Attachment]) -> str:
    count = len(chips) + len(sent)
    tokens = sum(chip.tokens for chip in chips) + sum(one.tokens for one in sent)
    return f"{documents_words(count)} · {tokens_words(tokens)}"
