"""Alerts: the limits, and what passed them lately."""

from __future__ import annotations

import time

from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from app.core.words import mark, say
from app.perf.alerts import Alert, Kind
from app.session.alert_words import KINDS, alert_line, alert_name
from app.session.desk import Desk
from app.ui.bridge import listen
from app.ui.chat.parts import FoldButton
from app.ui.fonts import figure_font
from app.ui.pages.page import empty_layout, label
from app.ui.widgets.fields import NumberField

FIELD_PX = 96
MOST_SHOWN = 6
# The setting, the highest limit, the step and the unit of each.
_LIMITS: dict[Kind, tuple[str, int, int, str]] = {
    "vram": ("alert_vram_percent", 100, 1, mark(" %")),
    "temperature": ("alert_temperature_c", 110, 1, " °C"),
    "ttft": ("alert_ttft_s", 3600, 5, mark(" s")),
    "token": ("alert_token_ms", 60_000, 10, " ms"),
    "waiting": ("alert_waiting", 1000, 1, ""),
}


class AlertCard(QWidget):
    """Limits and what was lately, in a fold."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._alerts = desk, desk.monitor.alerts
        self._past = QVBoxLayout()
        self.fold, self.inner = FoldButton(self), QFrame()
        self.fields: dict[Kind, NumberField] = {}
        self._lay_out()
        self.fold.toggled.connect(self.inner.setVisible)
        listen(self, lambda: self._alerts.changed.connect(self._show))
        listen(self, lambda: desk.settings_changed.connect(lambda _: self._show_limits()))
        self._show_limits()
        self._show()

    def _lay_out(self) -> None:
        self.inner.setProperty("ground", "sheet")
        inner = QVBoxLayout(self.inner)
        inner.setContentsMargins(12, 10, 12, 12)
        inner.setSpacing(6)
        grid = QGridLayout()
        grid.setColumnStretch(0, 1)
        grid.setVerticalSpacing(4)
        for row, kind in enumerate(KINDS):
            name, field = label(alert_name(kind)), self._make_field(kind)
            name.setBuddy(field)
            grid.addWidget(name, row, 0)
            grid.addWidget(field, row, 1)
            self.fields[kind] = field
        inner.addLayout(grid)
        inner.addLayout(self._past)
        self._past.setSpacing(2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.fold)
        column.addWidget(self.inner)
        self.inner.hide()

    def _make_field(self, kind: Kind) -> NumberField:
        name, highest, step, unit = _LIMITS[kind]
        field = NumberField()
        field.setRange(0, highest)
        field.setSingleStep(step)
        field.setSuffix(say(unit))
        field.setSpecialValueText(say("Off"))
        field.setFixedWidth(FIELD_PX)
        field.setFont(figure_font(13))
        field.setAccessibleName(say("Alert above: {name}", name=alert_name(kind)))
        field.setKeyboardTracking(False)
        field.valueChanged.connect(lambda value: self._keep(name, value))
        return field

    def _keep(self, name: str, value: int) -> None:
        if getattr(self._desk.settings, name) != value:
            self._desk.change_settings(**{name: value})

    def _show_limits(self) -> None:
        for kind, field in self.fields.items():
            value = int(getattr(self._desk.settings, _LIMITS[kind][0]))
            if value != field.value():
                field.blockSignals(True)
                field.setValue(value)
                field.blockSignals(False)

    def _show(self) -> None:
        empty_layout(self._past)
        recent = self._alerts.recent
        if recent:
            self._past.addSpacing(4)
            self._past.addWidget(label(say("Lately"), "group"))
        for alert in recent[:MOST_SHOWN]:
            self._past.addWidget(label(_past_words(alert), "quiet"))
        active = len(self._alerts.active)
        words = say("Alerts") if not active else say("Alerts · {count} now", count=active)
        self.fold.set_words(words, 300)


def _past_words(alert: Alert) -> str:
    """ "14:05–14:11  Temperature of the card: up to 88 °C"."""
    since, until = _clock_words(alert.since_s), "" if alert.until_s is None else _clock_words(alert.until_s)
    return f"{since}–{until}  {alert_line(alert)}"


def _clock_words(unix_s: float) -> str:
    return time.strftime("%H:%M", time.localtime(unix_s))
