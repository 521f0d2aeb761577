"""Files dragged in from the desktop."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QDropEvent


def dropped_files(event: QDropEvent) -> list[Path]:
    """The local files of a drag; addresses elsewhere are left out."""
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]


def accept_files(event: QDropEvent) -> None:
    """Accept a drag that carries local files."""
    if dropped_files(event):
        event.acceptProposedAction()
    else:
        event.ignore()
