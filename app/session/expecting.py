"""What this computer should reach, from what was measured here: the line that a live speed is held against."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.fit.decode import KvCost, cost_ms

if TYPE_CHECKING:
    from app.session.desk import Desk


def expected_decode_tok_s(desk: Desk, depth_tokens: int) -> float | None:
    """Tokens a second, one at a time, with so much of the context filled; None until the engine has measured it."""
    singles = [KvCost("", cost.depth, cost.ms) for cost in desk.engine.state.costs if cost.rows == 1 and cost.ms > 0]
    return 1000 / cost_ms(singles, depth_tokens) if singles else None


class BestReading:
    """The fastest reading of each model that is remembered: what the next one can reach."""

    FEWEST_TOKENS = 512  # shorter readings say little

    def __init__(self) -> None:
        self._best: dict[str, float] = {}

    def note(self, path: str, tokens: int, tok_s: float) -> None:
        """`tokens` were read anew at this speed."""
        if tokens >= self.FEWEST_TOKENS:
            self._best[path] = max(tok_s, self._best.get(path, 0.0))

    def of(self, path: str) -> float | None:
        """Tokens a second; None before the first reading."""
        return self._best.get(path)


def recall_reading(desk: Desk, best: BestReading) -> None:
    """Bring back how fast the model in memory read on an earlier day."""
    path, least = desk.engine.state.path, BestReading.FEWEST_TOKENS

    def done(tok_s: float) -> None:
        best.note(path, least if tok_s else 0, tok_s)

    desk.store.ask(lambda store: store.reading_speed(path, least), done)
