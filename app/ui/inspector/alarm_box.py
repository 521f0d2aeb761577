"""What is wrong, on top of the panel: a sentence of what happened, one of what to do, and a button where it helps."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.core.words import say
from app.session.alarms import Alarm, reload_words
from app.session.monitor import Monitor
from app.ui.bridge import listen
from app.ui.pages.page import empty_layout, label
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.picture import Picture

_PICTURES = {"bad": "circle-alert", "care": "triangle-alert", "quiet": "info"}


class AlarmBox(QWidget):
    """`reload_wanted(n_ctx)` asks for the model again with a shorter context; `loading_wanted()` for the page where
    its loading is decided. Not there while nothing is wrong."""

    reload_wanted = Signal(int)
    loading_wanted = Signal()

    def __init__(self, monitor: Monitor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._monitor = monitor
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        listen(self, lambda: monitor.alarmed.connect(self._show))
        self._show()

    def _show(self) -> None:
        empty_layout(self._column)
        for alarm in self._monitor.alarms:
            self._column.addWidget(self._card(alarm))
        show_in_place(self, shown=bool(self._monitor.alarms))

    def _card(self, alarm: Alarm) -> QFrame:
        card = QFrame()
        card.setProperty("ground", "sheet")
        card.setAccessibleName(f"{alarm.what} {alarm.remedy}")
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(label(alarm.what, "bad" if alarm.level == "bad" else ""))
        words.addWidget(label(alarm.remedy, "quiet"))
        if (button := self._button(alarm)) is not None:
            words.addSpacing(4)
            words.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        row = QHBoxLayout(card)
        row.setContentsMargins(12, 10, 12, 12)
        row.setSpacing(10)
        row.addWidget(Picture(_PICTURES[alarm.level], px=18, role=alarm.level), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        return card

    def _button(self, alarm: Alarm) -> TextButton | None:
        if alarm.n_ctx:
            button = TextButton(reload_words(alarm.n_ctx))
            button.clicked.connect(lambda: self.reload_wanted.emit(alarm.n_ctx))
            return button
        if alarm.to_loading:
            button = TextButton(say("How it is loaded…"))
            button.clicked.connect(self.loading_wanted)
            return button
        return None


def show_in_place(widget: QWidget, *, shown: bool) -> None:
    """Shown before it lies anywhere, a widget would be a window of its own."""
    if not shown or widget.parentWidget() is not None:
        widget.setVisible(shown)
