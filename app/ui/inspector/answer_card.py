"""The running answer, or the last one, in figures: reading, first token, writing, against what can be expected."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.core.words import say
from app.engine.state import EngineState
from app.perf.meter import Figures
from app.session.expecting import expected_decode_tok_s, expected_prefill_tok_s, is_guess, recall_reading
from app.session.monitor import Moment
from app.session.receipt import speed_words
from app.ui.bridge import listen
from app.ui.conversation import Conversation
from app.ui.inspector.figure_rows import FigureRows
from app.ui.inspector.metrics import reading_metric, speed_metric
from app.ui.pages.page import label
from app.ui.widgets.metric import LARGEST_POINTS
from app.ui.widgets.progress import ThinBar

BEAT_MS = 250


class AnswerCard(QWidget):
    """Four times a second while an answer runs; still otherwise. The curves take one point a second."""

    def __init__(
        self,
        conversation: Conversation,
        clock: Callable[[], float] = time.monotonic,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._conversation, self._desk, self._clock = conversation, conversation.desk, clock
        self._metrics = speed_metric(), reading_metric()
        self.speed, self.read_speed = (
            metric.make(clock, points=LARGEST_POINTS, holds=True) for metric in self._metrics
        )
        self.reading = ThinBar()
        self.reading.setAccessibleName(say("Reading the prompt"))
        self.rows = FigureRows()
        self._recalled = ""  # the model whose best reading was asked for
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for widget in (self.speed, self.read_speed, self._framed()):
            column.addWidget(widget)
        self.reading.hide()
        self._timer = QTimer(self, interval=BEAT_MS)
        self._timer.timeout.connect(self._beat)
        listen(self, lambda: self._desk.monitor.sampled.connect(self._on_sampled))
        listen(self, lambda: self._desk.engine.changed.connect(self._on_engine))
        listen(self, lambda: conversation.running_changed.connect(self._on_running_changed))
        self._on_engine(self._desk.engine.state)
        self._on_running_changed()
        self.show_figures(self._figures() or Figures())

    def _framed(self) -> QFrame:
        """The figures in a box, as the graphics memory is."""
        box = QFrame()
        box.setProperty("ground", "sheet")
        inner = QVBoxLayout(box)
        inner.setContentsMargins(11, 10, 11, 10)  # with its line as far in as the curves
        inner.setSpacing(8)
        for widget in (label(say("Answer"), "quiet"), self.rows, self.reading):
            inner.addWidget(widget)
        return box

    def show_figures(self, figures: Figures) -> None:
        """Show one moment."""
        path = self._desk.engine.state.path
        around = (figures.prefill_cached + figures.prefill_done) / 2
        best = expected_prefill_tok_s(self._desk, around) or self._conversation.best_reading.of(path)
        self.rows.show_figures(
            figures,
            expected_tok_s=self._expected(figures),
            best_reading_tok_s=best,
            is_guess=is_guess(self._desk, figures.depth_tokens),
        )
        self.reading.setVisible(self._conversation.is_running and 0 < figures.prefill_fraction < 1)
        self.reading.set_share(figures.prefill_fraction)

    def _expected(self, figures: Figures) -> float | None:
        return expected_decode_tok_s(self._desk, figures.depth_tokens) if figures.depth_tokens else None

    def _figures(self) -> Figures | None:
        meter = self._conversation.meter
        return meter.figures(time.monotonic()) if meter is not None else None

    def _beat(self) -> None:
        figures = self._figures()
        if figures is not None and self.isVisible():
            self.show_figures(figures)

    def showEvent(self, event: QShowEvent) -> None:
        """What happened while nobody looked."""
        super().showEvent(event)
        history, now = self._desk.monitor.history, self._clock()
        for metric, card in zip(self._metrics, (self.speed, self.read_speed), strict=True):
            card.fill(metric.points(history, now))

    def _on_sampled(self, moment: Moment) -> None:
        if self.isVisible():
            self.speed.add(moment.decode_tok_s)
            self.read_speed.add(moment.prefill_tok_s)
            if moment.decode_tok_s is not None:
                self.speed.set_ghost(moment.expected_tok_s, say("The dashed line is what this computer should reach."))

    def _on_engine(self, state: EngineState) -> None:
        if state.has_model and state.path != self._recalled:
            self._recalled = state.path
            recall_reading(self._desk, self._conversation.best_reading)

    def _on_running_changed(self) -> None:
        if self._conversation.is_running:
            self._timer.start()
            return
        self._timer.stop()
        figures = self._figures()
        if figures is None:
            return
        if figures.prefill_tok_s and figures.prefill_fraction == 1.0:
            read = figures.prefill_total - figures.prefill_cached
            self._conversation.best_reading.note(self._desk.engine.state.path, read, figures.prefill_tok_s)
        self.show_figures(figures)
        timing = self._conversation.last_timing
        if timing is not None and timing.decode_tok_s:
            self.speed.add(timing.decode_tok_s)
            self.speed.setAccessibleDescription(say("{speed} tok/s", speed=speed_words(timing.decode_tok_s)))
