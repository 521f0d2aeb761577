"""Which chats leave, in which format, with what inside."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QWidget

from app.core.names import safe_name
from app.core.words import mark, say
from app.session.export.formats import Format
from app.session.export.paper import Contents
from app.session.export.writing import Order
from app.session.folders import list_library
from app.store.rows import Chat, Folder
from app.ui.archives import Archives
from app.ui.bridge import listen
from app.ui.pages.page import Card, buttons, field, label
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.fields import Choice, make_choice
from app.ui.widgets.progress import ThinBar

FORMATS: tuple[tuple[Format, str], ...] = (
    ("pdf", "PDF"),
    ("docx", mark("Word (DOCX)")),
    ("html", mark("Web page (HTML)")),
    ("md", "Markdown"),
    ("json", mark("JSON, to import again")),
)
ALL, CHOSEN = -1, -2


class ExportCard(Card):
    """The choices hold as long as the page; a file is asked for when they are made."""

    def __init__(self, archives: Archives, parent: QWidget | None = None) -> None:
        super().__init__(say("Export"), parent)
        self._archives = archives
        self._chats: list[Chat] = []
        self._folders: list[Folder] = []
        self.which: Choice = make_choice((), None, lambda _: self._show())
        self.which.setFixedWidth(320)
        formats = tuple((value, say(words)) for value, words in FORMATS)
        self.format: Choice = make_choice(formats, "pdf", lambda _: self._show())
        self.amount = label("", "quiet")
        self.thinking = QCheckBox(say("Thoughts of the answers"))
        self.files = QCheckBox(say("Files with their pages and hashes"))
        self.citations = QCheckBox(say("Citations and what was found of them"))
        self.receipts = QCheckBox(say("Reading receipts and figures"))
        self.versions = QCheckBox(say("Every version of every message, not only the ones shown"))
        self.one_file = QCheckBox(say("All chats in one file"))
        for box in (self.files, self.citations, self.receipts):
            box.setChecked(True)
        self.note = label("", "quiet")
        self.go = TextButton(say("Export…"), kind="primary", picture="download")
        self.go.clicked.connect(self._on_go)
        self.bar, self.stop = ThinBar(), TextButton(say("Stop"))
        self.stop.clicked.connect(archives.stop_export)
        self._lay_out()
        listen(self, lambda: archives.changed.connect(self._on_changed))
        self._chosen: object = ()
        self._on_changed()
        list_library(archives.desk, self._on_listed)

    def _lay_out(self) -> None:
        column = self.column
        column.addLayout(field(say("Which chats"), self.which))
        column.addWidget(self.amount)
        column.addLayout(field(say("Format"), self.format))
        column.addWidget(label(say("What is inside"), "quiet"))
        self._inside = (self.thinking, self.files, self.citations, self.receipts, self.versions)
        for box in (*self._inside, self.one_file):
            column.addWidget(box)
        column.addWidget(self.note)
        running = QHBoxLayout()
        running.setSpacing(12)
        running.addWidget(self.bar, 1)
        running.addWidget(self.stop)
        column.addLayout(running)
        column.addLayout(buttons(self.go))

    # ---- what is chosen

    @property
    def chats(self) -> tuple[int, ...]:
        """The chats that will be written."""
        what = self.which.currentData()
        if what == CHOSEN:
            return self._archives.chosen or ()
        if what in (ALL, None):
            return tuple(chat.id for chat in self._chats)
        return tuple(chat.id for chat in self._chats if chat.folder_id == what)

    def _on_listed(self, found: tuple[list[Chat], list[Folder]]) -> None:
        self._chats, self._folders = found
        self._fill()

    def _fill(self) -> None:
        now = self.which.currentData()
        self.which.clear()
        if self._archives.chosen:
            self.which.addItem(self._chosen_words(), CHOSEN)
        self.which.addItem(say("All chats"), ALL)
        for folder in self._folders:
            self.which.addItem(say("Folder: {name}", name=folder.name), folder.id)
        self.which.setCurrentIndex(max(0, self.which.findData(now)))
        self._show()

    def _chosen_words(self) -> str:
        chosen = self._archives.chosen or ()
        if len(chosen) == 1:
            title = next((chat.title for chat in self._chats if chat.id == chosen[0]), "")
            return title or say("This chat")
        return say("The {count} chosen chats", count=len(chosen))

    def _on_changed(self) -> None:
        """Other chats are chosen, or an export went on."""
        if self._archives.chosen != self._chosen:
            self._chosen = self._archives.chosen
            self.which.setCurrentIndex(-1)
            self._fill()
            list_library(self._archives.desk, self._on_listed)
        self._show()

    def _show(self) -> None:
        count, share = len(self.chats), self._archives.share
        is_json = self.format.currentData() == "json"
        self.amount.setText(say("{count} chats", count=f"{count:,}"))
        self.amount.setVisible(count != 1)
        self.one_file.setVisible(count > 1)
        for box in self._inside:
            box.setEnabled(not is_json)
        words = say("JSON holds everything, with every version and the text of the documents.") if is_json else ""
        self.note.setText(words)
        self.note.setVisible(bool(words))
        running = share is not None
        self.bar.set_share(share)
        self.bar.setVisible(running)
        self.stop.setVisible(running)
        self.go.setEnabled(not running and count > 0)

    # ---- where to

    def _on_go(self) -> None:
        chats, form = self.chats, self.format.currentData()
        one_file = len(chats) == 1 or self.one_file.isChecked()
        target = self._ask_file(form) if one_file else self._ask_folder()
        if target is None:
            return
        contents = Contents(
            self.thinking.isChecked(),
            self.files.isChecked(),
            self.citations.isChecked(),
            self.receipts.isChecked(),
            self.versions.isChecked(),
        )
        self._archives.write(Order(chats, form, target, contents, one_file=one_file, overwrite=one_file))

    def _ask_file(self, form: str) -> Path | None:
        """The dialog asks before it lets a file be replaced."""
        title = next((chat.title for chat in self._chats if self.chats == (chat.id,)), say("Chats"))
        place = str(Path.home() / f"{safe_name(title, say('chat'))}.{form}")
        name, _ = QFileDialog.getSaveFileName(self, say("Export"), place, f"*.{form}")
        if not name:
            return None
        return Path(name) if name.lower().endswith(f".{form}") else Path(f"{name}.{form}")

    def _ask_folder(self) -> Path | None:
        name = QFileDialog.getExistingDirectory(self, say("Folder for the files"), str(Path.home()))
        return Path(name) if name else None
