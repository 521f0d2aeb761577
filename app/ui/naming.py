"""A chat gets a name of its own when its first answer is complete. Holds no widgets."""

from __future__ import annotations

from app.engine import messages as m
from app.session.coverage import Coverage
from app.session.temporary import is_temporary
from app.session.titles import suggest_title
from app.session.turn import Turn
from app.store.rows import Message
from app.ui.conversation import Conversation


class Naming:
    """Listens to the conversation for as long as it lives. A name that the user gave is never touched."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        conversation.answered.connect(self._on_answered)

    def _on_answered(self, turn: Turn | Coverage, question: Message, answer: Message) -> None:
        desk = self._conversation.desk
        if is_temporary(question.chat_id):
            return
        if not desk.settings.name_chats or turn.outcome.state != "complete" or question.parent_id is not None:
            return
        # A long reading has no prompt that could be gone on with: its question and its answer say enough.
        turns = turn.turns if isinstance(turn, Turn) else (m.Turn("user", question.text),)
        conversation = self._conversation
        suggest_title(desk, question.chat_id, turns, turn.outcome.text, lambda _: conversation.refresh_list())
