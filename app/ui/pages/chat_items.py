"""The kept rows of a conversation as its view shows them."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from msgspec.structs import replace as replace_fields

from app.core.dates import moment_words
from app.session.turn import Outcome
from app.store.rows import Message
from app.ui.chat.items import Promise
from app.ui.chat.message import MessageItem, Standing
from app.ui.conversation import Conversation
from app.ui.receipts import item_of, without_button


class RowItems:
    """Asks the conversation each time. `of_passes` are answers that came of a reading in passes: those are gone on with
    otherwise.
    """

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self.of_passes: set[int] = set()

    def split(self, first: int) -> tuple[list[Message], tuple[Message, Outcome] | None]:
        """The kept rows from `first` on, and the answer that is being written among them."""
        conversation = self._conversation
        asked, turn = conversation.asked_rows, conversation.turn
        live = asked[1] if conversation.is_in_sight and asked is not None else None
        kept = [row for row in conversation.messages[first:] if live is None or row.id != live.id]
        return kept, (live, turn.outcome) if live is not None and turn is not None else None

    def promise(self, row: Message) -> MessageItem | Promise:
        """A kept row costs nothing until it is looked at; one that is being written is told as it stands now."""
        if row.state == "streaming":
            return self.item(row)
        role: Literal["user", "assistant"] = "user" if row.role == "user" else "assistant"
        return Promise(role, row.text, str(row.id), lambda: self.item(row))

    def item(self, row: Message) -> MessageItem:
        """As the view shows it."""
        conversation = self._conversation
        outcome = conversation.outcomes.get(row.id)
        if outcome is not None and row.state == "streaming":  # it ended, and its kept row is not read again yet
            row = replace_fields(row, text=outcome.text, thinking=outcome.thinking, state=outcome.state)
        item = item_of(row, outcome.error if outcome else None)
        if item.failure is not None and conversation.desk.engine.state.has_model:
            item = replace(item, failure=without_button(item.failure))
        return replace(item, standing=self.standing(row))

    def standing(self, row: Message) -> Standing:
        """Its versions, and whether it can be gone on with, as it is now."""
        conversation = self._conversation
        leaf = conversation.leaf
        version, versions = conversation.place_of(row.id)
        is_last = leaf is not None and leaf.id == row.id and row.state != "streaming"
        can_go_on = conversation.can_go_on(row) and row.id not in self.of_passes
        return Standing(version, versions, can_go_on and not conversation.runs_here, is_last)

    def when(self, row: int) -> str:
        """When a message was written, in words."""
        rows = self._conversation.messages
        return moment_words(rows[row].created_at) if row < len(rows) else ""
