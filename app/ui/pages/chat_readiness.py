"""What the engine means for the chat page: whether one can send and think, and who tells that a model is needed."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.core.words import say
from app.engine.state import EngineState
from app.ui.bridge import listen
from app.ui.chat.composer import Composer
from app.ui.conversation import Conversation
from app.ui.pages.chat_cards import DemoLine, EngineCard
from app.ui.pages.chat_transcript import Transcript


class Readiness(QObject):
    """Keeps the composer and the cards around the conversation in step with engine and settings.

    Its owner calls `show_now` once everything is laid out, and `tell_card` when the messages changed.
    """

    def __init__(
        self,
        conversation: Conversation,
        composer: Composer,
        transcript: Transcript,
        demo_line: DemoLine,
        engine_card: EngineCard,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._conversation, self._desk = conversation, conversation.desk
        self._composer, self._transcript = composer, transcript
        self._demo_line, self._engine_card = demo_line, engine_card
        composer.thinking.setChecked(conversation.manner.wants_thinking)
        composer.thinking_toggled.connect(lambda on: conversation.manner.think(first=on))
        listen(self, lambda: conversation.manner.changed.connect(self._show_manner))
        listen(self, lambda: conversation.running_changed.connect(self.show_running))
        listen(self, lambda: self._desk.engine.changed.connect(self._on_engine))
        listen(self, lambda: self._desk.settings_changed.connect(lambda _: self._show_manner()))

    def show_now(self) -> None:
        """Everything that depends on the engine as it is."""
        self._on_engine(self._desk.engine.state)

    def show_running(self) -> None:
        """Whether this chat is being answered, and what keeps the next message from being sent."""
        conversation = self._conversation
        here = conversation.is_running and (conversation.runs_here or conversation.asked_rows is None)
        self._composer.set_answering(here)
        self._show_blocked()

    def tell_card(self) -> None:
        """The card over the composer is silent while the conversation's own card has the button."""
        self._engine_card.set_told_above(self._transcript.offers_reload)

    def _show_blocked(self) -> None:
        conversation, state = self._conversation, self._desk.engine.state
        elsewhere = conversation.is_running and not conversation.runs_here and conversation.asked_rows is not None
        reason = ""
        if elsewhere:
            reason = say("Another chat is being answered. Stop it there, or wait.")
        elif not state.can_be_asked:
            reason = say("No model is loaded yet.")
        self._composer.set_blocked(reason)

    def _show_changed(self) -> None:
        manner = self._conversation.manner
        self._composer.set_changed(len(manner.differences), manner.preset.name if manner.preset else "")

    def _show_manner(self) -> None:
        """How the open chat is answered: its preset, what differs, whether it thinks first."""
        thinking = self._composer.thinking
        thinking.blockSignals(True)
        thinking.setChecked(self._conversation.manner.wants_thinking)
        thinking.blockSignals(False)
        thinking.update()
        self._show_changed()

    def _on_engine(self, state: EngineState) -> None:
        self._show_blocked()
        self._show_changed()
        if state.has_model:
            self._transcript.drop_reload_buttons()
            self.tell_card()
        self._composer.thinking.setEnabled(state.can_think or not state.has_model)
        self._demo_line.show_for(state)
        self._transcript.welcome.show_for(state)
