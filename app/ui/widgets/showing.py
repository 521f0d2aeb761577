"""Showing a widget that has no place yet."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def show_in_place(widget: QWidget, *, on: bool) -> None:
    """Show or hide a part. One without a place yet appears with it: at once it would be a window for a moment."""
    if on and widget.parentWidget() is None:
        widget.setAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide, False)
    else:
        widget.setVisible(on)
