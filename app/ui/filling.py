"""What fills the context, kept current while one types: exact counts from the loaded model."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer

from app.core.errors import CarrelError
from app.engine import messages as m
from app.engine.supervisor import Event
from app.session.budget import answer_room
from app.session.sampling import instructions_of
from app.store.rows import Message
from app.ui.bridge import listen
from app.ui.chat.composer import Composer
from app.ui.conversation import Conversation
from app.ui.widgets.gauge import ContextParts

PAUSE_MS = 400


class Filling(QObject):
    """Shows the gauge over the composer; without a model there is no context to fill and no gauge."""

    def __init__(self, conversation: Conversation, composer: Composer, parent: QObject) -> None:
        super().__init__(parent)
        self._conversation, self._composer = conversation, composer
        self._engine = conversation.desk.engine
        self._typed = self._instructions = 0
        self._unsaid: tuple[tuple[str, ...], int] = ((), 0)  # what no answer was made over yet, and its tokens
        self._counted_by = ""
        self._timer = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._timer.timeout.connect(self._count)
        composer.text_changed.connect(self._timer.start)
        listen(self, lambda: conversation.files_changed.connect(self._show))
        listen(self, lambda: conversation.opened.connect(self._timer.start))
        listen(self, lambda: conversation.manner.changed.connect(self._timer.start))
        listen(self, lambda: conversation.reread.connect(self._show))
        listen(self, lambda: self._engine.changed.connect(lambda _: self._on_engine_changed()))
        self._show()

    def _on_engine_changed(self) -> None:
        state = self._engine.state
        model = state.path if state.has_model else ""
        if model != self._counted_by:  # what is here already was counted by another, or by none
            self._counted_by, self._unsaid = model, ((), 0)
            self._timer.start()
        self._show()

    def _count(self) -> None:
        if not self._engine.state.has_model:
            return
        conversation = self._conversation
        texts = (self._composer.text, instructions_of(conversation.desk, conversation.manner.choices))
        unsaid = _unsaid(conversation.messages)
        asked = texts if unsaid == self._unsaid[0] else (*texts, *unsaid)

        def on_event(event: Event) -> None:
            if isinstance(event, m.Tokens) and len(event.counts) == len(asked):
                self._typed, self._instructions, *rest = event.counts
                if asked is not texts:
                    self._unsaid = unsaid, sum(rest)
                self._show()

        try:
            self._engine.tokenize(asked, on_event)
        except CarrelError:  # the model went away between the question and here; its card says so
            return

    def _show(self) -> None:
        size = self._engine.state.n_ctx
        self._composer.gauge.setVisible(size > 0)
        if not size:
            return
        conversation = self._conversation
        said = [message for message in conversation.messages if message.receipt.context_used]
        before = said[-1].receipt.context_used if said else 0
        unsaid, unsaid_tokens = self._unsaid
        after = unsaid_tokens if unsaid and unsaid == _unsaid(conversation.messages) else 0
        read = sum(attachment.tokens for message in conversation.messages for attachment in message.documents)
        parts = ContextParts(
            instructions=self._instructions,
            documents=read + sum(document.sent_tokens for document in conversation.documents),
            history=max(0, before - read - self._instructions) + after + self._typed,
            answer=answer_room(size),
            size=size,
        )
        self._composer.gauge.set_parts(parts)


def _unsaid(messages: Sequence[Message]) -> tuple[str, ...]:
    """The words that came after the last answer whose context was measured: all of them in a chat that was imported."""
    words: list[str] = []
    for message in reversed(messages):
        if message.receipt.context_used:
            break
        words.append(message.text)
    return tuple(words)
