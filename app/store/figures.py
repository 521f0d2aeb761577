"""The figures of the answers that are kept: how fast each was, how deep, with how many drafts."""

from __future__ import annotations

import msgspec

from app.core.chat import AnswerState
from app.store.part import Part
from app.store.rows import figures_of

_SQL = """SELECT m.id, m.chat_id, c.title, m.created_at, m.state, m.model, m.usage, m.timing
    FROM messages m JOIN chats c ON c.id = m.chat_id
    WHERE m.role = 'assistant' AND m.timing IS NOT NULL AND c.deleted_at IS NULL
    AND CASE WHEN json_valid(m.usage) THEN json_extract(m.usage, '$.prompt_tokens') END > 0
    ORDER BY m.id DESC LIMIT ?"""


class AnswerFigures(msgspec.Struct, frozen=True):
    """One answer. Speeds in tokens a second, 0 where not measured; `read_tokens` were read anew; `depth_tokens` is how
    full the context was at its end. `at_s` is when it was begun, in Unix seconds."""

    message_id: int
    chat_id: int
    title: str
    at_s: float
    state: AnswerState
    model: str
    ttft_s: float
    prefill_tok_s: float
    decode_tok_s: float
    answer_tokens: int
    read_tokens: int
    depth_tokens: int
    drafted_tokens: int = 0
    accepted_tokens: int = 0
    gain: float = 1.0


class AnswerTable(Part):
    """Reads what the answers left behind."""

    def answer_figures(self, most: int = 200) -> list[AnswerFigures]:
        """The last answers that were timed, the newest first; those in the recycle bin are left out, and those that
        another program made.
        """
        return [_figures(*row) for row in self._db.rows(_SQL, most)]


def _figures(
    message_id: int, chat_id: int, title: str, at_s: float, state: AnswerState, model: str, *texts: str | None
) -> AnswerFigures:
    usage, timing = figures_of(*texts)
    return AnswerFigures(
        message_id,
        chat_id,
        title,
        at_s,
        state,
        model,
        timing.ttft_s,
        timing.prefill_tok_s,
        timing.decode_tok_s,
        usage.answer_tokens,
        max(0, usage.prompt_tokens - usage.cached_tokens),
        usage.prompt_tokens + usage.answer_tokens,
        usage.drafted_tokens,
        usage.accepted_tokens,
        timing.speculation_gain,
    )
