"""What to know about a document, above its text: the first lines at once, the rest on request."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from app.core.words import say
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.labels import make_label

FEW, MOST_PX = 3, 180


class Warnings(QWidget):
    """Hidden while there is nothing to say. Long lists scroll instead of pushing the text away."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = make_label("", "care")
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.more = TextButton("", kind="quiet")
        self.more.clicked.connect(lambda: self._show(len(self._lines)))
        self._lines: tuple[str, ...] = ()
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self.words)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self._scroll)
        column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)

    def show_lines(self, lines: Sequence[str]) -> None:
        """Say these; the same ones stay as far open as they are."""
        if tuple(lines) != self._lines:
            self._lines = tuple(lines)
            self._show(FEW)
        self.setVisible(bool(lines))
        self.fit()

    def fit(self) -> None:
        """As high as the words are at this width, within reason."""
        width = max(1, self.width())
        self._scroll.setFixedHeight(min(MOST_PX, max(18, self.words.heightForWidth(width - 2))))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.fit()

    def _show(self, count: int) -> None:
        self.words.setText("\n".join(self._lines[:count]))
        rest = len(self._lines) - count
        self.more.setVisible(rest > 0)
        self.more.rename(say("{count} more notes", count=rest))
        self.fit()
