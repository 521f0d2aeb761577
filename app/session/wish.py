"""What the user asks, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.core.chat import AnswerState, Document, Receipt, Timing, Usage
from app.core.citation import Citation
from app.core.errors import CarrelError
from app.core.params import Choices, Sampling


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user asks: words, dropped documents, and how to answer. `chat_id` None begins a new chat.

    `choices` join those of the chat and are kept with it. `sampling` is for this answer alone and goes before them.

    Where it stands in the tree, at most one of: `beneath` a message (None: the last of the branch shown); `edits` a
    question, of which it is a new version; `answers` a question anew, whose words and documents count; `continues`
    an answer that was cut. `queued` is the message that waited and is this one.
    """

    text: str
    documents: tuple[Document, ...] = ()
    chat_id: int | None = None
    thinking: bool = True
    choices: Choices = field(default_factory=Choices)
    sampling: Sampling | None = None
    beneath: int | None = None
    edits: int | None = None
    answers: int | None = None
    continues: int | None = None
    queued: int | None = None

    @property
    def is_draft(self) -> bool:
        """Whether its words came from the draft of its chat; those of an older message or of the queue did not."""
        return self.answers is None and self.continues is None and self.queued is None


@dataclass(slots=True)
class Outcome:
    """What became of a turn. `error` is set when state is "failed"; the text so far is kept all the same.

    Of an answer that was gone on with everything is of the whole.
    """

    state: AnswerState = "streaming"
    text: str = ""
    thinking: str = ""
    usage: Usage = field(default_factory=Usage)
    timing: Timing = field(default_factory=Timing)
    receipt: Receipt = field(default_factory=Receipt)
    error: CarrelError | None = None
    thinking_ms: int = 0
    thinking_tokens: int = 0
    citations: tuple[Citation, ...] = ()
