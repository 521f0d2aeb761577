"""The last hour as a chart: one kind of figure at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.core.units import GIB
from app.core.words import say
from app.session.desk import Desk
from app.ui.inspector.doors import save_history
from app.ui.pages.page import Card
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.chart import Chart, Line
from app.ui.widgets.fields import make_choice

BEAT_MS = 5000
MOST_POINTS = 240
HOUR_S, SHORT_S = 3600.0, 600.0
_STEPS_MIN = (60, 30, 20, 10, 5, 2, 1)


@dataclass(frozen=True, slots=True)
class View:
    """One kind of figure: its columns with their names, and what they are divided by."""

    key: str
    name: str
    unit: str
    columns: tuple[tuple[str, str], ...]
    divisor: float = 1.0


def views(*, has_gpu: bool) -> tuple[View, ...]:
    """In the language spoken now; those of a graphics card only where there is one."""
    speed = say("tok/s")
    clocks = (("gpu_clock_mhz", say("Processors")), ("gpu_memory_clock_mhz", say("Memory")))
    disk = (("disk_read_bytes_s", say("Reads")), ("disk_write_bytes_s", say("Writes")))
    general = (
        View(
            "decode",
            say("Writing speed"),
            speed,
            (("decode_tok_s", say("Measured")), ("expected_decode_tok_s", say("Expected here"))),
        ),
        View(
            "prefill",
            say("Reading speed"),
            speed,
            (("prefill_tok_s", say("Measured")), ("expected_prefill_tok_s", say("Expected here"))),
        ),
    )
    gpu = (
        View("load", say("GPU load"), "%", (("gpu_load_percent", say("GPU load")),)),
        View(
            "vram",
            say("Graphics memory"),
            "GB",
            (
                ("vram_used_bytes", say("In use")),
                ("vram_weights_bytes", say("Weights")),
                ("vram_kv_bytes", say("KV")),
                ("vram_compute_bytes", say("Working memory")),
                ("vram_other_bytes", say("Other programs")),
            ),
            GIB,
        ),
        View("temperature", say("Temperature"), "°C", (("gpu_temperature_c", say("Temperature")),)),
        View("power", say("Power"), "W", (("gpu_power_w", say("Power")),)),
        View("clock", say("Clock"), "MHz", clocks),
    )
    rest = (
        View("cpu", say("Processor"), "%", (("cpu_percent", say("Processor")),)),
        View("ram", say("Memory"), "GB", (("ram_used_bytes", say("In use")), ("engine_ram_bytes", say("Engine"))), GIB),
        View("disk", say("Disk"), "MB/s", disk, 1e6),
    )
    return (*general, *(gpu if has_gpu else ()), *rest)


class HourCard(Card):
    """Drawn again every five seconds while it is seen."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(say("The last hour"), parent)
        self._desk = desk
        moment = desk.monitor.moment
        self._views = {view.key: view for view in views(has_gpu=moment is None or bool(moment.sample.gpus))}
        self._key, self._span_s = "decode", HOUR_S
        pairs = [(view.key, view.name) for view in self._views.values()]
        self.kind = make_choice(pairs, self._key, self._on_kind)
        self.kind.setAccessibleName(say("What is drawn"))
        spans = ((HOUR_S, say("1 hour")), (SHORT_S, say("10 minutes")))
        self.span = make_choice(spans, HOUR_S, self._on_span)
        self.span.setAccessibleName(say("How far back"))
        self.span.setFixedWidth(130)
        csv = TextButton(say("Save as CSV…"), kind="quiet", picture="download")
        csv.clicked.connect(lambda: save_history(self, desk))
        self.chart = Chart(say("The last hour"), self._x_words, _minute_ticks)
        row = QHBoxLayout()
        row.addWidget(self.kind)
        row.addWidget(self.span)
        row.addStretch(1)
        row.addWidget(csv)
        self.column.addLayout(row)
        self.column.addWidget(self.chart)
        self._timer = QTimer(self, interval=BEAT_MS)
        self._timer.timeout.connect(self.draw)
        self._timer.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.draw()

    def draw(self) -> None:
        """Minutes before now along the x axis."""
        if not self.isVisible():
            return
        view, history, moment = self._views[self._key], self._desk.monitor.history, self._desk.monitor.moment
        now_s = moment.sample.time_s if moment else 0.0
        lines = []
        for number, (column, name) in enumerate(view.columns):
            found = history.points(column, now_s - self._span_s, MOST_POINTS)
            points = tuple(((at - now_s) / 60, None if v is None else v / view.divisor) for at, v in found)
            lines.append(_line(number, name, points, dashed=column.startswith("expected")))
        empty = say("Nothing was measured yet. Figures come in while Carrel runs.")
        self.chart.set_lines(lines, view.unit, span=(-self._span_s / 60, 0.0), empty=empty)

    def _on_kind(self, key: str) -> None:
        self._key = key
        self.draw()

    def _on_span(self, span_s: float) -> None:
        self._span_s = span_s
        self.draw()

    def _x_words(self, minutes: float) -> str:
        return say("now") if minutes > -0.05 else say("{count} min ago", count=f"{-minutes:.0f}" or "0")


def _line(number: int, name: str, points: tuple[tuple[float, float | None], ...], *, dashed: bool) -> Line:
    """Several lines of one chart differ by colour and by dashes."""
    roles = ("accent", "good", "care", "bad", "quiet")
    return Line(name, points, "quiet" if dashed else roles[number % len(roles)], dashed=dashed or number >= 3)


def _minute_ticks(low: float, high: float) -> Sequence[float]:
    """Whole minutes before now, not more than eight."""
    step = next((step for step in reversed(_STEPS_MIN) if (high - low) / step <= 8), _STEPS_MIN[0])
    return [float(minute) for minute in range(int(low), 1, step)]
