"""Collects what the engine sends and hands it on at a pace the window can carry."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, QTimer

from app.core.chat import Channel

SHORTEST_MS, LONGEST_MS = 33, 250
SHARE = 8
"""The pause is this many times the last cost, so drawing takes about an eighth of one core at most."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What came since the last flush, one text a channel."""

    answer: str = ""
    thinking: str = ""
    answer_tokens: int = 0
    thinking_tokens: int = 0


class FlushQueue(QObject):
    """A queue and one timer: any number of `append`, at most thirty flushes a second. GUI thread only.

    `flush(batch)` draws; `take_paint_s()` says what painting has cost since, which the next pause respects.
    """

    def __init__(
        self,
        flush: Callable[[Batch], None],
        clock: Callable[[], float],
        take_paint_s: Callable[[], float],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._flush, self._clock, self._take_paint_s = flush, clock, take_paint_s
        self._waiting: deque[tuple[Channel, str, int]] = deque()
        self._cost_s = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.flush_now)

    @property
    def pause_ms(self) -> int:
        """How long the next flush waits."""
        wanted = SHARE * 1000 * (self._cost_s + self._take_paint_s())
        return round(min(LONGEST_MS, max(SHORTEST_MS, wanted)))

    def append(self, channel: Channel, text: str, tokens: int) -> None:
        """Queue `text`; it is drawn with the next flush."""
        self._waiting.append((channel, text, tokens))
        if not self._timer.isActive():
            self._timer.start(self.pause_ms)

    def flush_now(self) -> None:
        """Draw what waits."""
        self._timer.stop()
        if not self._waiting:
            return
        batch = self._take()
        started = self._clock()
        self._flush(batch)
        self._cost_s = self._clock() - started

    def drop(self) -> None:
        """Forget what waits."""
        self._timer.stop()
        self._waiting.clear()

    def _take(self) -> Batch:
        texts: dict[Channel, list[str]] = {"answer": [], "thinking": []}
        counts: dict[Channel, int] = {"answer": 0, "thinking": 0}
        for channel, text, tokens in self._waiting:
            texts[channel].append(text)
            counts[channel] += tokens
        self._waiting.clear()
        return Batch("".join(texts["answer"]), "".join(texts["thinking"]), counts["answer"], counts["thinking"])
