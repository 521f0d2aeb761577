"""A quiet sign on the computer's chip while something is wrong or above its limit."""

from __future__ import annotations

from app.core.words import sentences
from app.session.alert_words import alert_words
from app.session.monitor import Monitor
from app.ui.bridge import listen
from app.ui.computer_chip import ComputerChip


def watch(chip: ComputerChip, monitor: Monitor) -> None:
    """For as long as the chip lives. What is only worth knowing, or was put aside, shows no sign."""

    def show() -> None:
        wrong = [alarm.what for alarm in monitor.alarms if alarm.level != "quiet"]
        chip.show_care(sentences(*wrong, *(alert_words(alert) for alert in monitor.loud)))

    listen(chip, lambda: monitor.alarmed.connect(show))
    listen(chip, lambda: monitor.alerts.changed.connect(show))
    show()
