"""The cards of the computer: which column of the history each draws, how it is called, and on what scale."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.core.units import GIB
from app.core.words import say
from app.perf.history import History, Point
from app.ui.widgets.metric import SPAN_S, MetricCard

HALF_POINTS = 60  # a card of half the width


@dataclass(frozen=True, slots=True)
class Metric:
    """`columns` are added and divided by `divisor`."""

    key: str
    columns: tuple[str, ...]
    title: str
    unit: str
    divisor: float = 1.0
    low: float = 0.0
    high: float | None = None
    digits: int = 0

    def make(self, clock: Callable[[], float], *, points: int = HALF_POINTS, holds: bool = False) -> MetricCard:
        low, high = self.low, self.high
        return MetricCard(
            self.title, self.unit, low=low, high=high, digits=self.digits, clock=clock, points=points, holds=holds
        )

    def latest(self, history: History) -> float | None:
        return self._join([history.latest(name) for name in self.columns])

    def points(self, history: History, now_s: float) -> list[Point]:
        """The last three minutes."""
        columns = [history.points(name, now_s - SPAN_S) for name in self.columns]
        return [(row[0][0], self._join([value for _, value in row])) for row in zip(*columns, strict=True)]

    def _join(self, values: list[float | None]) -> float | None:
        known = [value for value in values if value is not None]
        return sum(known) / self.divisor if known else None


def gpu_metrics() -> tuple[Metric, ...]:
    """In the order in which they lie, two in a row."""
    return (
        Metric("load", ("gpu_load_percent",), say("GPU load"), "%", high=100),
        Metric("clock", ("gpu_clock_mhz",), say("Clock"), "GHz", 1000, digits=2),
        Metric("temperature", ("gpu_temperature_c",), say("Temperature"), "°C", low=20, high=100),
        Metric("power", ("gpu_power_w",), say("Power"), "W"),
    )


def computer_metrics() -> tuple[Metric, ...]:
    """The same without a graphics card."""
    return (
        Metric("cpu", ("cpu_percent",), say("Processor"), "%", high=100),
        Metric("memory", ("ram_used_bytes",), say("Memory"), "GB", GIB, digits=1),
        Metric("engine_memory", ("engine_ram_bytes",), say("Engine"), "GB", GIB, digits=1),
        Metric("disk", ("disk_read_bytes_s", "disk_write_bytes_s"), say("Disk"), "MB/s", 1e6, digits=1),
    )


def speed_metric() -> Metric:
    return Metric("speed", ("decode_tok_s",), say("Writing speed"), say("tok/s"), digits=1)


def reading_metric() -> Metric:
    return Metric("reading", ("prefill_tok_s",), say("Reading speed"), say("tok/s"))
