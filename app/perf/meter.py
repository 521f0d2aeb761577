"""Counts one turn as it happens: time to the first token, speed of reading and of writing, what is left to read.

It has no clock. Every call is handed monotonic seconds, so a test or a replay gives the same figures.
"""

from __future__ import annotations

from collections import deque

import msgspec

from app.core.chat import Timing

WRITE_WINDOW_S = 2.0
READ_WINDOW_S = 5.0


class Figures(msgspec.Struct, frozen=True):
    """What the performance panel shows at one moment. None is "not known yet"; speeds are tokens per second.

    Of `drafted` tokens that speculation proposed, `accepted` were right; `gain` compares with one token at a time.
    """

    elapsed_s: float = 0.0
    ttft_s: float | None = None
    tok_s: float | None = None
    answer_tokens: int = 0
    prefill_done: int = 0
    prefill_total: int = 0
    prefill_cached: int = 0
    prefill_fraction: float = 0.0
    prefill_tok_s: float | None = None
    prefill_left_s: float | None = None
    drafted: int = 0
    accepted: int = 0
    gain: float = 1.0

    @property
    def depth_tokens(self) -> int:
        """How much of the context is filled."""
        return self.prefill_done + self.answer_tokens


class TurnMeter:
    """One turn from its request to its last token. Used on one thread."""

    def __init__(self, requested_at_s: float) -> None:
        self._requested_at_s = requested_at_s
        self._read: deque[_Count] = deque()  # prompt tokens in the cache, the latest READ_WINDOW_S
        self._read_from: _Count | None = None
        self._read_last: _Count | None = None
        self._total = self._cached = 0
        self._written: deque[_Count] = deque()  # answer tokens so far, the latest WRITE_WINDOW_S
        self._first: _Count | None = None
        self._last: _Count | None = None
        self._drafts = (0, 0, 1.0)

    def prefill(self, at_s: float, done: int, total: int, cached: int = 0) -> None:
        """`done` of `total` prompt tokens are in the KV cache; `cached` of them were there before the request."""
        self._total, self._cached = total, cached
        if self._read_from is None:
            # The first report may come before any work or after the first chunk: then the request began it.
            start_s = at_s if done <= cached else self._requested_at_s
            self._read_from = _Count(start_s, min(done, cached))
            self._read.append(self._read_from)
        self._read_last = _Count(at_s, done)
        _slide(self._read, self._read_last, READ_WINDOW_S)

    def delta(self, at_s: float, tokens: int = 1) -> None:
        """`tokens` more of the answer, of its thinking or of its text, have arrived."""
        before = self._last.tokens if self._last else 0
        self._last = _Count(at_s, before + tokens)
        if self._first is None:
            self._first = self._last
        _slide(self._written, self._last, WRITE_WINDOW_S)

    def speculated(self, drafted: int, accepted: int, gain: float) -> None:
        """How drafts fare in this answer so far."""
        self._drafts = (drafted, accepted, gain)

    @property
    def answer_tokens(self) -> int:
        return self._last.tokens if self._last else 0

    def figures(self, at_s: float) -> Figures:
        """Everything to show at this moment; the speed sinks by itself while nothing arrives."""
        done = self._read_last.tokens if self._read_last else 0
        drafted, accepted, gain = self._drafts
        return Figures(
            elapsed_s=max(0.0, at_s - self._requested_at_s),
            ttft_s=self._ttft_s(),
            tok_s=self._tok_s(at_s),
            answer_tokens=self.answer_tokens,
            prefill_done=done,
            prefill_total=self._total,
            prefill_cached=self._cached,
            prefill_fraction=min(1.0, done / self._total) if self._total else 0.0,
            prefill_tok_s=_speed(self._read_from, self._read_last),
            prefill_left_s=self._prefill_left_s(at_s),
            drafted=drafted,
            accepted=accepted,
            gain=gain,
        )

    def timing(self, load_s: float = 0.0) -> Timing:
        """The final figures. The first token belongs to the reading: decoding is timed from it to the last one."""
        return Timing(
            load_s=load_s,
            ttft_s=self._ttft_s() or 0.0,
            prefill_tok_s=_speed(self._read_from, self._read_last) or 0.0,
            decode_tok_s=_speed(self._first, self._last) or 0.0,
        )

    def _ttft_s(self) -> float | None:
        return None if self._first is None else self._first.at_s - self._requested_at_s

    def _tok_s(self, at_s: float) -> float | None:
        """The live speed over the window; it sinks only once the next token is later than this speed promises."""
        if self._last is None or self._last is self._first:
            return None
        before = self._written[-2]
        oldest = next((count for count in self._written if count.at_s >= at_s - WRITE_WINDOW_S), before)
        anchor = before if oldest is self._last else oldest
        speed = _speed(anchor, self._last)
        expected = _Count(at_s, 2 * self._last.tokens - before.tokens)
        return min(speed, _speed(anchor, expected) or speed) if speed is not None else None

    def _prefill_left_s(self, at_s: float) -> float | None:
        """Seconds of reading left, at the speed of late: reading slows down as the context fills."""
        if self._read_last is None or self._read_last.tokens >= self._total:
            return None if self._read_last is None else 0.0
        speed = _speed(self._read[0], self._read_last)
        if not speed:
            return None
        return max(0.0, (self._total - self._read_last.tokens) / speed - (at_s - self._read_last.at_s))


class _Count(msgspec.Struct, frozen=True):
    """`tokens` in all were counted by `at_s`."""

    at_s: float
    tokens: int


def _slide(window: deque[_Count], count: _Count, window_s: float) -> None:
    """Add the newest; of what has left the window keep one, so that a speed always has two ends."""
    window.append(count)
    while len(window) > 2 and window[1].at_s < count.at_s - window_s:
        window.popleft()


def _speed(start: _Count | None, end: _Count | None) -> float | None:
    """Tokens per second between two counts; None without a time between them."""
    if start is None or end is None or end.at_s <= start.at_s:
        return None
    return (end.tokens - start.tokens) / (end.at_s - start.at_s)
