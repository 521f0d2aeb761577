"""A name and a value beside it, or below it where the value is a word too long for the room."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel

GAP_PX = 12


class FactRow(QHBoxLayout):
    """Fill it with `fill`. Its longest word is never cut while it fits into the width of the whole row."""

    def __init__(self) -> None:
        super().__init__()
        self.setSpacing(GAP_PX)
        self._name: QLabel | None = None
        self._value: QLabel | None = None

    def fill(self, name: QLabel, value: QLabel) -> None:
        """The name, of a fixed width, and the value, which wraps."""
        self._name, self._value = name, value
        self.addWidget(name)
        self.addWidget(value, 1)

    def hasHeightForWidth(self) -> bool:
        """Lines depend on the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Worked out without turning the row: a layout asks for widths that it does not give in the end."""
        if self._name is None or self._value is None:
            return 0
        name_px = self._name.sizeHint().height()
        if self._stands_below(width):
            return name_px + self._value.heightForWidth(width)
        return max(name_px, self._value.heightForWidth(width - self._name.maximumWidth() - GAP_PX))

    def minimumHeightForWidth(self, width: int) -> int:
        """No less."""
        return self.heightForWidth(width)

    def setGeometry(self, rect: QRect) -> None:
        """Turn the row to how it fits, and place both."""
        below = self._stands_below(rect.width())
        turned = QBoxLayout.Direction.TopToBottom if below else QBoxLayout.Direction.LeftToRight
        if self.direction() != turned:
            self.setDirection(turned)
            self.setSpacing(0 if below else GAP_PX)
        super().setGeometry(rect)

    def _stands_below(self, width: int) -> bool:
        if self._name is None or self._value is None:
            return False
        metrics = self._value.fontMetrics()
        word_px = max((metrics.horizontalAdvance(word) for word in self._value.text().split()), default=0)
        return word_px > width - self._name.maximumWidth() - GAP_PX
