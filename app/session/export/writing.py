"""Writes chats into files: one for each, or one for all."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from app import __version__
from app.config.paths import expanded
from app.core.chatfile import FORMAT, VERSION, ChatCopy, ChatFile, DocumentCopy
from app.core.emitter import Emitter
from app.core.errors import CarrelError
from app.core.files import write_durably
from app.core.names import free_name, safe_name
from app.core.words import say
from app.session.desk import Desk
from app.session.export.docx import write_docx
from app.session.export.formats import Format
from app.session.export.formulas import Formulas
from app.session.export.html import write_html
from app.session.export.markdown import write_markdown
from app.session.export.paper import Contents, Paper, paper_of, read_transcript
from app.session.export.printed import write_printed
from app.session.failures import as_carrel_error
from app.session.printer import Printer, no_printer
from app.store.store import Store


class Order(msgspec.Struct, frozen=True):
    """What is to be written where. `target` is a folder for a file each, or, with `one_file`, the file itself.

    `overwrite` is for a file whose replacement was asked about; otherwise a free name beside it is taken.
    """

    chats: tuple[int, ...]
    format: Format
    target: Path
    contents: Contents = Contents()
    one_file: bool = False
    overwrite: bool = False


class Export:
    """An export under way. `progressed(done, total)` in chats; `stop()` leaves the files that are complete."""

    def __init__(
        self,
        desk: Desk,
        order: Order,
        done: Callable[[tuple[Path, ...]], object],
        failed: Callable[[CarrelError], object],
    ) -> None:
        self.progressed: Emitter[[int, int]] = Emitter()
        self._desk, self._order, self._done, self._failed = desk, order, done, failed
        self._printer: Printer | None = None
        self._waiting = list(order.chats)
        self._parts: list[_Part] = []
        self._written: list[Path] = []
        self._stopped = False
        self._formulas = Formulas()

    def start(self) -> None:
        order = self._order
        try:
            if order.format in ("pdf", "docx") and self._desk.make_printer is not None:
                self._printer = self._desk.make_printer()
            if order.format == "pdf" and self._printer is None:
                raise no_printer()
            if not order.chats:
                raise CarrelError("no_chats", "There is no chat to export.", "Choose a chat, or begin one.")
        except CarrelError as error:
            self._failed(error)
        else:
            self._next()

    def stop(self) -> None:
        self._stopped = True

    def _next(self) -> None:
        if self._stopped:
            self._on_failed(CarrelError("cancelled", "Stopped."))
        elif self._waiting:
            chat_id = self._waiting.pop(0)
            self._desk.store.ask(lambda store: _read(store, chat_id, self._order), self._on_read, self._on_failed)
        elif self._order.one_file:
            self._desk.jobs.run(lambda: self._write(self._parts, self._order.target), self._on_all, self._on_failed)
        else:
            self._end(tuple(self._written))

    def _on_read(self, part: _Part) -> None:
        self._progress()
        if self._order.one_file:
            self._parts.append(part)
            self._next()
            return
        file = self._order.target / f"{safe_name(part.title, say('chat'))}.{self._order.format}"
        self._desk.jobs.run(lambda: self._write([part], file), self._on_written, self._on_failed)

    def _progress(self) -> None:
        total = len(self._order.chats)
        self.progressed.emit(total - len(self._waiting), total)

    def _on_written(self, file: Path) -> None:
        self._written.append(file)
        self._next()

    def _on_all(self, file: Path) -> None:
        self._end((file,))

    def _end(self, files: tuple[Path, ...]) -> None:
        self._formulas.close()
        self._done(files)

    def _on_failed(self, error: Exception) -> None:
        self._formulas.close()
        self._failed(as_carrel_error(error))

    def _write(self, parts: Sequence[_Part], file: Path) -> Path:
        """In a job: make and write one file."""
        with self._formulas.drawing():
            return self._written_to(parts, file)

    def _written_to(self, parts: Sequence[_Part], file: Path) -> Path:
        file = expanded(file).absolute()
        _make_folder(file.parent)
        if not self._order.overwrite:
            file = free_name(file)
        if self._order.format == "pdf":
            assert self._printer is not None
            papers = [part.paper for part in parts]
            self._printer.print_pdf(write_printed(papers), papers[0].title, file)
        else:
            write_durably(file, self._content(parts))
        return file

    def _content(self, parts: Sequence[_Part]) -> bytes:
        papers = [part.paper for part in parts]
        match self._order.format:
            case "json":
                return write_json([p.copy for p in parts if p.copy], [d for p in parts for d in p.documents])
            case "docx":
                return write_docx(papers, self._printer.picture if self._printer else None)
            case "html":
                return write_html(papers).encode("utf-8", "replace")
            case _:
                return "\n\n---\n\n".join(write_markdown(paper) for paper in papers).encode("utf-8", "replace")


def write_json(chats: Sequence[ChatCopy], documents: Sequence[DocumentCopy]) -> bytes:
    """Carrel's own format, which loses nothing; see `app.core.chatfile`."""
    once = {document.number: document for document in documents}
    file = ChatFile(tuple(chats), tuple(once.values()), FORMAT, VERSION, __version__, time.time())
    return msgspec.json.format(msgspec.json.encode(file), indent=1) + b"\n"


class _Part(msgspec.Struct, frozen=True):
    """What is read of one chat: its paper, or for JSON its copy."""

    title: str
    paper: Paper
    copy: ChatCopy | None = None
    documents: tuple[DocumentCopy, ...] = ()


def _read(store: Store, chat_id: int, order: Order) -> _Part:
    """On the database thread."""
    if order.format == "json":
        copy = store.copy_chat(chat_id)
        return _Part(copy.title, Paper(copy.title, (), ()), copy, store.copy_documents([copy]))
    paper = paper_of(read_transcript(store, chat_id), order.contents)
    return _Part(paper.title, paper)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CarrelError(
            "cannot_make_folder",
            "The folder {folder} could not be made: {cause}.",
            "Choose another folder, or check the permissions of the one above it.",
            folder=str(folder),
            cause=error.strerror or str(error),
        ) from error
