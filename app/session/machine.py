"""Looks at this computer, away from the main thread."""

from __future__ import annotations

from collections.abc import Callable

from app.config.paths import models_folder
from app.machine.snapshot import Machine, take_snapshot
from app.session.desk import Desk


def look(desk: Desk, done: Callable[[Machine], object]) -> None:
    """A fresh snapshot; asking the graphics driver can take a second."""
    desk.jobs.run(lambda: take_snapshot(models_folder(desk.home, desk.settings.models_folder)), done)
