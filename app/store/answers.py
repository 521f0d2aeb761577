"""Answers while they are written: pieces go to an append-only journal, the end merges them into the message."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.chat import AnswerState, Channel, Receipt, Timing, Usage
from app.store.messages import Messages, with_chunks
from app.store.part import no_message
from app.store.rows import Message, figures_of, to_json
from app.store.writer import is_another_alive, this_writer

INTERRUPTED = "interrupted"


class Answers(Messages):
    """Begin, append, finish; and pick up what a crash of the program left unfinished."""

    def begin_answer(self, chat_id: int, parent_id: int | None, model: str) -> Message:
        """An empty answer under the question, in state "streaming"; its branch is shown."""
        with self._db.transaction():
            writer = this_writer()
            return self.message(self._insert(chat_id, parent_id, "assistant", "streaming", model=model, writer=writer))

    def reopen_answer(self, message_id: int, model: str) -> Message:
        """An answer that was cut is written on: its text stays as it is, what comes is journaled behind it."""
        with self._db.transaction():
            sql = "UPDATE messages SET state = 'streaming', model = ?, writer = ? "
            sql += "WHERE id = ? AND role = 'assistant' AND state != 'streaming'"
            if not self._db.execute(sql, model, this_writer(), message_id).rowcount:
                raise no_message()
            return self.message(message_id)

    def append_answer(self, message_id: int, pieces: Iterable[tuple[Channel, str]]) -> None:
        """Journal new text in one transaction. Costs as much as the new text, however long the answer is."""
        with self._db.transaction():
            sql = "SELECT coalesce(max(seq), 0) FROM answer_chunks WHERE message_id = ?"
            last = int(self._db.rows(sql, message_id)[0][0])
            for seq, (channel, text) in enumerate(pieces, last + 1):
                insert = "INSERT INTO answer_chunks (message_id, seq, channel, text) VALUES (?, ?, ?, ?)"
                self._db.execute(insert, message_id, seq, channel, text)

    def finish_answer(
        self,
        message_id: int,
        state: AnswerState,
        usage: Usage,
        timing: Timing,
        receipt: Receipt,
        cause: str = "",
        thinking_ms: int = 0,
        thinking_tokens: int = 0,
    ) -> Message:
        """Merge the journal into the message and give the answer its final state and figures."""
        assert state != "streaming", "an end needs a final state"
        with self._db.transaction():
            sql = (
                "UPDATE messages SET state = ?, usage = ?, timing = ?, receipt = ?, cause = ?, thinking_ms = ?, "
                "thinking_tokens = ? WHERE id = ?"
            )
            figures = (to_json(usage), to_json(timing), to_json(receipt))
            thought = (thinking_ms, thinking_tokens)
            if not self._db.execute(sql, state, *figures, cause, *thought, message_id).rowcount:
                raise no_message()
            self._merge_chunks(message_id)
            return self.message(message_id)

    def reading_speed(self, model: str, least_tokens: int) -> float:
        """Prompt tokens a second of the last answer of `model` that read at least so many anew; 0.0 without one."""
        sql = "SELECT usage, timing FROM messages WHERE model = ? AND timing IS NOT NULL ORDER BY id DESC LIMIT 50"
        for usage_text, timing_text in self._db.rows(sql, model):
            usage, timing = figures_of(usage_text, timing_text)
            if usage.prompt_tokens - usage.cached_tokens >= least_tokens and timing.prefill_tok_s > 0:
                return timing.prefill_tok_s
        return 0.0

    def recover(self) -> list[Message]:
        """Call once at start: answers that a crash cut off get their journaled text and become "failed".

        An answer that another living Carrel is writing at this moment is left alone.
        """
        with self._db.transaction():
            rows = self._db.rows("SELECT id, writer FROM messages WHERE state = 'streaming' ORDER BY id")
            lost = [message_id for message_id, writer in rows if not is_another_alive(writer)]
            sql = "UPDATE messages SET state = 'failed', cause = ? WHERE id = ?"
            for message_id in lost:
                self._db.execute(sql, INTERRUPTED, message_id)
                self._merge_chunks(message_id)
            return [self.message(message_id) for message_id in lost]

    def _merge_chunks(self, message_id: int) -> None:
        """Adds to the text that is there: an answer recovered too early and then finished still ends up whole."""
        whole = with_chunks(self.message(message_id), self._chunks(message_id))
        sql = "UPDATE messages SET text = ?, thinking = ?, writer = '' WHERE id = ?"
        self._db.execute(sql, whole.text, whole.thinking, message_id)
        self._db.execute("DELETE FROM answer_chunks WHERE message_id = ?", message_id)
