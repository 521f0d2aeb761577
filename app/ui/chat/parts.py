"""What the parts of an answer's row share. Each is laid out by `fit(width)`, which returns its height."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QWidget

from app.ui.fonts import SMALL_PX, figure_font
from app.ui.icons import icon
from app.ui.widgets.buttons import IconButton

LINE_PX = 28
FOLD_PX, TRIM_PX = 14, 4
"""A chevron, and the empty margin at its left that is cut off, so that it stands in line with the text below."""
SIGN_PX = 20
"""Room for a sign before a line of words."""


class Part(Protocol):
    """What a row can stack."""

    def fit(self, width: int) -> int:
        """Lay out for `width`; the height needed."""


class FoldButton(IconButton):
    """A quiet line of words with a chevron that opens what is below it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("chevron-right", "", parent, kind="fold", px=FOLD_PX)
        self.setIconSize(QSize(FOLD_PX - TRIM_PX, FOLD_PX))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setCheckable(True)
        self.setFont(figure_font(SMALL_PX))
        self.toggled.connect(self._on_toggled)

    def set_words(self, words: str, width: int) -> None:
        """Show `words`, shortened to `width`."""
        room = max(20, width - FOLD_PX - 24)
        shown = QFontMetrics(self.font()).elidedText(words, Qt.TextElideMode.ElideRight, room)
        if shown != self.text():
            self.setText(shown)
        self.setAccessibleName(words)
        self.setToolTip(words if shown != words else "")

    def _draw(self) -> None:
        self.setIcon(icon(self._picture, self._role, FOLD_PX, trim_px=TRIM_PX))

    def _on_toggled(self, opened: bool) -> None:
        self.set_picture("chevron-down" if opened else "chevron-right")
