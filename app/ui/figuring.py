"""What the window does about figures: every sample reaches the monitor, a benchmark goes on under any page, an answer
of the table is opened at its place.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.core.words import mark
from app.session.branches import Shown, switch_version
from app.ui.benching import Benching
from app.ui.commands import PROGRAM, Command

if TYPE_CHECKING:
    from app.ui.conversation import Conversation
    from app.ui.window import Window


class Figuring:
    """Lives as long as the window."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self.benching = Benching(window.desk)
        monitor = window.desk.monitor
        window.telemetry.sampled.connect(monitor.take)
        for pane in window.panes.all:
            monitor.count_waiting(partial(_waiting, pane.conversation))
        for name, words, icon in (
            ("performance", mark("Answers in figures"), "activity"),
            ("benchmark", mark("Benchmark"), "gauge"),
        ):
            window.commands.add(Command(f"page.{name}", words, partial(window.show_page, name), PROGRAM, icon=icon))

    def open_answer(self, chat_id: int, message_id: int) -> None:
        """Its chat, on its branch, scrolled to it."""
        conversation = self._window.conversation

        def opened() -> None:
            disconnect()
            row = next((row for row, one in enumerate(conversation.messages) if one.id == message_id), None)
            if row is not None:
                self._window.chat.view.go_to_place(row, 0)

        def shown(_: Shown) -> None:
            conversation.open_chat(chat_id)

        disconnect = conversation.opened.connect(opened)
        self._window.show_page("chat")
        switch_version(self._window.desk, message_id, shown, self._refuse)

    def _refuse(self, error: Exception) -> None:
        self._window.notices.tell_error(str(error))


def _waiting(conversation: Conversation) -> int:
    return len(conversation.queue)
