"""The window: sidebar, middle, inspector. It makes the parts, shows pages, and listens to the keys."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, Qt
from PySide6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.catalog.local import LocalModel
from app.config.settings import Settings
from app.core.errors import CarrelError
from app.core.words import language, say
from app.machine.live import Sample
from app.session import chats
from app.session.demo import demo_document_path, demo_model_path, demo_question
from app.session.desk import Desk
from app.session.library import import_model
from app.session.telemetry import Telemetry
from app.ui.app import dress, speak_qt
from app.ui.bridge import last_resort
from app.ui.conversation import Conversation
from app.ui.demonstration import Demonstration
from app.ui.downloads import Download, Downloads
from app.ui.edges import Edge, place_file
from app.ui.guide import Guide
from app.ui.inspector.inspector import Inspector
from app.ui.loader import Loader
from app.ui.modelbar import ModelBar
from app.ui.notices import Notices
from app.ui.pages.chat import ChatPage
from app.ui.pages.computer_facts import sample_memory, total_memory
from app.ui.pages.maker import make_page
from app.ui.sidebar import Sidebar

SIZE_PX = (1440, 900)


class Window(QMainWindow):
    """One window over one desk. `begin` after it is shown: looking at the computer must not delay the first picture."""

    def __init__(
        self, desk: Desk, telemetry: Telemetry | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__()
        self._clock = clock
        self.desk = desk
        self.conversation, self.loader = Conversation(desk), Loader(desk)
        self.guide, self.downloads = Guide(desk), Downloads(desk)
        self.telemetry = telemetry or Telemetry(desk)
        self._language, self._settings = language(), desk.settings
        self._page = "chat" if desk.settings.last_model else "start"
        self._began = self._finished = False
        self.setWindowTitle("Carrel")
        self.setMinimumSize(640, 480)
        self._build()
        self.resize(*SIZE_PX)
        self._restore_place()
        self._bind_keys()
        self._listen()

    # ---- building

    def _build(self) -> None:
        """Make every widget, in the language spoken now."""
        self.pages: dict[str, QWidget] = {}
        self.notices = Notices()
        self.modelbar = ModelBar(self.desk)
        self.sidebar = Sidebar(self.conversation, self.notices)
        self.inspector = Inspector(self.conversation, self.guide, self.telemetry, self._clock)
        self.stack = QStackedWidget()
        self.chat = ChatPage(self.conversation, self.loader)
        self._add_page("chat", self.chat)
        body = QWidget()
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        file, bar = self._place_file, self.modelbar
        left = Edge("sidebar", self.sidebar, bar.sidebar, file, shown=True, narrow_px=900)
        right = Edge("inspector", self.inspector, bar.inspector, file, shown=False, narrow_px=1160)
        self._edges = (left, right)
        row.addWidget(self.sidebar)
        row.addWidget(left.line)
        row.addLayout(self._middle(), 1)
        row.addWidget(right.line)
        row.addWidget(self.inspector)
        self.setCentralWidget(body)
        self._wire()
        self.show_page(self._page)
        self._on_memory()

    def _middle(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.modelbar)
        column.addWidget(self.stack, 1)
        column.addWidget(self.notices)
        return column

    def _wire(self) -> None:
        bar = self.modelbar
        bar.library_wanted.connect(lambda: self.show_page("library"))
        bar.back_wanted.connect(lambda: self.show_page("chat"))
        self.sidebar.page_wanted.connect(self.show_page)
        self.chat.page_wanted.connect(self.show_page)

    def _bind_keys(self) -> None:
        keys: tuple[tuple[str, Callable[[], object]], ...] = (
            ("Ctrl+N", self.new_chat),
            ("Ctrl+K", self._find_chat),
            ("Ctrl+L", self._go_to_message),
            ("Esc", self._escape),
            ("Ctrl+O", self._add_files),
            ("Ctrl+Shift+C", self._copy_answer),
            ("Ctrl+I", lambda: self.modelbar.inspector.toggle()),
            ("Ctrl+B", lambda: self.modelbar.sidebar.toggle()),
            ("Ctrl+,", lambda: self.show_page("settings")),
            ("F1", lambda: self.show_page("about")),
            ("Ctrl+Q", self.close),
        )
        for sequence, act in keys:
            QShortcut(QKeySequence(sequence), self).activated.connect(act)

    def _listen(self) -> None:
        self.desk.settings_changed.connect(self._on_settings)
        self.guide.changed.connect(self._on_memory)
        self.telemetry.sampled.connect(self._on_sample)
        self.loader.succeeded.connect(lambda _: self.guide.list_models())
        self.downloads.finished.connect(self._on_downloaded)
        self._deafen = last_resort.told.connect(self._on_unhandled)

    # ---- life

    def begin(self, *, demo: bool = False) -> None:
        """Look around, bring back what was there, load what was loaded last (or the demo)."""
        if self._began:
            return
        self._began = True
        chats.recover_answers(self.desk, lambda _: self.conversation.refresh_list())
        self.desk.store.ask(lambda store: store.notices, self._on_store_notices)
        self.guide.refresh()
        self.downloads.find_unfinished()
        self.telemetry.start()
        self.desk.jobs.run(_warm_up)
        if demo:
            self._edges[1].show_for_now()
            self.try_demo()
            self._demonstration = Demonstration(self.conversation, self.chat.send)
        elif self.desk.settings.last_model and Path(self.desk.settings.last_model).exists():
            self.loader.reload()

    def finish(self) -> None:
        """Keep what is typed and where the window stood; stop the beat. Twice does no harm."""
        if self._finished:
            return
        self._finished = True
        self.conversation.stop()
        self.downloads.rest()
        self.chat.keep_draft()
        self._keep_place()
        self.telemetry.stop()
        self._deafen()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.finish()
        super().closeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the edges give way to the page; they come back with the room."""
        super().resizeEvent(event)
        for edge in self._edges:
            edge.fit(event.size().width(), event.oldSize().width())

    def changeEvent(self, event: QEvent) -> None:
        """Nobody reads figures in a minimized window."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange and self._began:
            (self.telemetry.pause if self.isMinimized() else self.telemetry.resume)()

    # ---- pages

    def show_page(self, name: str) -> None:
        """Show a page by name, made at its first use."""
        if name not in self.pages:
            self._add_page(name, make_page(name, self))
        self._page = name
        self.stack.setCurrentWidget(self.pages[name])
        self.modelbar.show_page(name)
        if name == "chat":
            self.chat.focus_message()
        else:  # the keys scroll the page; Tab goes to its first control
            self.pages[name].setFocus(Qt.FocusReason.OtherFocusReason)
        if name == "library" and self._began:
            self.guide.list_models()

    def _add_page(self, name: str, page: QWidget) -> None:
        self.pages[name] = page
        self.stack.addWidget(page)

    # ---- wishes

    def new_chat(self) -> None:
        self.conversation.new_chat()
        self.show_page("chat")

    def load(self, path: Path) -> None:
        """Load a model and go to the chat, where its progress shows."""
        self.loader.load(path)
        self.show_page("chat")

    def choose_model(self) -> None:
        """A GGUF that is already here, used where it lies."""
        name, _ = QFileDialog.getOpenFileName(self, say("Choose a GGUF file"), "", say("Models") + " (*.gguf)")
        if name:
            self.open_model(Path(name))

    def open_model(self, path: Path) -> None:
        """Look whether the file is a model, remember it, load it."""

        def done(model: LocalModel) -> None:
            self.guide.list_models()
            self.load(Path(model.path))

        import_model(self.desk, path, done, lambda error: self.notices.tell_error(str(error)))

    def try_demo(self) -> None:
        """The toy model, a document in the message, and a question to send."""
        self.load(demo_model_path())
        self.conversation.new_chat()
        self.chat.composer.set_text(demo_question())
        self.conversation.add_files([demo_document_path()])

    # ---- keys

    def _find_chat(self) -> None:
        self.modelbar.sidebar.setChecked(True)
        self.sidebar.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.sidebar.search.selectAll()

    def _go_to_message(self) -> None:
        self.show_page("chat")
        self.chat.focus_message()

    def _escape(self) -> None:
        """Stop what runs; else back to the chat."""
        if self.conversation.is_running:
            self.conversation.stop()
        elif self._page != "chat":
            self.show_page("chat")
        else:
            self.chat.focus_message()

    def _add_files(self) -> None:
        self.show_page("chat")
        self.chat.choose_files()

    def _copy_answer(self) -> None:
        if self.chat.view.copy_last_answer():
            self.notices.tell(say("The answer is copied."))

    # ---- what happens

    def _on_settings(self, settings: Settings) -> None:
        before, self._settings = self._settings, settings
        if settings.theme != before.theme:
            dress(settings.theme)
        if language() != self._language:
            self._language = language()
            speak_qt()
            self._speak_again()
        if settings.models_folder != before.models_folder or settings.vram_margin_mib != before.vram_margin_mib:
            self.guide.refresh()

    def _speak_again(self) -> None:
        """Another language: every widget is made again; what runs goes on underneath."""
        self.chat.keep_draft()
        old = self.takeCentralWidget()
        self._build()
        for edge in self._edges:
            edge.fit(self.width(), SIZE_PX[0])
        if old is not None:
            old.deleteLater()
        self.guide.ask()
        self.guide.look()

    def _on_memory(self) -> None:
        if self.guide.machine is not None:
            self.sidebar.show_memory(*total_memory(self.guide.machine))

    def _on_store_notices(self, notices: tuple[CarrelError, ...]) -> None:
        """What the chats' file had to say when it was opened."""
        if notices:
            self.notices.tell_error(" ".join(str(notice) for notice in notices))

    def _on_sample(self, sample: Sample) -> None:
        known = sample_memory(sample)
        if known is not None:
            self.sidebar.show_memory(*known)

    def _on_downloaded(self, download: Download) -> None:
        """Complete: say it, and load it when nothing else is loaded."""
        self.guide.list_models()
        path = download.path
        if path is None:
            return
        if self.desk.engine.state.has_model:
            self.notices.tell(say("{name} is here.", name=download.name), say("Load"), lambda: self.load(path))
        else:
            self.load(path)

    def _on_unhandled(self, error: BaseException) -> None:
        if isinstance(error, CarrelError):
            self.notices.tell_error(str(error))
        else:
            words = say("Something unforeseen went wrong. Your text is saved; the details are in the log.")
            self.notices.tell_error(words)

    # ---- place

    @property
    def _place_file(self) -> Path:
        return self.desk.home.root / "window.ini"

    def _restore_place(self) -> None:
        geometry = place_file(self._place_file).value("geometry")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)

    def _keep_place(self) -> None:
        place_file(self._place_file).setValue("geometry", self.saveGeometry())


def _warm_up() -> None:
    """On a thread of the pool: what the first answer will need, so that it does not wait for it."""
    importlib.import_module("app.ui.chat.view")
