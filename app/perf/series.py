"""The last minutes of one figure, for a curve: evenly spaced samples, with gaps where nothing was measured."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

SPAN_S = 180.0
INTERVAL_S = 1.0


class Series:
    """A ring of samples, oldest first. None is a gap: the sample failed, or the ticker slept."""

    def __init__(self, span_s: float = SPAN_S, interval_s: float = INTERVAL_S) -> None:
        self._interval_s = interval_s
        self._samples: deque[float | None] = deque(maxlen=max(1, round(span_s / interval_s)))
        self._last_at_s: float | None = None

    def add(self, at_s: float, value: float | None) -> None:
        """Add the sample taken at `at_s` (monotonic seconds); ticks missed since the last one become gaps.

        A sample less than half an interval after the last one replaces it.
        """
        steps = 1 if self._last_at_s is None else round((at_s - self._last_at_s) / self._interval_s)
        if steps < 1 and self._samples:
            self._samples[-1] = value
            return
        gaps = min(steps - 1, self.capacity)
        self._samples.extend([None] * gaps)
        self._samples.append(value)
        self._last_at_s = at_s

    @property
    def capacity(self) -> int:
        assert self._samples.maxlen is not None
        return self._samples.maxlen

    @property
    def last(self) -> float | None:
        """The newest sample; None when it is a gap."""
        return self._samples[-1] if self._samples else None

    @property
    def min(self) -> float | None:
        return min(self._measured(), default=None)

    @property
    def max(self) -> float | None:
        return max(self._measured(), default=None)

    def samples(self) -> tuple[float | None, ...]:
        """All samples, oldest first, at most `capacity`."""
        return tuple(self._samples)

    def clear(self) -> None:
        self._samples.clear()
        self._last_at_s = None

    def __len__(self) -> int:
        return len(self._samples)

    def _measured(self) -> Iterator[float]:
        return (sample for sample in self._samples if sample is not None)
