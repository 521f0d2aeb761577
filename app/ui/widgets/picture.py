"""An icon that stands by itself and follows the theme."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QLabel, QWidget

from app.ui.icons import icon


class Picture(QLabel):
    """Says nothing to screen readers: the words beside it do."""

    def __init__(self, name: str, parent: QWidget | None = None, *, px: int = 18, role: str = "quiet") -> None:
        super().__init__(parent)
        self._name, self._px, self._role = name, px, role
        self.setFixedSize(px, px)
        self._draw()

    def set_name(self, name: str) -> None:
        """Show another icon."""
        if name != self._name:
            self._name = name
            self._draw()

    def changeEvent(self, event: QEvent) -> None:
        """A new theme brings a new colour."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_name"):
            self._draw()

    def _draw(self) -> None:
        self.setPixmap(icon(self._name, self._role, self._px).pixmap(self._px, self._px))
