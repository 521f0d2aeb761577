"""A backup a day by itself, the last seven kept. Not of chats in a vault: they would need a passphrase each time."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path

from app.config.paths import Home
from app.core.errors import CarrelError
from app.session.backup.manifest import ENDING
from app.session.backup.writing import Backup
from app.session.desk import Desk

KEPT = 7
DUE_S = 20 * 3600.0  # somebody who starts a little earlier each day still gets one a day


def backups_folder(home: Home) -> Path:
    return home.root / "backups"


def tend_backups(desk: Desk, done: Callable[[Path], object], failed: Callable[[CarrelError], object]) -> bool:
    """Make today's when it is wanted and due; whether it was begun."""
    if not desk.settings.daily_backup or desk.vault.is_on or not is_due(desk.home, time.time()):
        return False
    folder = backups_folder(desk.home)
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, exist_ok=True)

    def made(path: Path, _: object) -> None:
        remove_oldest(folder)
        done(path)

    Backup(desk, folder / f"carrel-{time.strftime('%Y-%m-%d')}{ENDING}", made, failed).start()
    return True


def is_due(home: Home, now_s: float) -> bool:
    """Whether the last one is a day old, or there is none."""
    times = [file.stat().st_mtime for file in backups_folder(home).glob(f"carrel-*{ENDING}")]
    return not times or not 0 <= now_s - max(times) < DUE_S


def remove_oldest(folder: Path) -> None:
    """Keep the last seven. Files of other names are the user's."""
    files = sorted(folder.glob(f"carrel-*{ENDING}"), key=lambda file: file.stat().st_mtime)
    for file in files[:-KEPT]:
        with contextlib.suppress(OSError):
            file.unlink()
