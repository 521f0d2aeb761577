"""The way from the panel to what takes more room: answers and history, the benchmark; and the figures as a file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from app.core.errors import CarrelError
from app.core.words import say
from app.session.desk import Desk
from app.session.figures import history_csv, save_figures
from app.ui.pages.page import buttons
from app.ui.widgets.buttons import TextButton


class Doors(QWidget):
    """`page_wanted(name)`: "performance" or "benchmark"."""

    page_wanted = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.history = TextButton(say("Answers and the last hour"), kind="quiet", picture="activity")
        self.history.clicked.connect(lambda: self.page_wanted.emit("performance"))
        self.benchmark = TextButton(say("Benchmark"), kind="quiet", picture="gauge")
        self.benchmark.clicked.connect(lambda: self.page_wanted.emit("benchmark"))
        self.csv = TextButton(say("Save as CSV…"), kind="quiet", picture="download")
        self.csv.clicked.connect(lambda: save_history(self, self._desk))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.addLayout(buttons(self.history, self.benchmark, self.csv, gap=4))


def save_history(parent: QWidget, desk: Desk) -> None:
    """The last hour into a file of the user's choice."""
    save_csv(parent, desk, say("Save the last hour"), "carrel-figures.csv", history_csv(desk.monitor))


def save_csv(parent: QWidget, desk: Desk, title: str, name: str, content: bytes) -> None:
    """Ask where to, and write; what goes wrong is told as a notice."""
    chosen, _ = QFileDialog.getSaveFileName(parent, title, name, "CSV (*.csv)")
    if not chosen:
        return
    try:
        save_figures(Path(chosen), content)
    except CarrelError as error:
        desk.noticed.emit(str(error))
    else:
        desk.noticed.emit(say("Saved: {name}", name=Path(chosen).name))
