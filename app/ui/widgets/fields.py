"""Fields for choices and numbers. A wheel must not change what it passes; the style sheet cannot pad a spin box."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QSpinBox, QStyledItemDelegate, QWidget

CHOICE_PX = 220


class NumberField(QSpinBox):
    """A whole number; the wheel works only while the field has the focus."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lineEdit().setTextMargins(8, 0, 0, 0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Pass it on to the page."""
        super().wheelEvent(event) if self.hasFocus() else event.ignore()


class DecimalField(QDoubleSpinBox):
    """A number with decimals; the wheel works only while the field has the focus."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lineEdit().setTextMargins(8, 0, 0, 0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Pass it on to the page."""
        super().wheelEvent(event) if self.hasFocus() else event.ignore()


class Choice(QComboBox):
    """One of several; the wheel scrolls the page, not the choice under the mouse."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(QStyledItemDelegate(self))  # the style sheet does not reach the rows of Qt's own

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Pass it on to the page."""
        event.ignore()


def make_choice(choices: Sequence[tuple[object, str]], now: object, changed: Callable[[Any], object]) -> Choice:
    """A choice among pairs of value and words; `changed(value)` when the user takes another."""
    box = Choice()
    for value, words in choices:
        box.addItem(words, value)
    box.setCurrentIndex(max(0, box.findData(now)))
    box.activated.connect(lambda number: changed(box.itemData(number)))
    box.setFixedWidth(CHOICE_PX)
    return box
