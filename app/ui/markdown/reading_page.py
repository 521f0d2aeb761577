"""How a page of the conversation behaves: it is read, selected and copied, scrolls nothing itself and loads nothing."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QFocusEvent, QKeyEvent, QTextOption
from PySide6.QtWidgets import QFrame, QTextEdit, QWidget

from app.ui.markdown.copying import selection_data
from app.ui.markdown.sideways import SidewaysPage

_SCROLL_KEYS = frozenset((Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Up, Qt.Key.Key_Down))


class ReadingPage(SidewaysPage):
    """Read only; as wide as it is told to be, and as high as its text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._told_width = -1
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextBrowserInteraction | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setAttribute(Qt.WidgetAttribute.WA_StaticContents)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_StaticContents)

    def set_width(self, width: int) -> None:
        """Lay the text out for `width`."""
        if self._told_width == width == self.document().textWidth():
            return  # asked for with every flush
        self._told_width = width
        if self.width() != width:
            self.resize(width, self.height())
        if self.lineWrapColumnOrWidth() != width or self.document().textWidth() != width:
            self.setLineWrapColumnOrWidth(width)
        # Otherwise Qt lays the whole text out again when the page is shown, or only gets another height.
        if self.lineWrapMode() != QTextEdit.LineWrapMode.FixedPixelWidth:
            self.setLineWrapMode(QTextEdit.LineWrapMode.FixedPixelWidth)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Scroll keys go to the conversation unless they extend a selection."""
        if event.key() in _SCROLL_KEYS and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            event.ignore()
            return
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Keep the selection for the context menu, forget it otherwise, so that only one message shows one."""
        super().focusOutEvent(event)
        kept = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
        if event.reason() not in kept and self.textCursor().hasSelection():
            cursor = self.textCursor()
            cursor.clearSelection()
            self.setTextCursor(cursor)

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        """Nothing is ever loaded because of what a model wrote."""
        return None

    def createMimeDataFromSelection(self) -> QMimeData:
        """Clean text, and the rich text for word processors."""
        return selection_data(self.textCursor())
