"""Keeps many chips to a few lines: more of them scroll."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea

from app.ui.chat.file_chips import FileChips

MOST_PX = 176  # five lines


class ChipArea(QScrollArea):
    """Around `chips`, as high as they are within reason; hidden with them. Tab brings a chip into view."""

    def __init__(self, chips: FileChips) -> None:
        super().__init__()
        self._chips = chips
        self.setWidget(chips)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        chips.setAutoFillBackground(False)
        chips.changed.connect(self._fit)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """The focus moves as elsewhere; what gets it is brought into view."""
        moved = super().focusNextPrevChild(forward)
        focus = self.focusWidget()
        if moved and self._chips.isAncestorOf(focus):
            self.ensureWidgetVisible(focus, 0, 4)
        return moved

    def _fit(self) -> None:
        self.setVisible(bool(self._chips.items))
        layout = self._chips.layout()
        assert layout is not None
        height = layout.heightForWidth(max(1, self.viewport().width()))
        self.setFixedHeight(max(1, min(MOST_PX, height)))
