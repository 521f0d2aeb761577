"""One chat in two panes: what is typed, attached, noted and chosen in one stands in the other. Holds no widgets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from app.core.params import Choices
from app.ui.conversation import Conversation


class Twins:
    """Listens to the conversations of all panes for as long as they live."""

    def __init__(self, conversations: Sequence[Conversation]) -> None:
        self._all = conversations
        self._is_telling = False
        for one in conversations:
            self._hear(one)

    def of(self, one: Conversation) -> Iterator[Conversation]:
        """Those that show the same chat."""
        for other in self._all:
            if other is not one and other.chat_id is not None and other.chat_id == one.chat_id:
                yield other

    def _hear(self, one: Conversation) -> None:
        one.unsent_kept.connect(lambda: self._tell(one, lambda other: other.take_unsent(one)))
        one.files_changed.connect(lambda: self._tell(one, lambda other: other.take_files(one)))
        one.note_kept.connect(lambda: self._tell(one, lambda other: other.take_note(one.note)))
        one.queue_changed.connect(lambda: self._tell(one, lambda other: other.take_queue(one.queue)))
        one.manner.kept.connect(lambda chat_id, choices: self._tell_choices(one, chat_id, choices))
        one.leaving.connect(lambda: self._hand_over(one))

    def _tell(self, one: Conversation, tell: Callable[[Conversation], object]) -> None:
        """The others, who do not tell it back."""
        if self._is_telling or one.is_restoring:
            return
        self._is_telling = True
        try:
            for other in self.of(one):
                tell(other)
        finally:
            self._is_telling = False

    def _tell_choices(self, one: Conversation, chat_id: int, choices: Choices) -> None:
        """Also a pane that shows another chat: it may know older ones."""
        for other in self._all:
            if other is not one:
                other.manner.take_kept(chat_id, choices)

    def _hand_over(self, one: Conversation) -> None:
        """Files that this pane was reading are read by the other, when the chat stays open there."""
        for other in self.of(one):
            if one.is_reading and other.reading and not other.is_reading:
                other.read_on()
