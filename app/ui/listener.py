"""What happens elsewhere and concerns the window: changed settings, figures, downloads, errors nobody handled."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.config.settings import Settings
from app.core.errors import CarrelError
from app.core.preset import Preset
from app.core.words import language, say, sentences
from app.machine.live import Sample
from app.ui.app import dress, speak_qt
from app.ui.bridge import last_resort
from app.ui.downloads import Download
from app.ui.pages.computer_facts import sample_memory, total_memory

if TYPE_CHECKING:
    from app.ui.window import Window


class Listener:
    """Hears the desk and the objects of the window for as long as the window lives, and shows what they say."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._language, self._settings = language(), window.desk.settings
        window.desk.settings_changed.connect(self._on_settings)
        window.guide.changed.connect(self.show_memory)
        window.telemetry.sampled.connect(self._on_sample)
        window.loader.succeeded.connect(lambda _: window.guide.list_models())
        window.downloads.finished.connect(self._on_downloaded)
        window.desk.noticed.connect(lambda words: window.notices.note(words))
        for pane in window.panes.all:
            pane.conversation.manner.replaced.connect(self._on_choices_replaced)
            pane.conversation.undoable.connect(lambda words, undo: window.notices.tell(words, say("Undo"), undo))
        self._deafen = last_resort.told.connect(self._on_unhandled)

    def stop(self) -> None:
        """Errors that nobody handled are no longer told here."""
        self._deafen()

    def show_memory(self) -> None:
        """The memory of the computer as it was last looked at."""
        window = self._window
        if window.guide.machine is not None:
            window.sidebar.show_memory(*total_memory(window.guide.machine))

    def show_store_notices(self, notices: tuple[CarrelError, ...]) -> None:
        """What the chats' file had to say when it was opened."""
        if notices:
            self._window.notices.tell_error(sentences(*(str(notice) for notice in notices)))

    def _on_settings(self, settings: Settings) -> None:
        before, self._settings = self._settings, settings
        if settings.theme != before.theme:
            dress(settings.theme)
        if settings.tray != before.tray or language() != self._language:
            self._window.show_tray()
        if language() != self._language:
            self._language = language()
            speak_qt()
            self._window.speak_again()
        if settings.models_folder != before.models_folder or settings.vram_margin_mib != before.vram_margin_mib:
            self._window.guide.refresh()

    def _on_sample(self, sample: Sample) -> None:
        known = sample_memory(sample)
        if known is not None:
            self._window.sidebar.show_memory(*known)

    def _on_choices_replaced(self, preset: Preset | None, is_other: bool, undo: Callable[[], None]) -> None:
        """What one had chosen for a chat gave way."""
        if not is_other:
            words = say("What you chose for this chat was replaced.")
        else:
            words = (
                say("This chat now uses {name}.", name=preset.name) if preset else say("This chat uses no preset now.")
            )
        self._window.notices.tell(words, say("Undo"), undo)

    def _on_downloaded(self, download: Download) -> None:
        """Complete: say it, and load it when nothing else is loaded."""
        window, path = self._window, download.path
        window.guide.list_models()
        if path is None:
            return
        if window.desk.engine.state.has_model:
            window.notices.tell(say("{name} is here.", name=download.name), say("Load"), lambda: window.load(path))
        else:
            window.load(path)

    def _on_unhandled(self, error: BaseException) -> None:
        if isinstance(error, CarrelError):
            self._window.notices.tell_error(str(error))
        else:
            self._window.mishaps.tell_error(error)
