"""The last minute, ten minutes or hour as a chart: one kind of figure at a time."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.core.words import say
from app.perf.history import Point
from app.session.desk import Desk
from app.session.monitor import Moment
from app.ui.inspector.doors import save_history
from app.ui.pages.page import Card
from app.ui.pages.views import View, views
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.chart import Chart
from app.ui.widgets.chart_lines import Band, Line
from app.ui.widgets.fields import make_choice

MOST_POINTS = 240
HOUR_S, SHORT_S, MINUTE_S = 3600.0, 600.0, 60.0
BEATS_MS = {HOUR_S: 5000, SHORT_S: 2000, MINUTE_S: 1000}
_STEPS_MIN = (60, 30, 20, 10, 5, 2, 1, 0.5, 0.25)


class HourCard(Card):
    """Drawn again every few seconds while it is seen."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(say("Over time"), parent)
        self._desk = desk
        moment = desk.monitor.moment
        self._cards = _cards_of(moment)
        self._views: dict[str, View] = {}
        self._key, self._span_s = "decode", HOUR_S
        self.kind = make_choice((), self._key, self._on_kind)
        self.kind.setAccessibleName(say("What is drawn"))
        self._fill_views()
        spans = ((MINUTE_S, say("1 minute")), (SHORT_S, say("10 minutes")), (HOUR_S, say("1 hour")))
        self.span = make_choice(spans, HOUR_S, self._on_span)
        self.span.setAccessibleName(say("How far back"))
        self.span.setFixedWidth(130)
        csv = TextButton(say("Save as CSV…"), kind="quiet", picture="download")
        csv.clicked.connect(lambda: save_history(self, desk))
        self.chart = Chart(say("Over time"), self._x_words, _ticks)
        row = QHBoxLayout()
        row.addWidget(self.kind)
        row.addWidget(self.span)
        row.addStretch(1)
        row.addWidget(csv)
        self.column.addLayout(row)
        self.column.addWidget(self.chart)
        self._timer = QTimer(self, interval=BEATS_MS[HOUR_S])
        self._timer.timeout.connect(self.draw)
        self._timer.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.draw()

    def draw(self) -> None:
        """Minutes before now along the x axis."""
        if not self.isVisible():
            return
        moment = self._desk.monitor.moment
        if _cards_of(moment) != self._cards:
            self._cards = _cards_of(moment)
            self._fill_views()
        view = self._views[self._key]
        now_s = moment.sample.time_s if moment else 0.0
        lines = []
        for number, (column, name) in enumerate(view.columns):
            points = tuple(
                (x, None if value is None else value / view.divisor) for x, value in self._points(column, now_s)
            )
            lines.append(_line(number, name, points, dashed=column.startswith("expected")))
        bands = [
            Band(name, _stretches(self._points(column, now_s)), "quiet" if column.endswith("_power") else "care")
            for column, name in view.bands
        ]
        empty = say("Nothing was measured yet. Figures come in while Carrel runs.")
        self.chart.set_lines(lines, view.unit, span=(-self._span_s / 60, 0.0), empty=empty, bands=bands)

    def _points(self, column: str, now_s: float) -> list[Point]:
        found = self._desk.monitor.history.points(column, now_s - self._span_s, MOST_POINTS)
        return [((at - now_s) / 60, value) for at, value in found]

    def _fill_views(self) -> None:
        """Another card in the computer is another line; what is drawn stays where it can."""
        count = self._cards
        self._views = {view.key: view for view in views(has_gpu=count != 0, cards=max(1, count or 1))}
        if self._key not in self._views:
            self._key = "decode"
        self.kind.clear()
        for view in self._views.values():
            self.kind.addItem(view.name, view.key)
        self.kind.setCurrentIndex(self.kind.findData(self._key))

    def _on_kind(self, key: str) -> None:
        self._key = key
        self.draw()

    def _on_span(self, span_s: float) -> None:
        self._span_s = span_s
        self._timer.setInterval(BEATS_MS[span_s])
        self.draw()

    def _x_words(self, minutes: float) -> str:
        if minutes > -0.01:
            return say("now")
        if self._span_s <= MINUTE_S:
            return say("{count} s ago", count=f"{-60 * minutes:.0f}")
        return say("{count} min ago", count=f"{-minutes:.0f}" if minutes <= -0.95 else f"{-minutes:.1f}")


def _cards_of(moment: Moment | None) -> int | None:
    """How many graphics cards there are; None while nothing was sampled."""
    return None if moment is None else len(moment.sample.gpus)


def _line(number: int, name: str, points: tuple[Point, ...], *, dashed: bool) -> Line:
    """Several lines of one chart differ by colour and by dashes."""
    roles = ("accent", "good", "care", "bad", "quiet")
    return Line(name, points, "quiet" if dashed else roles[number % len(roles)], dashed=dashed or number >= 3)


def _stretches(points: Sequence[Point]) -> tuple[tuple[float, float], ...]:
    """Where the figure is above 0, from the point before to the last that is."""
    found: list[tuple[float, float]] = []
    before = None
    for x, value in points:
        if value:
            start = x if before is None else before
            joins = bool(found) and found[-1][1] >= start
            found[-1:] = [(found[-1][0], x)] if joins else [*found[-1:], (start, x)]
        before = x
    return tuple(found)


def _ticks(low: float, high: float) -> Sequence[float]:
    """Round times before now, not more than eight."""
    step = next((step for step in reversed(_STEPS_MIN) if (high - low) / step <= 8), _STEPS_MIN[0])
    count = round((high - low) / step)
    return [round(high - step * number, 3) for number in range(count, -1, -1)]
