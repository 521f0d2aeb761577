"""The figures of the answers that are kept: how fast each was, how deep, with how many drafts."""

from __future__ import annotations

import msgspec

from app.core.chat import AnswerState, Timing, Usage
from app.core.record import EngineUsed
from app.store.part import Part
from app.store.rows import figures_of

_SQL = """SELECT m.id, m.chat_id, c.title, m.created_at, m.state, m.model, m.usage, m.timing
    FROM messages m JOIN chats c ON c.id = m.chat_id
    WHERE m.role = 'assistant' AND m.timing IS NOT NULL AND c.deleted_at IS NULL
    AND CASE WHEN json_valid(m.usage) THEN json_extract(m.usage, '$.prompt_tokens') END > 0
    ORDER BY m.id DESC LIMIT ?"""

_PACES = """SELECT m.usage, m.timing, json_extract(o.origin, '$.engine'),
    COALESCE(json_extract(o.origin, '$.others'), 0) + COALESCE(json_extract(o.origin, '$.reloaded'), 0)
    FROM messages m JOIN origins o ON o.message_id = m.id
    WHERE m.id > (SELECT max(id) FROM messages) - 4000
    AND m.role = 'assistant' AND m.model = ? AND m.timing IS NOT NULL AND json_valid(o.origin)
    ORDER BY m.id DESC LIMIT ?"""
_engine = msgspec.json.Decoder(EngineUsed)


class AnswerPace(msgspec.Struct, frozen=True):
    """How fast one answer was, and how its model was loaded. `was_shared`: other answers were written beside it, or the
    model was loaded anew on its way."""

    usage: Usage
    timing: Timing
    engine: EngineUsed
    was_shared: bool = False


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

    def answer_paces(self, model: str, most: int) -> tuple[AnswerPace, ...]:
        """The last answers of the model file at this path, the newest first; none that is thousands of messages old."""
        return tuple(_pace(*row) for row in self._db.rows(_PACES, model, most))


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


def _pace(usage: str | None, timing: str | None, engine: str | None, shared: int) -> AnswerPace:
    try:
        used = _engine.decode(engine or "{}")
    except msgspec.MsgspecError:
        used = EngineUsed()
    return AnswerPace(*figures_of(usage, timing), used, bool(shared))
