"""What the parts of an answer's row share. Each is laid out by `fit(width)`, which returns its height."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QWidget

from app.ui.fonts import SMALL_PX, figure_font
from app.ui.widgets.buttons import IconButton

LINE_PX = 28
SIGN_PX = 20
"""Room for a sign before a line of words."""


class Part(Protocol):
    """What a row can stack."""

    def fit(self, width: int) -> int:
        """Lay out for `width`; the height needed."""


class FoldButton(IconButton):
    """A quiet line of words with a chevron that opens what is below it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("chevron-right", "", parent, kind="fold", px=14)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setCheckable(True)
        self.setFont(figure_font(SMALL_PX))
        self.toggled.connect(self._on_toggled)

    def set_words(self, words: str, width: int) -> None:
        """Show `words`, shortened to `width`."""
        room = max(20, width - 14 - 24)
        shown = QFontMetrics(self.font()).elidedText(words, Qt.TextElideMode.ElideRight, room)
        if shown != self.text():
            self.setText(shown)
        self.setAccessibleName(words)
        self.setToolTip(words if shown != words else "")

    def _on_toggled(self, opened: bool) -> None:
        self.set_picture("chevron-down" if opened else "chevron-right")
