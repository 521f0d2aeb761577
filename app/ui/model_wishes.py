"""What one can wish for a model in the window: choose a file, open it, load it, try the toy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QWidget

from app.catalog.local import LocalModel
from app.core.errors import CarrelError
from app.core.words import say
from app.session.demo import demo_document_path, demo_model_path, demo_question
from app.session.library import import_model
from app.ui.model_menu import open_model_menu

if TYPE_CHECKING:
    from app.ui.window import Window


class ModelWishes:
    """Over a window; its widgets are looked up at every wish."""

    def __init__(self, window: Window) -> None:
        self._window = window

    def load(self, path: Path) -> None:
        """Load a model and go to the chat, where its progress shows."""
        self._window.loader.load(path)
        self._window.show_page("chat")

    def offer(self, button: QWidget) -> None:
        """Where there is a choice, the models that are here; else the page that says how one comes here."""
        window = self._window
        sound = [model for model in window.guide.models if not model.problem]
        if len(sound) < 2:
            window.show_page("library")
            return
        loaded = window.desk.engine.state.path if window.desk.engine.state.has_model else ""
        open_model_menu(sound, loaded, window.load, lambda: window.show_page("library"), button)

    def choose(self) -> None:
        """A GGUF that is already here, used where it lies."""
        words = say("Choose a GGUF file"), "", say("Models") + " (*.gguf)"
        name, _ = QFileDialog.getOpenFileName(self._window, *words)
        if name:
            self.open(Path(name))

    def open(self, path: Path) -> None:
        """Look whether the file is a model, remember it, load it."""

        def done(model: LocalModel) -> None:
            self._window.guide.list_models()
            self._window.load(Path(model.path))

        import_model(self._window.desk, path, done, self._on_no_model)

    def try_demo(self) -> None:
        """The toy model, a document in the message, and a question to send."""
        window = self._window
        window.load(demo_model_path())
        window.conversation.new_chat()
        window.chat.composer.set_text(demo_question())
        window.conversation.add_files([demo_document_path()])

    def _on_no_model(self, error: CarrelError) -> None:
        """On the first page it is told where the file was chosen."""
        start = self._window.pages.get("start")
        if self._window.page == "start" and start is not None:
            start.tell_refused(error)  # type: ignore[attr-defined]
        else:
            self._window.notices.tell_error(str(error))
