"""Saves a support bundle where the user wants it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from app.core.words import say
from app.session.desk import Desk
from app.session.support import write_bundle
from app.ui.notices import Notices


def save_support_bundle(parent: QWidget, desk: Desk, notices: Notices) -> None:
    """Ask for a file, write logs and facts into it, say so."""
    today = datetime.now().astimezone().date().isoformat()
    place = str(Path.home() / f"carrel-support-{today}.zip")
    name, _ = QFileDialog.getSaveFileName(parent, say("Save support bundle"), place, "ZIP (*.zip)")

    def done(path: Path) -> None:
        folder = QUrl.fromLocalFile(str(path.parent))
        words = say("{name} is saved. It holds no chats and no documents.", name=path.name)
        notices.tell(words, say("Show the folder"), lambda: QDesktopServices.openUrl(folder))

    if name:
        write_bundle(desk, Path(name), done, lambda error: notices.tell_error(str(error)))
