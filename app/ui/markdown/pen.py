"""The place where a renderer writes: a cursor, and whether its block is still untouched."""

from __future__ import annotations

from PySide6.QtGui import QTextBlockFormat, QTextCharFormat, QTextCursor, QTextDocument, QTextFrame

from app.ui.markdown.style import TextStyle

INDENT_PX = 24


class Pen:
    """Writes at the end of `document`. `fresh` means: the current block is empty and may be used as it is."""

    def __init__(self, document: QTextDocument, style: TextStyle) -> None:
        self.document, self.style = document, style
        self.cursor = QTextCursor(document)
        self.fresh = True

    def begin_block(self, block: QTextBlockFormat, text: QTextCharFormat | None = None) -> None:
        """A new paragraph in format `block`."""
        run = text or self.style.run()
        if self.fresh:
            self.cursor.setBlockFormat(block)
            self.cursor.setBlockCharFormat(run)
            self.cursor.setCharFormat(run)
            self.fresh = False
        else:
            self.cursor.insertBlock(block, run)

    def begin_frame(self) -> None:
        """An empty block for a frame or table to take the place of."""
        if self.fresh:
            self.cursor.setBlockFormat(hairline())
        else:
            self.cursor.insertBlock(hairline(), self.style.run())
        self.fresh = True

    def leave_frame(self, frame: QTextFrame) -> None:
        """Go on below `frame`. The block there is one pixel high until something is written in it."""
        self.cursor.setPosition(frame.lastPosition() + 1)
        self.fresh = True
        self.cursor.setBlockFormat(hairline())


def hairline() -> QTextBlockFormat:
    """A block of one pixel, for the empty block that Qt needs between and behind frames."""
    made = QTextBlockFormat()
    made.setLineHeight(1, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
    return made
