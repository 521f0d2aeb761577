"""Tells a user who looks away that an answer or a download ended. It never says what was asked or answered."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from app.core.units import format_duration
from app.core.words import say
from app.machine.notification import notify_desktop
from app.ui.conversation import Conversation
from app.ui.downloads import Download

if TYPE_CHECKING:
    from app.ui.window import Window

LONG_S = 20.0


class Attention:
    """Listens for as long as the window lives. `clock` is monotonic seconds."""

    def __init__(self, window: Window, clock: Callable[[], float] = time.monotonic) -> None:
        self._window, self._clock = window, clock
        self._began: dict[int, float] = {}
        for pane in window.panes.all:
            self._hear(pane.conversation)
        window.downloads.finished.connect(self._on_downloaded)
        window.downloads.failed.connect(self._on_download_failed)

    def call(self, title: str, words: str) -> None:
        """A notification by the tray or the desktop, where the settings want them; the task bar in any case."""
        window = self._window
        if not window.isActiveWindow():
            QApplication.alert(window)
        if not window.desk.settings.notify or window.tray.tell(title, words):
            return
        if sys.platform.startswith("linux"):
            window.desk.jobs.run(lambda: notify_desktop(title, words))

    def _hear(self, conversation: Conversation) -> None:
        conversation.running_changed.connect(lambda: self._on_running(conversation))
        conversation.answered.connect(lambda turn, _, __: self._on_answered(conversation, turn.outcome.state))

    def _on_running(self, conversation: Conversation) -> None:
        if conversation.is_running:
            self._began.setdefault(conversation.pane, self._clock())
        else:
            self._began.pop(conversation.pane, None)

    def _on_answered(self, conversation: Conversation, state: str) -> None:
        seconds = self._clock() - self._began.get(conversation.pane, self._clock())
        if state == "stopped" or (seconds < LONG_S and self._window.isActiveWindow()):
            return
        title = say("The answer stopped early.") if state == "failed" else say("The answer is complete.")
        self.call(title, say("It took {time}.", time=format_duration(seconds)))

    def _on_downloaded(self, download: Download) -> None:
        self.call(say("The download is complete."), say("{name} is here.", name=download.name))

    def _on_download_failed(self, download: Download) -> None:
        self.call(say("The download stopped."), str(download.error))
