"""What comes into the window from outside: files and folders, models, text; by a drop, a second start or a click."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication

from app.catalog.local import LocalModel
from app.core.words import say
from app.session.library import import_model
from app.ui.bridge import listen
from app.ui.doorbell import Doorbell, Ring
from app.ui.panes import Pane

if TYPE_CHECKING:
    from app.ui.pages.computer import ComputerPage
    from app.ui.window import Window

MODEL = ".gguf"


class Arrivals(QObject):
    """Files go into a message, a model to the page that says what it would be like to load it."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        for pane in window.panes.all:
            self._hear(pane)

    def listen_at(self, doorbell: Doorbell) -> None:
        """Take what second starts hand over."""
        doorbell.rang.connect(self._on_rang)

    def open(self, paths: Sequence[Path]) -> None:
        """As given to the program: files begin a new message, the first model is offered."""
        models = [path for path in paths if path.suffix.lower() == MODEL]
        files = self._window.archives.sift([path for path in paths if path not in models])
        window = self._window
        if files:
            conversation = window.conversation
            if conversation.chat_id is not None or conversation.is_running:
                window.new_chat()
            window.show_page("chat")
            window.conversation.add_files(files)
        if models:
            self.offer_model(models[0])

    def add(self, paths: Sequence[Path]) -> None:
        """As dropped on the window: into the message that is being written."""
        files = self._window.archives.sift(paths)
        if files:
            self._window.show_page("chat")
            self._window.conversation.add_files(files)

    def add_text(self, text: str) -> None:
        """Dropped words go where the caret is."""
        self._window.show_page("chat")
        self._window.chat.composer.edit.insertPlainText(text)

    def offer_model(self, path: Path) -> None:
        """Look whether the file is a model, remember it, and show what loading it would be like. Nothing is loaded."""
        window = self._window

        def done(model: LocalModel) -> None:
            window.guide.list_models()
            window.show_loading()
            page: ComputerPage = window.pages["computer"]  # type: ignore[assignment]
            page.loading.offer(model.path)
            words = say("{name} is on this computer. Load it when it suits you.", name=model.path.name)
            window.notices.tell(words, say("Load"), lambda: window.load(model.path))

        import_model(window.desk, path, done, lambda error: window.notices.tell_error(str(error)))

    def come_to_front(self, token: str = "") -> None:
        """Out of the task bar, the tray or from under other windows. `token` is Wayland's leave to do so."""
        window = self._window
        if token:
            os.environ["XDG_ACTIVATION_TOKEN"] = token
        if window.isMinimized():
            window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
        window.show()
        window.raise_()
        window.activateWindow()
        QApplication.alert(window)

    def _on_rang(self, ring: Ring) -> None:
        self.come_to_front(ring.token)
        if ring.demo:
            self._window.try_demo()
        self.open([Path(name) for name in ring.files])

    def _hear(self, pane: Pane) -> None:
        listen(self, lambda: pane.conversation.model_found.connect(self.offer_model))
