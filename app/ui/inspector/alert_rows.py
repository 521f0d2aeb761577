"""The alerts that are worth a word now, each with a button that puts it aside."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.core.words import say
from app.perf.alerts import Alert, Kind
from app.session.alert_words import alert_words
from app.session.monitor import Monitor
from app.ui.bridge import listen
from app.ui.inspector.alarm_box import show_in_place
from app.ui.pages.page import empty_layout, label
from app.ui.widgets.buttons import IconButton
from app.ui.widgets.picture import Picture


class AlertRows(QWidget):
    """Not there while nothing is above its limit."""

    def __init__(self, monitor: Monitor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._monitor = monitor
        self._words: dict[Kind, QLabel] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        listen(self, lambda: monitor.alerts.changed.connect(self._show))
        listen(self, lambda: monitor.alarmed.connect(self._show))
        listen(self, lambda: monitor.sampled.connect(lambda _: self._say()))
        self._fill()

    def _show(self) -> None:
        """Made again only when others are loud."""
        if list(self._words) != [alert.kind for alert in self._monitor.loud]:
            self._fill()

    def _fill(self) -> None:
        empty_layout(self._column)
        self._words = {}
        for alert in self._monitor.loud:
            self._column.addWidget(self._row(alert))
        show_in_place(self, shown=bool(self._words))

    def _row(self, alert: Alert) -> QFrame:
        card = QFrame()
        card.setProperty("ground", "sheet")
        words = self._words[alert.kind] = label(alert_words(alert))
        aside = IconButton("x", say("Put aside"), px=14)
        aside.clicked.connect(lambda: self._monitor.alerts.see(alert.kind))
        row = QHBoxLayout(card)
        row.setContentsMargins(12, 8, 8, 10)
        row.setSpacing(10)
        row.addWidget(Picture("triangle-alert", px=18, role="care"), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(words, 1)
        row.addWidget(aside, 0, Qt.AlignmentFlag.AlignTop)
        return card

    def _say(self) -> None:
        """The values go on; the cards stay."""
        if self.isVisible():
            for alert in self._monitor.loud:
                words = self._words.get(alert.kind)
                if words is not None and words.text() != alert_words(alert):
                    words.setText(alert_words(alert))
