"""How much time speculation may lose: what it has won, and a hundredth of the time spent."""

from __future__ import annotations

_CREDIT_STEPS = 2.5  # plain steps it may lose before it has won anything
_SHARE = 0.01  # of the time spent
_MOST_STEPS = 24.0  # plain steps of its winnings that it may lose again: beyond that it is told to stop


class Budget:
    """The account of one answer, in milliseconds. Whatever the odds seem to be, drafts stop when it is empty."""

    def __init__(self) -> None:
        self._balance = 0.0

    def allows(self, extra_ms: float, risk: float, plain_ms: float) -> bool:
        """Whether a step may cost `extra_ms` more than the plain one, when the chance that it does not pay is `risk`.

        What is nearly certain may be large: else a text that quotes could not win back what small drafts lost.
        """
        return self._balance + _CREDIT_STEPS * plain_ms >= extra_ms * risk

    def book(self, won_ms: float, spent_ms: float, plain_ms: float) -> None:
        """A step took `spent_ms` and won `won_ms` (lost, when negative) against plain steps for the same tokens."""
        self._balance = min(self._balance + won_ms + _SHARE * spent_ms, _MOST_STEPS * plain_ms)
