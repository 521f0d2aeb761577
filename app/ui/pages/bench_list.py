"""The runs that are kept, each a line: when, on what, how fast, and how that compares with the run before it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QRadioButton, QVBoxLayout, QWidget

from app.core.dates import moment_words
from app.core.words import say
from app.session.benchbook import BenchResult, change_share, comparable
from app.session.receipt import speed_words
from app.ui.benching import Benching
from app.ui.bridge import listen
from app.ui.pages.page import Card, empty_layout, label
from app.ui.widgets.buttons import IconButton
from app.ui.widgets.labels import ElidedLabel

MOST_SHOWN = 30
WORTH_SAYING = 0.03


class BenchList(Card):
    """Choosing a line draws it. `removed(result)`: the window offers to undo."""

    removed = Signal(object)

    def __init__(self, benching: Benching, parent: QWidget | None = None) -> None:
        super().__init__(say("Runs that are kept"), parent)
        self._benching = benching
        self._group = QButtonGroup(self)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(6)
        self.column.addLayout(self._lines)
        self._shown: object = None
        listen(self, lambda: benching.changed.connect(self._show))
        self._show()

    def _show(self) -> None:
        """Made again only when the list or the choice is another."""
        results, chosen = self._benching.results, self._benching.shown
        now = (results, chosen.at_s if chosen else None)
        if now == self._shown:
            return
        self._shown = now
        empty_layout(self._lines)
        for result in results[:MOST_SHOWN]:
            self._lines.addLayout(self._line(result, is_chosen=chosen is not None and result.at_s == chosen.at_s))
        self.setVisible(bool(results))

    def _line(self, result: BenchResult, *, is_chosen: bool) -> QHBoxLayout:
        words = f"{moment_words(result.at_s)}  {result.model}"
        button = QRadioButton(words)
        button.setAccessibleName(f"{words}. {_speed_words(result)}")
        button.setChecked(is_chosen)
        button.clicked.connect(lambda: self._benching.choose(result.at_s))
        self._group.addButton(button)
        place = ElidedLabel(" · ".join(part for part in (result.machine, result.driver, result.engine) if part))
        place.setProperty("role", "quiet")
        drop = IconButton("trash-2", say("Delete this run"), px=16)
        drop.clicked.connect(lambda: self._remove(result))
        row = QHBoxLayout()
        row.setSpacing(12)
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(button)
        under = QHBoxLayout()
        under.setContentsMargins(24, 0, 0, 0)
        under.addWidget(place)
        names.addLayout(under)
        row.addLayout(names, 1)
        row.addWidget(label(_speed_words(result), wrap=False), 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._change(result), 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(drop, 0, Qt.AlignmentFlag.AlignVCenter)
        return row

    def _change(self, result: BenchResult) -> QWidget:
        """Against the run of this model before it."""
        before = [one for one in comparable(result, self._benching.results) if one.at_s < result.at_s]
        share = change_share(result, before[0]) if before else None
        words = label("", "quiet", wrap=False)
        words.setFixedWidth(110)
        words.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if share is None:
            return words
        if abs(share) < WORTH_SAYING:
            words.setText(say("as before"))
            return words
        percent = f"{abs(100 * share):.0f}"
        faster, slower = say("▲ {percent} % faster", percent=percent), say("▼ {percent} % slower", percent=percent)
        words.setText(faster if share > 0 else slower)
        words.setProperty("role", "good" if share > 0 else "care")
        return words

    def _remove(self, result: BenchResult) -> None:
        self._benching.remove(result)
        self.removed.emit(result)


def _speed_words(result: BenchResult) -> str:
    """From the shallowest to the deepest point."""
    first, last = result.points[0].decode_tok_s, result.points[-1].decode_tok_s
    if len(result.points) == 1:
        return say("{speed} tok/s", speed=speed_words(first))
    return say("{first} → {last} tok/s", first=speed_words(first), last=speed_words(last))
