"""The preview beside the chat: documents and pages at the left, the page's text at the right, the budget below."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.core.chat import Document
from app.core.words import say
from app.session.selection import pages_shown
from app.ui.bridge import listen
from app.ui.chat.drops import accept_files, dropped_files
from app.ui.leafing import Leafing
from app.ui.preview.budget import Budget
from app.ui.preview.leaf import Leaf, document_leaf, page_leaf, pages_words, refused_leaf
from app.ui.preview.leaf_list import LeafList
from app.ui.preview.leaf_paint import TALL_ROW_PX
from app.ui.preview.page_text import PageText
from app.ui.preview.set_name import SetName
from app.ui.widgets.buttons import IconButton, TextButton
from app.ui.widgets.labels import make_label
from app.ui.words import with_keys

LISTS_PX, MOST_ROWS = 240, 5


class PreviewPanel(QWidget):
    """Shows what `leafing` says. `loading_wanted` asks for the page where the context is made larger.

    `files_dropped(list[Path])` are for the message.
    """

    loading_wanted = Signal()
    files_dropped = Signal(list)

    def __init__(self, leafing: Leafing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.leafing = leafing
        self.setAccessibleName(say("Preview"))
        self.setProperty("ground", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.title = make_label(say("What the model will read"), "heading", wrap=False)
        self.shut = IconButton("x", with_keys(say("Close the preview"), "Esc"))
        self.shut.clicked.connect(leafing.close)
        self.documents, self.pages = LeafList(say("Documents"), row_px=TALL_ROW_PX), LeafList(say("Pages"))
        self.count = make_label("", "group", wrap=False)
        self.all, self.none = TextButton(say("All"), kind="quiet"), TextButton(say("None"), kind="quiet")
        self.all.setAccessibleName(say("Send all pages of this document"))
        self.none.setAccessibleName(say("Send no page of this document"))
        self.page_text, self.budget = PageText(), Budget(leafing)
        self._numbers: tuple[int, ...] = ()
        self._shown: Document | None = None
        self.save = TextButton(say("Save as set"), kind="quiet")
        self.saving = SetName()
        self.setAcceptDrops(True)
        self._lay_out()
        self._connect()
        self.hide()

    # ---- building

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(16, 8, 8, 8)
        head.addWidget(self.title, 1)
        head.addWidget(self.save)
        head.addWidget(self.shut)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self._lists())
        middle.addWidget(_line(across=False))
        middle.addWidget(self.page_text, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.saving)
        column.addWidget(_line(across=True))
        column.addLayout(middle, 1)
        column.addWidget(_line(across=True))
        column.addWidget(self.budget)

    def _lists(self) -> QWidget:
        left = QWidget()
        left.setFixedWidth(LISTS_PX)
        row = QHBoxLayout()
        row.setContentsMargins(12, 0, 8, 0)
        row.setSpacing(0)
        row.addWidget(self.count, 1)
        row.addWidget(self.all)
        row.addWidget(self.none)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 6, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.documents)
        column.addWidget(_line(across=True))
        column.addLayout(row)
        column.addWidget(self.pages, 1)
        return left

    def _connect(self) -> None:
        leafing = self.leafing
        self.documents.chosen.connect(self._on_document_chosen)
        self.documents.ticked.connect(lambda rows, on: leafing.tick_documents(self._known(rows), ticked=on))
        self.documents.moved.connect(leafing.move_document)
        self.pages.chosen.connect(lambda row: leafing.turn_to(leafing.place, self._numbers[row]))
        self.pages.ticked.connect(lambda rows, on: leafing.tick_pages([self._numbers[row] for row in rows], ticked=on))
        self.pages.moved.connect(self._on_page_moved)
        self.all.clicked.connect(lambda: leafing.tick_documents([leafing.place], ticked=True))
        self.none.clicked.connect(lambda: leafing.tick_documents([leafing.place], ticked=False))
        self.page_text.before.clicked.connect(lambda: self._turn(-1))
        self.page_text.after.clicked.connect(lambda: self._turn(1))
        self.save.clicked.connect(lambda: self.saving.ask(Path(leafing.documents[0].name).stem))
        self.budget.loading_wanted.connect(self.loading_wanted)
        listen(self, lambda: leafing.changed.connect(self._show_lists))
        listen(self, lambda: leafing.turned.connect(self._on_turned))
        listen(self, lambda: leafing.weighed.connect(self.budget.show_now))

    # ---- showing

    def show_now(self) -> None:
        """Everything as it is."""
        self._show_lists()
        self._on_turned()

    def _show_lists(self) -> None:
        leafing, documents = self.leafing, self.leafing.documents
        editable, refused = leafing.is_editable, list(leafing.refusals.items())

        def document_at(row: int) -> Leaf:
            if row < len(documents):
                return document_leaf(documents[row], can_be_ticked=editable)
            return refused_leaf(*refused[row - len(documents)])

        count = len(documents) + len(refused)
        self.title.setText(say("What the model will read") if editable else say("What the model was given"))
        self.save.setVisible(editable and bool(documents))
        if not editable:
            self.saving.hide()
        self.documents.can_be_moved = self.pages.can_be_moved = editable
        self.documents.show_rows(count, document_at, leafing.place)
        self.documents.setFixedHeight(TALL_ROW_PX * max(1, min(MOST_ROWS, count)) + 2)
        self._show_pages()
        self.budget.show_now()

    def _show_pages(self) -> None:
        leafing, document = self.leafing, self.leafing.document
        editable = leafing.is_editable
        self._shown = document
        self._numbers = numbers = pages_shown(document) if document else ()
        sent = frozenset(page.number for page in document.sent) if document else frozenset()
        by_number = {page.number: page for page in document.pages} if document else {}

        def page_at(row: int) -> Leaf:
            number = numbers[row]
            return page_leaf(by_number[number], ticked=number in sent, can_be_ticked=editable)

        self.pages.show_rows(len(numbers), page_at, self._row_shown())
        self.count.setText(pages_words(len(sent), len(numbers)))
        self.all.setVisible(editable)
        self.none.setVisible(editable)
        self.all.setEnabled(len(sent) < len(numbers))
        self.none.setEnabled(bool(sent))

    def _row_shown(self) -> int:
        number = self.leafing.number
        return self._numbers.index(number) if number in self._numbers else -1

    def _on_turned(self) -> None:
        leafing = self.leafing
        if leafing.document is not self._shown:
            self._show_pages()
        self.documents.mark(leafing.place)
        self.pages.mark(self._row_shown())
        self.pages.scrollTo(self.pages.currentIndex())
        if leafing.document is not None and leafing.page is not None:
            self.page_text.show_page(leafing.document, leafing.page, leafing.marker, leafing.lit)
        else:
            self.page_text.show_nothing(self._nothing_words())

    def _nothing_words(self) -> str:
        """Why no page is shown."""
        row = self.documents.currentIndex().row() - len(self.leafing.documents)
        refused = list(self.leafing.refusals.values())
        if 0 <= row < len(refused):
            return str(refused[row])
        return say("A file is still being read.") if not refused else "\n\n".join(str(error) for error in refused)

    # ---- what is done in it

    def _on_document_chosen(self, row: int) -> None:
        if row < len(self.leafing.documents):
            self.leafing.turn_to(row)
        else:
            self.page_text.show_nothing(self._nothing_words())

    def _on_page_moved(self, at: int, to: int) -> None:
        self.leafing.move_page(at, to)

    def _known(self, rows: list[int]) -> list[int]:
        return [row for row in rows if row < len(self.leafing.documents)]

    def _turn(self, step: int) -> None:
        row = self.pages.currentIndex().row() + step
        if 0 <= row < len(self._numbers):
            self.leafing.turn_to(self.leafing.place, self._numbers[row])

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files are welcome here too."""
        accept_files(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """They go into the message."""
        if files := dropped_files(event):
            event.acceptProposedAction()
            self.files_dropped.emit(files)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Page keys turn the page from anywhere in the panel."""
        keys = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if keys and event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self._turn(1 if event.key() == Qt.Key.Key_PageDown else -1)
        else:
            super().keyPressEvent(event)


def _line(*, across: bool) -> QFrame:
    line = QFrame()
    line.setProperty("line", "true")
    line.setFixedHeight(1) if across else line.setFixedWidth(1)
    return line
