"""What an answer was made with, and whether the same text comes out again."""

from __future__ import annotations

from html import escape
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFileDialog, QGridLayout, QLabel, QWidget

from app.core.names import safe_name
from app.core.words import say
from app.session.record.comparing import Comparison, Parting, cell_words, comparison_words, pass_words
from app.session.record.passrecord import pass_facts
from app.session.record.report import Record, record_facts
from app.ui.bridge import listen
from app.ui.pages.page import Card, Page, buttons, fact, label
from app.ui.recordings import Recordings
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.progress import ThinBar

MOST_PASSES = 40  # on the page
MOST_APART = 30  # passes and cells that differ, on the page
KINDS = "JSON (*.json);;HTML (*.html);;Markdown (*.md)"


class RecordPage(Page):
    """Shows the record that `recordings` hold."""

    def __init__(self, recordings: Recordings, parent: QWidget | None = None) -> None:
        super().__init__(say("Record of an answer"), parent)
        self._recordings = recordings
        self._shown: object = None
        self.chat = label("", "quiet")
        self.trouble = label("", "care")
        self.facts = Card(say("Made with"))
        self.passes = Card(say("In passes"))
        self.rerun = RerunCard(recordings)
        self.save = TextButton(say("Save record…"), picture="download")
        self.save.clicked.connect(self._on_save)
        for widget in (self.chat, self.trouble, self.rerun, self.facts, self.passes):
            self.add(widget)
        listen(self, lambda: recordings.changed.connect(self._show))
        self._show()

    def _show(self) -> None:
        recordings = self._recordings
        state = (recordings.record, recordings.trouble)
        if state == self._shown:
            return
        self._shown = state
        record = recordings.record
        self.trouble.setText(str(recordings.trouble) if recordings.trouble else "")
        self.trouble.setVisible(recordings.trouble is not None)
        self.rerun.setVisible(record is not None)
        self.facts.setVisible(record is not None)
        self.passes.setVisible(record is not None and bool(record.passes))
        self.chat.setText(record.chat if record else "" if recordings.trouble else say("Looking it up"))
        self.facts.clear()
        if record is None:
            return
        for name, value in record_facts(record):
            self.facts.column.addLayout(fact(name, value))
        self.save = TextButton(say("Save record…"), picture="download")
        self.save.clicked.connect(self._on_save)
        self.again = TextButton(say("Answer again with these values"), picture="rotate-cw")
        self.again.setToolTip(say("Another version in the chat, whatever the chat's parameters are now."))
        self.again.clicked.connect(self._recordings.answer_again)
        self.facts.column.addLayout(buttons(self.again, self.save))
        self.again.setVisible(not record.origin.passes)
        self._show_passes(record)

    def _show_passes(self, record: Record) -> None:
        """What each pass was asked and noted, as far as there are not too many to read."""
        self.passes.clear()
        facts = pass_facts(record.passes)
        for name, value in facts[:MOST_PASSES]:
            self.passes.column.addLayout(fact(name, value))
        if len(facts) > MOST_PASSES:
            words = say("{count} more passes are in the record as a file.", count=len(facts) - MOST_PASSES)
            self.passes.column.addWidget(label(words, "quiet"))

    def _on_save(self) -> None:
        record = self._recordings.record
        if record is None:
            return
        place = str(Path.home() / f"{safe_name(record.chat, say('chat'))} {record.answer.id}.json")
        name, kind = QFileDialog.getSaveFileName(self, say("Save record"), place, KINDS)
        if name:
            ending = kind[kind.find("*.") + 1 : -1] if "*." in kind else ".json"
            self._recordings.save_record(Path(name) if Path(name).suffix else Path(name + ending))


