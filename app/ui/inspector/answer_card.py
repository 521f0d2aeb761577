"""The running answer, or the last one, in figures: reading, first token, writing."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from app.core.units import format_duration
from app.core.words import say
from app.perf.meter import Figures
from app.session.receipt import speed_words
from app.ui.bridge import listen
from app.ui.conversation import Conversation
from app.ui.fonts import figure_font
from app.ui.pages.page import label
from app.ui.widgets.metric import MetricCard
from app.ui.widgets.progress import ThinBar

BEAT_MS = 250


class AnswerCard(QWidget):
    """Four times a second while an answer runs; still otherwise. The curve takes one point a second."""

    def __init__(
        self,
        conversation: Conversation,
        clock: Callable[[], float] = time.monotonic,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._conversation = conversation
        self.speed = MetricCard(say("Writing speed"), "tok/s", digits=1, clock=clock)
        self.reading = ThinBar()
        self.reading.setAccessibleName(say("Reading the prompt"))
        self._values: dict[str, QLabel] = {}
        self._beats = 0
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.speed)
        column.addLayout(self._rows())
        column.addWidget(self.reading)
        self.reading.hide()
        self._timer = QTimer(self, interval=BEAT_MS)
        self._timer.timeout.connect(self._beat)
        listen(self, lambda: conversation.running_changed.connect(self._on_running_changed))
        self._on_running_changed()
        self.show_figures(self._figures())

    def _rows(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setVerticalSpacing(4)
        grid.setContentsMargins(0, 4, 0, 0)
        names = (
            ("first", say("First token")),
            ("written", say("Written")),
            ("read", say("Prompt read")),
            ("read_speed", say("Reading speed")),
        )
        for row, (key, name) in enumerate(names):
            value = label("–", wrap=False)
            value.setFont(figure_font(13))
            self._values[key] = value
            grid.addWidget(label(name, "quiet"), row, 0)
            grid.addWidget(value, row, 1, Qt.AlignmentFlag.AlignRight)
        grid.setColumnStretch(0, 1)
        return grid

    def show_figures(self, figures: Figures | None) -> None:
        """Show one moment."""
        if figures is None:
            return
        values = self._values
        values["first"].setText("–" if figures.ttft_s is None else format_duration(figures.ttft_s))
        values["written"].setText(say("{count} tokens", count=f"{figures.answer_tokens:,}"))
        values["read"].setText(_read_words(figures))
        speed = figures.prefill_tok_s
        values["read_speed"].setText("–" if speed is None else f"{speed:,.0f} tok/s")
        self.reading.setVisible(self._conversation.is_running and 0 < figures.prefill_fraction < 1)
        self.reading.set_share(figures.prefill_fraction)

    def _figures(self) -> Figures | None:
        meter = self._conversation.meter
        return meter.figures(time.monotonic()) if meter is not None else None

    def _beat(self) -> None:
        figures = self._figures()
        self.show_figures(figures)
        self._beats += 1
        if self._beats % (1000 // BEAT_MS) == 0 and figures is not None:
            self.speed.add(figures.tok_s)

    def _on_running_changed(self) -> None:
        if self._conversation.is_running:
            self._timer.start()
            return
        self._timer.stop()
        self.show_figures(self._figures())
        timing = self._conversation.last_timing
        if timing is not None and timing.decode_tok_s:
            self.speed.add(timing.decode_tok_s)
            self.speed.setAccessibleDescription(f"{speed_words(timing.decode_tok_s)} tok/s")


def _read_words(figures: Figures) -> str:
    if not figures.prefill_total:
        return "–"
    share = say(
        "{percent} % of {count} tokens",
        percent=round(100 * figures.prefill_fraction),
        count=f"{figures.prefill_total:,}",
    )
    if figures.prefill_left_s:
        left = say("{time} left", time=format_duration(figures.prefill_left_s))
        return say(", ").join((share, left))
    return share
