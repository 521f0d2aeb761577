"""The window: sidebar, middle, inspector. It makes the parts, shows pages, and listens to the keys."""

from __future__ import annotations

import contextlib
import importlib
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, QSettings, Qt
from PySide6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QAbstractButton,
    QFileDialog,
    QFrame,
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
from app.ui.downloads import Download, Downloads
from app.ui.guide import Guide
from app.ui.inspector.inspector import Inspector
from app.ui.loader import Loader
from app.ui.modelbar import ModelBar
from app.ui.notices import Notices
from app.ui.pages.chat import ChatPage
from app.ui.pages.computer_facts import sample_memory, total_memory
from app.ui.pages.page import Page
from app.ui.sidebar import Sidebar

SIZE_PX = (1440, 900)
NARROW_PX = {"sidebar": 900, "inspector": 1160}  # below this width the edge is folded away


class Window(QMainWindow):
    """One window over one desk. `begin` after it is shown: looking at the computer must not delay the first picture."""

    def __init__(
        self, desk: Desk, telemetry: Telemetry | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__()
        self._clock = clock
        self._folded: set[str] = set()
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
        self._edges = (_rule(), _rule())
        row.addWidget(self.sidebar)
        row.addWidget(self._edges[0])
        row.addLayout(self._middle(), 1)
        row.addWidget(self._edges[1])
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
        bar.sidebar.setChecked(self._shows("sidebar", default=True))
        bar.inspector.setChecked(self._shows("inspector", default=False))
        bar.sidebar_toggled.connect(lambda on: self._show_edge("sidebar", on))
        bar.inspector_toggled.connect(lambda on: self._show_edge("inspector", on))
        self._show_edge("sidebar", bar.sidebar.isChecked())
        self._show_edge("inspector", bar.inspector.isChecked())
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
            self.try_demo()
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
        for name, button in (("inspector", self.modelbar.inspector), ("sidebar", self.modelbar.sidebar)):
            narrow, was_narrow = (0 <= size.width() < NARROW_PX[name] for size in (event.size(), event.oldSize()))
            if narrow and not was_narrow and button.isChecked():
                self._folded.add(name)
                self._fold(name, button, on=False)
            elif was_narrow and not narrow and name in self._folded:
                self._folded.discard(name)
                self._fold(name, button, on=True)

    def _fold(self, name: str, button: QAbstractButton, *, on: bool) -> None:
        """Hide or show an edge without taking it for the user's choice."""
        button.blockSignals(True)
        button.setChecked(on)
        button.blockSignals(False)
        self._set_edge(name, on)

    def changeEvent(self, event: QEvent) -> None:
        """Nobody reads figures in a minimized window."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange and self._began:
            (self.telemetry.pause if self.isMinimized() else self.telemetry.resume)()

    # ---- pages

    def show_page(self, name: str) -> None:
        """Show a page by name, made at its first use."""
        if name not in self.pages:
            self._add_page(name, self._make_page(name))
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

    def _make_page(self, name: str) -> Page:
        """Pages are imported when they are first wanted: the window shows sooner."""
        if name == "settings":
            from app.ui.pages.settings import SettingsPage

            return SettingsPage(self.desk)
        if name == "about":
            from app.ui.pages.about import AboutPage

            return AboutPage()
        if name == "computer":
            from app.ui.pages.computer import ComputerPage

            return ComputerPage(self.desk, self.guide)
        return self._make_model_page(name)

    def _make_model_page(self, name: str) -> Page:
        from app.ui.pages.library import LibraryPage
        from app.ui.pages.start import StartPage

        page = (
            LibraryPage(self.desk, self.guide, self.downloads)
            if name == "library"
            else StartPage(self.guide, self.downloads)
        )
        if isinstance(page, StartPage):
            page.library_wanted.connect(lambda: self.show_page("library"))
        page.choose_wanted.connect(self.choose_model)
        page.demo_wanted.connect(self.try_demo)
        page.load_wanted.connect(lambda path: self.load(Path(path)))
        return page

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
        for name in self._folded:
            self._fold(name, getattr(self.modelbar, name), on=False)
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

    # ---- place and edges

    def _state(self) -> QSettings:
        return QSettings(str(self.desk.home.root / "window.ini"), QSettings.Format.IniFormat)

    def _restore_place(self) -> None:
        geometry = self._state().value("geometry")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)

    def _keep_place(self) -> None:
        with contextlib.suppress(OSError):
            self._state().setValue("geometry", self.saveGeometry())

    def _shows(self, edge: str, *, default: bool) -> bool:
        return str(self._state().value(edge, "true" if default else "false")) == "true"

    def _show_edge(self, name: str, on: bool) -> None:
        """The user's choice, kept for the next start."""
        self._folded.discard(name)
        self._set_edge(name, on)
        self._state().setValue(name, "true" if on else "false")

    def _set_edge(self, name: str, on: bool) -> None:
        edge, rule = (self.sidebar, self._edges[0]) if name == "sidebar" else (self.inspector, self._edges[1])
        edge.setVisible(on)
        rule.setVisible(on)


def _warm_up() -> None:
    """On a thread of the pool: what the first answer will need, so that it does not wait for it."""
    importlib.import_module("app.ui.chat.view")


def _rule() -> QFrame:
    rule = QFrame()
    rule.setProperty("line", "true")
    rule.setFixedWidth(1)
    return rule
