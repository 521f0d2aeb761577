"""The demo that runs by itself: its question is sent as soon as the toy is loaded and its document is read."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer

from app.ui.conversation import Conversation


class Demonstration:
    """Watches until both are there, sends once, and is done. A user who was quicker is not interrupted."""

    def __init__(self, conversation: Conversation, send: Callable[[], object]) -> None:
        self._conversation, self._send = conversation, send
        engine = conversation.desk.engine
        self._deafen = (
            engine.changed.connect(lambda _: self._look()),
            conversation.files_changed.connect(self._look),
            conversation.asked.connect(lambda *_: self._end()),
        )

    def _look(self) -> None:
        conversation = self._conversation
        read = bool(conversation.documents) and not conversation.reading
        if read and conversation.desk.engine.state.has_model and not conversation.is_running:
            self._end()
            QTimer.singleShot(0, self._send)

    def _end(self) -> None:
        for deafen in self._deafen:
            deafen()
