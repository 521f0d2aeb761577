"""Turns sampled tokens into text on two channels: what the model thinks and what it answers."""

from __future__ import annotations

import codecs
from collections.abc import Callable

from app.core.chat import Channel
from app.engine.worker.vocab import Vocab

FLUSH_S = 0.012  # deltas closer than this travel together: the parent need not wake for each token of a fast model

Say = Callable[[Channel, str, int], None]


class Speech:
    """Feed tokens; `say(channel, text, tokens)` gets whole characters only. Times are monotonic seconds.

    Line ends before the first word of a channel are left out, unless it has `begun` before.
    """

    def __init__(self, vocab: Vocab, say: Say, *, thinking: bool, begun: bool = False) -> None:
        self._vocab, self._say = vocab, say
        self._channel: Channel = "thinking" if thinking else "answer"
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._text, self._tokens, self._flushed_at = "", 0, 0.0
        self._at_start = not begun

    def hear(self, token: int, now_s: float) -> None:
        """Take one token; the think tags switch the channel by id and are not text."""
        if token in (self._vocab.think_id, self._vocab.end_think_id):
            self._tokens += 1
            self.flush(now_s)
            self._channel = "thinking" if token == self._vocab.think_id else "answer"
            self._at_start = True
            return
        self._tokens += 1
        self._text += self._decoder.decode(self._vocab.piece(token))
        if self._text and now_s - self._flushed_at >= FLUSH_S:
            self.flush(now_s)

    def finish(self, now_s: float) -> None:
        """Say what is left, an unfinished character as U+FFFD."""
        self._text += self._decoder.decode(b"", final=True)
        self.flush(now_s)

    def flush(self, now_s: float) -> None:
        text = self._text.lstrip("\n") if self._at_start else self._text
        if text or self._tokens:
            self._say(self._channel, text, self._tokens)
        self._at_start = self._at_start and not text
        self._text, self._tokens, self._flushed_at = "", 0, now_s
