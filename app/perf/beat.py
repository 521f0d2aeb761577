"""A steady beat on the main thread."""

from __future__ import annotations

from collections.abc import Callable

from app.core.loop import Post
from app.perf.ticker import Ticker


class Beat:
    """Calls `look` about every `interval_s` on the main thread; beats that it was too busy for are left out."""

    def __init__(self, look: Callable[[], object], post: Post, interval_s: float = 1.0) -> None:
        self._look, self._post = look, post
        self._is_due = self._is_over = False
        self._ticker: Ticker[None] = Ticker(lambda: None, lambda _: self._ask(), interval_s)

    def start(self) -> None:
        self._ticker.start()

    def stop(self) -> None:
        self._is_over = True
        self._ticker.stop()

    def _ask(self) -> None:
        """On the ticker's thread: one look at a time waits in the queue."""
        if not self._is_due:
            self._is_due = True
            self._post(self._take)

    def _take(self) -> None:
        self._is_due = False
        if not self._is_over:
            self._look()