class RerunCard(Card):
    """One button, then how far it is, then the verdict with both texts side by side."""

    def __init__(self, recordings: Recordings, parent: QWidget | None = None) -> None:
        super().__init__(say("Does it come out again?"), parent)
        self._recordings = recordings
        self._shown: object = ()
        words = say("The same question, seed and settings once more, on the side: nothing of it stays in the chat.")
        self.column.addWidget(label(words, "quiet"))
        self.verdict = label("")
        self.bar, self.state = ThinBar(), label("", "quiet")
        self.texts, self.reasons = QWidget(), label("", "quiet")
        self._grid = QGridLayout(self.texts)
        self._grid.setContentsMargins(0, 4, 0, 4)
        self._grid.setHorizontalSpacing(16)
        self.other = label("", "care")
        self.recorded = TextButton(say("Load the model of the record, and run"), kind="primary", picture="rotate-cw")
        self.recorded.setToolTip(
            say("The same file, loaded as it was then; the model that is in memory now comes back.")
        )
        self.recorded.clicked.connect(recordings.run_recorded)
        self.go = TextButton(say("Run again and compare"), kind="primary", picture="rotate-cw")
        self.plain = TextButton(say("Run with the model in memory"), picture="rotate-cw")
        self.plain.clicked.connect(recordings.run_again)
        self.stop = TextButton(say("Stop"))
        self.go.clicked.connect(recordings.run_again)
        self.stop.clicked.connect(recordings.stop_rerun)
        for widget in (self.verdict, self.texts, self.reasons, self.other, self.bar, self.state):
            self.column.addWidget(widget)
        self.column.addLayout(buttons(self.go, self.recorded, self.plain, self.stop))
        listen(self, lambda: recordings.changed.connect(self._show))
        listen(self, lambda: recordings.engine_changed.connect(lambda _: self._show()))
        self._show()

    def _show(self) -> None:
        recordings, rerun = self._recordings, self._recordings.rerun
        running, busy = rerun is not None, rerun is not None or recordings.borrowed
        what, done, total = recordings.progress
        step = f"{rerun.step} / {rerun.steps}  " if rerun is not None and rerun.steps > 1 else ""
        self.bar.set_share(done / total if running and total else None)
        self.state.setText(step + _progress_words(what, done, total) if busy else "")
        for widget, shown in ((self.bar, busy), (self.state, busy), (self.stop, running)):
            widget.setVisible(shown)
        self._offer(busy=busy)
        if recordings.comparison is not self._shown:
            self._shown = recordings.comparison
            self._show_comparison(recordings.comparison)

    def _offer(self, *, busy: bool) -> None:
        """One press where the model of the record is in memory; where another is, the choice of both."""
        recordings = self._recordings
        alike, has_model = recordings.record is None or recordings.is_alike, recordings.has_model
        self.go.setVisible(not busy and alike)
        self.recorded.setVisible(not busy and not alike)
        self.plain.setVisible(not busy and not alike and has_model)
        self.other.setVisible(not busy and not alike and has_model)
        self.other.setText(say("Another model is in memory, or it is loaded otherwise than it was for this answer."))

    def _show_comparison(self, comparison: Comparison | None) -> None:
        while self._grid.count():
            item = self._grid.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        parting = comparison.parting if comparison else None
        reasons = reason_words(comparison) if comparison else ""
        self.verdict.setText(comparison_words(comparison) if comparison else "")
        self.verdict.setProperty("role", "good" if comparison and comparison.is_same else "care")
        self.verdict.style().polish(self.verdict)
        self.verdict.setVisible(comparison is not None)
        if comparison is not None:
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, self.verdict.text()))
        self.texts.setVisible(parting is not None)
        self.reasons.setText(reasons)
        self.reasons.setVisible(bool(reasons))
        if parting is not None:
            self._fill(parting)

    def _fill(self, parting: Parting) -> None:
        """The words before are the same; where they part is bold."""
        for column, (name, text) in enumerate(((say("Then"), parting.then), (say("Now"), parting.now))):
            words = _side(parting.before, text or say("(the end)"))
            words.setAccessibleName(f"{name}: {parting.before}{text}")
            self._grid.addWidget(label(name, "quiet", wrap=False), 0, column)
            self._grid.addWidget(words, 1, column, Qt.AlignmentFlag.AlignTop)
            self._grid.setColumnStretch(column, 1)


def _side(before: str, after: str) -> QLabel:
    words = label("")
    words.setTextFormat(Qt.TextFormat.RichText)
    lead = "…" if before else ""
    words.setText(f"{lead}{escape(before)}<b>{escape(after)}</b>".replace("\n", "<br>"))
    words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return words


def reason_words(comparison: Comparison) -> str:
    """What is not as it was; for another text also what else may have changed it."""
    apart = [pass_words(one) for one in comparison.passes_apart] + [cell_words(one) for one in comparison.cells]
    reasons = [*apart[:MOST_APART], *comparison.differences, *(() if comparison.is_same else comparison.doubts)]
    if not reasons and not comparison.is_same:
        reasons = [say("Nothing is known to be different.")]
    return "\n".join(f"• {reason}" for reason in reasons)


def _progress_words(what: str, done: int, total: int) -> str:
    match what:
        case "looking":
            return say("Looking for the model of the record")
        case "loading":
            return say("Loading the model of the record")
        case "returning":
            return say("Loading the model that was there before")
    if not total:
        return say("Getting ready")
    counts = {"done": f"{done:,}", "total": f"{total:,}"}
    return (
        say("Reading {done} of {total} tokens", **counts)
        if what == "reading"
        else say("Writing {done} of {total} tokens", **counts)
    )
