"""All answers that the engine is writing at once: how fast they are read and written together, how many wait."""

from __future__ import annotations

from app.perf.meter import Figures, TurnMeter

READING_PAUSE_S = 3.0  # without a report for so long, nothing is being read


class Flow:
    """Told what the engine says, by the number of the request. Used on one thread; it has no clock."""

    def __init__(self) -> None:
        self._meters: dict[int, TurnMeter] = {}
        self._heard: set[int] = set()
        self._read: dict[int, tuple[float, int, int]] = {}  # by request: when, done, of how many

    def begin(self, number: int, at_s: float) -> None:
        self._meters[number] = TurnMeter(at_s)

    def prefill(self, number: int, at_s: float, done: int, total: int, cached: int) -> None:
        if number in self._meters:
            self._heard.add(number)
            self._read[number] = (at_s, done, total)
            self._meters[number].prefill(at_s, done, total, cached)

    def delta(self, number: int, at_s: float, tokens: int) -> None:
        if number in self._meters:
            self._heard.add(number)
            self._read.pop(number, None)
            self._meters[number].delta(at_s, tokens)

    def speculated(self, number: int, drafted: int, accepted: int, gain: float) -> None:
        if number in self._meters:
            self._meters[number].speculated(drafted, accepted, gain)

    def end(self, number: int) -> bool:
        """Whether it was one of those that are watched."""
        self._read.pop(number, None)
        self._heard.discard(number)
        return self._meters.pop(number, None) is not None

    def clear(self) -> None:
        """The engine is gone, and every request with it."""
        for number in tuple(self._meters):
            self.end(number)

    @property
    def is_idle(self) -> bool:
        return not self._meters

    @property
    def waiting(self) -> int:
        """Requests for which nothing has happened yet; one that has just been made does not wait if it is alone."""
        silent = len(self._meters) - len(self._heard)
        return silent if self._heard else max(0, silent - 1)

    def decode_tok_s(self, at_s: float) -> float | None:
        """Tokens a second of all answers together; None while nothing is written."""
        speeds = [figures.tok_s for figures in self._figures(at_s) if figures.tok_s is not None]
        return sum(speeds) if speeds else None

    def prefill_tok_s(self, at_s: float) -> float | None:
        """The same of what is read."""
        reading = [number for number, (when, done, total) in self._read.items() if _reads(at_s, when, done, total)]
        speeds = [self._meters[number].figures(at_s).prefill_tok_s for number in reading]
        known = [speed for speed in speeds if speed is not None]
        return sum(known) if known else None

    def reading_depth(self, at_s: float) -> float | None:
        """Around which depth the one prompt is read that is being read now; None when there is none, or several."""
        reading = [number for number, (when, done, total) in self._read.items() if _reads(at_s, when, done, total)]
        if len(reading) != 1:
            return None
        figures = self._meters[reading[0]].figures(at_s)
        return (figures.prefill_cached + figures.prefill_done) / 2

    def writing(self, at_s: float) -> Figures | None:
        """The one answer that is being written; None when there is none, or more than one: they share the card."""
        found = [figures for figures in self._figures(at_s) if figures.tok_s is not None]
        return found[0] if len(found) == 1 and len(self._meters) == 1 else None

    def _figures(self, at_s: float) -> list[Figures]:
        return [meter.figures(at_s) for number, meter in self._meters.items() if number not in self._read]


def _reads(at_s: float, when: float, done: int, total: int) -> bool:
    return done < total or at_s - when < READING_PAUSE_S
