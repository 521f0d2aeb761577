"""What the computer did in the last hour, and how fast the last answers were."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.core.units import format_duration
from app.core.words import language, say
from app.session.desk import Desk
from app.session.figures import Summary, answers_csv, list_answers, summarize
from app.session.receipt import speed_words
from app.store.figures import AnswerFigures
from app.ui.bridge import listen
from app.ui.inspector.doors import save_csv
from app.ui.pages.answer_table import AnswerTable
from app.ui.pages.hour_card import HourCard
from app.ui.pages.page import Card, Page, buttons, label
from app.ui.widgets.buttons import TextButton

COLUMN_PX = 960


class PerformancePage(Page):
    """`answer_wanted(chat_id, message_id)` asks for an answer to be opened; `page_wanted(name)` for another page."""

    answer_wanted = Signal(int, int)
    page_wanted = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(say("Performance"), parent, column_px=COLUMN_PX)
        self._desk = desk
        self.hour = HourCard(desk)
        self.summary = label("", "quiet")
        self.table = AnswerTable()
        self.table.answer_wanted.connect(self.answer_wanted)
        self.empty = label(say("No answer has been timed yet. Each one will be a line here."), "quiet")
        benchmark = TextButton(say("Benchmark"), picture="gauge")
        benchmark.clicked.connect(lambda: self.page_wanted.emit("benchmark"))
        self.add(self.hour)
        self.add(self._answers())
        self.column.addLayout(buttons(benchmark))
        listen(self, lambda: desk.engine.changed.connect(lambda _: self._on_engine()))
        self._was_answering = False

    def _answers(self) -> Card:
        card = Card(say("The last answers"))
        self.csv = TextButton(say("Save as CSV…"), kind="quiet", picture="download")
        self.csv.setAccessibleName(say("Save the answers as CSV"))
        self.csv.clicked.connect(self._on_csv)
        row = QHBoxLayout()
        row.addWidget(self.summary, 1)
        row.addWidget(self.csv)
        card.column.addLayout(row)
        card.column.addWidget(self.empty)
        card.column.addWidget(self.table)
        return card

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.read()

    def read(self) -> None:
        """The answers as they are kept now."""
        list_answers(self._desk, self.show_answers)

    def show_answers(self, answers: list[AnswerFigures]) -> None:
        """Instead of those before."""
        self.table.show_answers(answers)
        self.summary.setText(summary_words(summarize(answers)))
        for widget in (self.table, self.summary, self.csv):
            widget.setVisible(bool(answers))
        self.empty.setVisible(not answers)

    def _on_engine(self) -> None:
        """An answer has ended: it is in the store a moment later."""
        is_answering = self._desk.engine.state.phase.value == "answering"
        if self._was_answering and not is_answering and self.isVisible():
            self._desk.post(self.read)
        self._was_answering = is_answering

    def _on_csv(self) -> None:
        content = answers_csv(self.table.answers)
        save_csv(self, self._desk, say("Save the answers"), "carrel-answers.csv", content)


def summary_words(summary: Summary) -> str:
    """ "42 answers. First token: half within 0.8 s, 99 of 100 within 4.2 s. …"."""
    parts = [say("1 answer.") if summary.answers == 1 else say("{count} answers.", count=summary.answers)]
    if summary.ttft_p50_s is not None and summary.ttft_p99_s is not None:
        middle, slow = format_duration(summary.ttft_p50_s), format_duration(summary.ttft_p99_s)
        parts.append(say("First token: P50 {middle}, P99 {slow}.", middle=middle, slow=slow))
    if summary.decode_p50_tok_s is not None and summary.decode_p99_tok_s is not None:
        middle, slow = speed_words(summary.decode_p50_tok_s), speed_words(summary.decode_p99_tok_s)
        parts.append(say("Writing: P50 {middle}, P99 {slow} tok/s.", middle=middle, slow=slow))
    if summary.accepted_share is not None:
        parts.append(say("{percent} % of drafts accepted.", percent=round(100 * summary.accepted_share)))
    return ("" if language() == "zh_CN" else " ").join(parts)  # full-width stops bring their own space
