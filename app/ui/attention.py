"""Tells a user who looks away that an answer or a download ended. It never says what was asked or answered."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from app.core.units import format_duration
from app.core.words import say
from app.machine.notification import notify_desktop
from app.session.coverage import Coverage
from app.session.turn import Turn
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

    def call(self, title: str, words: str, show: Callable[[], object] = lambda: None) -> None:
        """A notification by the desktop or the tray, where the settings want them; the task bar in any case.

        A click on it brings the window to the front, and then `show()` what it was about.
        """
        window = self._window
        if not window.isActiveWindow():
            QApplication.alert(window)
        if not window.desk.settings.notify:
            return
        if sys.platform.startswith("linux"):
            self._tell_desktop(title, words, show)
        else:
            window.tray.tell(title, words)

    def _tell_desktop(self, title: str, words: str, show: Callable[[], object]) -> None:
        """On a thread that hears of a click as well; without a desktop that shows them, beside the tray's icon."""
        desk = self._window.desk

        def clicked(token: str) -> None:
            desk.post(lambda: self._on_clicked(token, show))

        def done(taken: bool) -> None:
            if not taken and isValid(self._window):
                self._window.tray.tell(title, words)

        desk.jobs.run_aside(lambda: notify_desktop(title, words, clicked=clicked), done)

    def _on_clicked(self, token: str, show: Callable[[], object]) -> None:
        if isValid(self._window):  # the vault may have been locked since
            self._window.arrivals.come_to_front(token)
            show()

    def _hear(self, conversation: Conversation) -> None:
        conversation.running_changed.connect(lambda: self._on_running(conversation))
        conversation.answered.connect(lambda turn, _, __: self._on_answered(conversation, turn))

    def _on_running(self, conversation: Conversation) -> None:
        if conversation.is_running:
            self._began.setdefault(conversation.pane, self._clock())
        else:
            self._began.pop(conversation.pane, None)

    def _on_answered(self, conversation: Conversation, turn: Turn | Coverage) -> None:
        state, chat_id = turn.outcome.state, turn.chat_id
        seconds = self._clock() - self._began.get(conversation.pane, self._clock())
        if state == "stopped" or (seconds < LONG_S and self._window.isActiveWindow()):
            return
        title = say("The answer stopped early.") if state == "failed" else say("The answer is complete.")

        def show() -> None:
            self._window.show_page("chat")
            if chat_id is not None and conversation.chat_id != chat_id:
                conversation.open_chat(chat_id)

        self.call(title, say("It took {time}.", time=format_duration(seconds)), show)

    def _on_downloaded(self, download: Download) -> None:
        self.call(say("The download is complete."), say("{name} is here.", name=download.name), self._show_library)

    def _on_download_failed(self, download: Download) -> None:
        self.call(say("The download stopped."), str(download.error), self._show_library)

    def _show_library(self) -> None:
        self._window.show_page("library")
