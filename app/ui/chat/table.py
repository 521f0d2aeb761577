"""What can be done with the table in an answer: into a spreadsheet, or into a file."""

from __future__ import annotations

import re

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.core.words import say
from app.ui.fonts import SMALL_PX, ui_font
from app.ui.widgets.buttons import TextButton

BUTTON_PX = 28
_RULE = re.compile(r"^\s*\|?\s*:?-+:?\s*\|[\s|:-]*$", re.MULTILINE)


def holds_table(markdown: str) -> bool:
    """Whether there is a table in it."""
    return _RULE.search(markdown) is not None


class TablePart(QWidget):
    """Two quiet buttons. `wanted("copy")` or `wanted("save")`."""

    wanted = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.copy = TextButton(say("Copy for a spreadsheet"), self, kind="quiet", picture="copy")
        self.save = TextButton(say("Save as CSV…"), self, kind="quiet", picture="download")
        for button, act in ((self.copy, "copy"), (self.save, "save")):
            button.setFont(ui_font(SMALL_PX))
            button.clicked.connect(lambda _=False, act=act: self.wanted.emit(act))

    def fit(self, width: int) -> int:
        """Side by side."""
        left = -8
        for button in self.focus_chain():
            wide = button.sizeHint().width()
            button.setGeometry(left, 0, wide, BUTTON_PX)
            left += wide + 4
        return BUTTON_PX

    def focus_chain(self) -> list[QWidget]:
        """In reading order."""
        return [self.copy, self.save]
