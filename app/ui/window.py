"""The window: what one can wish for in it, the pages it shows, its beginning, its end and its place."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.core.words import say
from app.session import chats
from app.session.desk import Desk
from app.session.telemetry import Telemetry
from app.ui.archives import Archives
from app.ui.arrivals import Arrivals
from app.ui.attention import Attention
from app.ui.demonstration import Demonstration
from app.ui.document_sets import DocumentSets
from app.ui.downloads import Downloads
from app.ui.figuring import Figuring
from app.ui.frame import Frame
from app.ui.guide import Guide
from app.ui.icons import icon
from app.ui.keys import Keys
from app.ui.listener import Listener
from app.ui.loader import Loader
from app.ui.mishaps import Mishaps
from app.ui.model_wishes import ModelWishes
from app.ui.pages.maker import make_page
from app.ui.paned_window import PanedWindow
from app.ui.panes import Front, Panes
from app.ui.place import Place
from app.ui.recordings import Recordings
from app.ui.seeking import Seeking
from app.ui.set_wishes import SetWishes
from app.ui.support import save_support_bundle
from app.ui.tray import Tray, tray_wishes
from app.ui.wiring import wire_frame, wire_pane, wire_window
from app.ui.wishes import make_commands

SIZE_PX = (1440, 900)
PLACE_MS = 1500  # after another chat was opened its number is kept: a crash must not lose the place


class Window(PanedWindow):
    """One window over one desk. `begin` after it is shown: looking at the computer must not delay the first picture."""

    def __init__(
        self,
        desk: Desk,
        telemetry: Telemetry | None = None,
        clock: Callable[[], float] = time.monotonic,
        downloads: Downloads | None = None,
    ) -> None:
        super().__init__()
        self._clock = clock
        self.desk = desk
        self._quitting = False
        self.loader, self.guide = Loader(desk), Guide(desk)
        self.downloads, self.sets = downloads or Downloads(desk), DocumentSets(desk)
        self.panes = Panes(desk, self.guide)
        self._front = Front(self.panes)
        self.telemetry = telemetry or Telemetry(desk)
        self._place = Place(self._place_file)
        self._place.restore_panes(self.panes)
        self.page = self._place.page("chat" if desk.settings.last_model else "start")
        self._began = self._finished = False
        self.setWindowTitle("Carrel")
        self.setMinimumSize(640, 480)
        self.mishaps, self._models, self._sets = Mishaps(self), ModelWishes(self), SetWishes(self)
        self.load, self.try_demo = self._models.load, self._models.try_demo
        models = self._models
        self.open_model, self.choose_model, self.offer_models = models.open, models.choose, models.offer
        self.open_set, self.save_set = self._sets.open, self._sets.save
        self.commands, self.arrivals = make_commands(self), Arrivals(self)
        self.tray = Tray(self, tray_wishes(self))
        self.seeking, self.figuring, self.archives = Seeking(self), Figuring(self), Archives(self)
        self.recordings = Recordings(self)
        self._build()
        self.resize(*SIZE_PX)
        self._place.restore_geometry(self)
        self.frame.inspectors.show_tab(self._place.tab)
        self._keys, self._listener = Keys(self, self.commands), Listener(self)
        self._attention = Attention(self)
        self._place_timer = QTimer(self, singleShot=True, interval=PLACE_MS)
        self._place_timer.timeout.connect(self._keep_place)
        self._front.opened.connect(self._place_timer.start)
        self._front.asked.connect(lambda *_: self._place_timer.start())
        wire_window(self)

    # ---- building

    def _build(self) -> None:
        """Make every widget, in the language spoken now."""
        parts = (self.panes, self._front, self.loader, self.guide)
        frame = Frame(*parts, self._clock, self._place_file)
        self.frame = frame
        self.notices, self.modelbar, self.sidebar = frame.notices, frame.modelbar, frame.sidebar
        self.stack = frame.stack
        frame.panes.made.connect(lambda view: wire_pane(self, view))
        frame.panes.begin()
        self.pages: dict[str, QWidget] = {}
        self._add_page("chat", frame.panes)
        self.setCentralWidget(frame.body)
        wire_frame(self)
        self.seeking.attach()
        self.archives.attach()
        self.show_page(self.page)

    def speak_again(self) -> None:
        """Another language: every widget is made again; what runs goes on underneath."""
        self.frame.panes.keep_drafts()
        old, tab = self.takeCentralWidget(), self.frame.inspectors.tab
        self._build()
        self.frame.inspectors.show_tab(tab)
        self._listener.show_memory()
        self.frame.fit(self.width(), SIZE_PX[0])
        self.frame.inspectors.make()
        if old is not None:
            old.deleteLater()
        self.guide.ask()
        self.guide.look()

    # ---- life

    def begin(self, *, demo: bool = False) -> None:
        """Look around, bring back what was there, load what was loaded last (or the demo)."""
        if self._began:
            return
        self._began = True
        self.frame.inspectors.make()
        if not demo:
            self._place.return_to_chats(self)
        chats.recover_answers(self.desk, lambda _: self.conversation.refresh_list())
        self.desk.store.ask(lambda store: store.notices, self._listener.show_store_notices)
        self.show_tray()
        self.guide.refresh()
        self.downloads.find_unfinished()
        self.seeking.begin()
        self.archives.begin()
        self.telemetry.start()
        self.desk.jobs.run(warm_up)
        if demo:
            self.frame.right.show_for_now()
            self.try_demo()
            self._demonstration = Demonstration(self.conversation, self.chat.send)
        elif self.desk.settings.last_model and Path(self.desk.settings.last_model).exists():
            self.loader.reload()

    def finish(self) -> None:
        """Keep what is typed and where the window stood; stop the beat. Twice does no harm."""
        if self._finished:
            return
        self._finished = True
        self._place_timer.stop()
        self._place.keep(self)
        self.panes.stop()
        self.leafing.close()
        if not self.desk.vault.is_locking:  # files come home behind a locked door too
            self.downloads.rest()
        self.frame.panes.keep_drafts()
        self.telemetry.stop()
        self._listener.stop()

    def quit(self) -> None:
        """The end, also where closing the window would only hide it."""
        hidden = not self.isVisible()
        self._quitting = True
        self.close()
        if hidden:  # no window is left whose closing would end the program
            QApplication.quit()

    def closeEvent(self, event: QCloseEvent) -> None:
        """With an icon in the tray the window is only put away."""
        if not self._quitting and self.desk.settings.tray and self.tray.hide_window():
            self.tray.tell("Carrel", say("Carrel stays in the system tray. Its menu quits it."))
            event.ignore()
            return
        self.finish()
        super().closeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.frame.fit(event.size().width(), event.oldSize().width())

    def changeEvent(self, event: QEvent) -> None:
        """Nobody reads figures in a minimized window."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange and self._began:
            (self.telemetry.pause if self.isMinimized() else self.telemetry.resume)()

    def show_tray(self) -> None:
        """As the settings say, in the language spoken now."""
        self.tray.choose(wanted=self.desk.settings.tray, picture=icon("book-open", "accent", 64))

    # ---- pages

    def show_page(self, name: str) -> None:
        """Show a page by name, made at its first use."""
        if name not in self.pages:
            self._add_page(name, make_page(name, self))
        self.page = name
        if name != "chat":
            for pane in self.panes.all:
                pane.leafing.close()
        self.stack.setCurrentWidget(self.pages[name])
        self.modelbar.show_page(name)
        if name == "chat":
            self.chat.focus_message()
        else:  # the keys scroll the page; Tab goes to its first control
            self.pages[name].setFocus(Qt.FocusReason.OtherFocusReason)
        if name == "library" and self._began:
            self.guide.list_models()
        if name == "sets":
            self.sets.refresh()

    def show_loading(self) -> None:
        """The page of the computer, at how the model is loaded."""
        self.show_page("computer")
        page = self.pages["computer"]
        QTimer.singleShot(0, page, lambda: page.ensureWidgetVisible(page.loading, 0, 24))  # type: ignore[attr-defined]

    def _add_page(self, name: str, page: QWidget) -> None:
        self.pages[name] = page
        self.stack.addWidget(page)

    # ---- wishes

    def save_support_bundle(self) -> None:
        """Logs and facts for someone who helps, into a file of the user's choice."""
        save_support_bundle(self, self.desk, self.notices)

    # ---- place

    def _keep_place(self) -> None:
        if not self._finished:
            self._place.keep(self)

    @property
    def _place_file(self) -> Path:
        return self.desk.home.root / "window.ini"


def warm_up() -> None:
    """On a thread of the pool: what the first answer will need, so that it does not wait for it."""
    importlib.import_module("app.ui.chat.view")
    importlib.import_module("app.ui.markdown.highlighter").warm_up()
