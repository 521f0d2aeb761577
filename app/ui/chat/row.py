"""What every row of the conversation is: a widget laid out by hand in the reading column, so that it costs little."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QWidget

from app.ui.markdown.browser import MarkdownBrowser

COLUMN_PX = 760
SIDE_PX = 24
SLACK_PX = 6000
"""How much taller than its text a streaming row is kept: every resize would repaint all of it."""


def column(width: int) -> tuple[int, int]:
    """(left, width) of the reading column in a view `width` wide."""
    inner = max(120, min(COLUMN_PX, width - 2 * SIDE_PX))
    return (width - inner) // 2, inner


class MessageRow(QWidget):
    """What both kinds share. `needs_layout` asks the view to `fit` the row again, `reveal_wanted(top, bottom)` to
    scroll to a stretch of it.
    """

    needs_layout = Signal()
    action_requested = Signal(str)
    link_activated = Signal(str)
    reveal_wanted = Signal(int, int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StaticContents)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.browser: MarkdownBrowser

    def fit(self, width: int) -> int:
        """Lay out for a view `width` wide; the row's height."""
        raise NotImplementedError

    def focus_chain(self) -> list[QWidget]:
        """What Tab reaches, in reading order."""
        raise NotImplementedError

    def take_paint_s(self) -> float:
        """Seconds spent painting the text since the last call."""
        return self.browser.take_paint_s()
