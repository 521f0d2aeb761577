"""The column in the middle that people read and write in."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

COLUMN_PX = 760 + 2 * 16


def stacked(*widgets: QWidget) -> QWidget:
    """One below the other; what is hidden takes no room, not even a gap."""
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(8)
    for widget in widgets:
        column.addWidget(widget)
    return holder


def centred(widget: QWidget) -> QWidget:
    """At most as wide as the reading column, in its middle."""
    holder = QWidget()
    widget.setMaximumWidth(COLUMN_PX)
    row = QHBoxLayout(holder)
    row.setContentsMargins(16, 0, 16, 0)
    row.addStretch(1)
    row.addWidget(widget, 1000)
    row.addStretch(1)
    return holder
