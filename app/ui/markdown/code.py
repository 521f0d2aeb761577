"""Code cards: a frame whose lines are coloured as they come; the card's ground and head are painted by the browser.

A line stays a line, however long, unless the reader wants it wrapped. Of long code only the beginning is shown until
the reader wants all of it; but what is read while it comes is never folded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextBlock, QTextBlockFormat, QTextCharFormat, QTextCursor, QTextFrame, QTextFrameFormat

from app.ui.markdown.highlighter import LineLexer, Piece
from app.ui.markdown.inlines import LINE_BREAK
from app.ui.markdown.long_words import breakable, joined
from app.ui.markdown.parser import clean
from app.ui.markdown.pen import INDENT_PX, Pen
from app.ui.markdown.sights import Sight, Sights
from app.ui.markdown.style import PROPERTY_LANGUAGE

HEAD_PX = 32
GAP_PX = 6
BOTTOM_PX = 12
PADDING_PX = 12
FOOT_PX = 30
MOST_LINES = 40
"""Longer code is folded to so many lines that it is worth it:"""
FOLDED_LINES = 30


@dataclass(frozen=True, slots=True)
class CodeCard:
    """A card in the document; `position` is where its text begins."""

    frame: QTextFrame
    position: int
    language: str
    sight: Sight

    def blocks(self) -> Iterator[QTextBlock]:
        """Its lines."""
        block, end = self.frame.firstCursorPosition().block(), self.frame.lastPosition()
        while block.isValid() and block.position() <= end:
            yield block
            block = block.next()

    @property
    def has_foot(self) -> bool:
        """Whether there is room for the words that fold and unfold it."""
        return self.frame.frameFormat().bottomMargin() > BOTTOM_PX

    @property
    def line_count(self) -> int:
        """How many lines it has, shown or not."""
        document = self.frame.document()
        last = document.findBlock(self.frame.lastPosition()).blockNumber()
        return last - document.findBlock(self.position).blockNumber() + 1

    def holds(self, position: int) -> bool:
        """Whether this place in the document is in its code."""
        return self.frame.firstPosition() <= position <= self.frame.lastPosition()

    def set_wraps(self, wraps: bool) -> None:
        """Break long lines, or let them be scrolled."""
        self.sight.wraps, self.sight.x = wraps, 0
        cursor = QTextCursor(self.frame.firstCursorPosition())
        cursor.setPosition(self.frame.lastPosition(), QTextCursor.MoveMode.KeepAnchor)
        look = QTextBlockFormat()
        look.setNonBreakableLines(not wraps)
        cursor.mergeBlockFormat(look)

    def set_opened(self, opened: bool) -> None:
        """Show all lines, or only the first."""
        self.sight.opened = opened
        self.show_lines()

    def show_lines(self) -> None:
        """As many as its sight wants."""
        first = None
        for number, block in enumerate(self.blocks()):
            if number >= FOLDED_LINES:
                first = first or block
                block.setVisible(self.sight.opened)
        look = self.frame.frameFormat()
        look.setBottomMargin(BOTTOM_PX + FOOT_PX)
        self.frame.setFrameFormat(look)
        if first is not None:
            self.frame.document().markContentsDirty(first.position(), self.frame.lastPosition() - first.position() + 1)

    def read_source(self) -> str:
        """The code as it was written."""
        cursor = QTextCursor(self.frame.firstCursorPosition())
        cursor.setPosition(self.frame.lastPosition(), QTextCursor.MoveMode.KeepAnchor)
        return joined(cursor.selectedText().replace("\u2029", "\n").replace(LINE_BREAK, "\n"))


class CodeWriter:
    """Writes one card at a time at the pen: `open`, lines, an unfinished last line, `close`."""

    def __init__(self, pen: Pen, sights: Sights) -> None:
        self._pen, self._sights = pen, sights
        self.folds = True
        self._lines = 1
        self.cards: list[CodeCard] = []
        self._frame: QTextFrame | None = None
        self._lexer = LineLexer("")
        self._empty = True
        self._partial: tuple[int, str] | None = None
        self._line = pen.style.block(bottom=0, px=pen.style.code_px)
        self._line.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self._line.setNonBreakableLines(True)

    @property
    def is_open(self) -> bool:
        """Whether a card is being written."""
        return self._frame is not None

    def open(self, language: str, *, indent: int = 0) -> None:
        """A new card, `indent` steps to the right."""
        pen = self._pen
        pen.begin_frame()
        self._frame = pen.cursor.insertFrame(_frame_format(language, indent))
        sight = self._sights.of_code(len(self.cards))
        self.cards.append(CodeCard(self._frame, self._frame.firstPosition(), language, sight))
        self._line.setNonBreakableLines(not sight.wraps)
        self._lines = 1
        pen.cursor.setPosition(self._frame.firstPosition())
        pen.cursor.setBlockFormat(self._line)
        pen.cursor.setBlockCharFormat(pen.style.code)
        self._lexer, self._empty, self._partial = LineLexer(language), True, None

    def add_lines(self, lines: Sequence[str]) -> None:
        """Complete lines."""
        reuse = self._drop_partial()
        for line in lines:
            self._begin_line(reuse=reuse)
            reuse = False
            self._write(line, self._lexer.read_line(line))

    def show_partial(self, text: str) -> None:
        """The unfinished last line, in place of the one before."""
        if self._partial and self._partial[1] == text:
            return
        reuse = self._drop_partial()
        if not text:
            self._partial = (self._pen.cursor.position(), "") if reuse else None
            return
        self._begin_line(reuse=reuse)
        self._partial = (self._pen.cursor.position(), text)
        self._write(text, self._lexer.read_line(text, keep=False))

    def close(self) -> None:
        """End the card and go on below it."""
        frame = self._frame
        if frame is None:
            return
        if self._drop_partial() and self._pen.cursor.block().position() > frame.firstPosition():
            self._pen.cursor.deletePreviousChar()
        self._frame = None
        self._pen.leave_frame(frame)

    def drop_cards_from(self, position: int) -> None:
        """Forget the cards that begin at or after `position`: their text is gone."""
        while self.cards and self.cards[-1].position >= position:
            self.cards.pop()

    def forget(self) -> None:
        """Begin anew: the document was emptied."""
        self.cards.clear()
        self._frame = self._partial = None

    def _begin_line(self, *, reuse: bool) -> None:
        if not (self._empty or reuse):
            self._pen.cursor.insertBlock(self._line, self._pen.style.code)
            self._lines += 1
            if self._lines > MOST_LINES:
                self._fold_line()
        self._empty = False

    def _fold_line(self) -> None:
        """There are too many lines now. What is read while it comes stays open, also when the row is built again."""
        card = self.cards[-1]
        if not self.folds:
            card.sight.opened = True
        elif self._lines == MOST_LINES + 1:
            card.show_lines()
        elif not card.sight.opened:
            self._pen.cursor.block().setVisible(False)

    def _drop_partial(self) -> bool:
        """Clear the unfinished line; true when an empty line stands ready for use."""
        frame, cursor = self._frame, self._pen.cursor
        if frame is None:
            return False
        if self._partial is None:
            cursor.setPosition(frame.lastPosition())
            return False
        cursor.setPosition(self._partial[0])
        cursor.setPosition(frame.lastPosition(), QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        self._partial = None
        return True

    def _write(self, text: str, pieces: Sequence[Piece]) -> None:
        """`text` in runs of one format; what the lexer left out stays plain."""
        cursor, style = self._pen.cursor, self._pen.style
        runs: list[tuple[str, QTextCharFormat]] = []
        done = 0
        for start, length, kind in pieces:
            end = min(start + length, len(text))
            if start < done or end <= start:
                continue
            if start > done:
                runs.append((text[done:start], style.code))
            look = style.syntax(kind)
            if runs and runs[-1][1] is look:
                runs[-1] = (runs[-1][0] + text[start:end], look)
            else:
                runs.append((text[start:end], look))
            done = end
        if done < len(text):
            runs.append((text[done:], style.code))
        for words, look in runs:
            cursor.insertText(breakable(clean(words)), look)


def _frame_format(language: str, indent: int) -> QTextFrameFormat:
    made = QTextFrameFormat()
    made.setPadding(PADDING_PX)
    # Text sits low in its fixed line, so the head overlaps the padding a little.
    made.setTopMargin(HEAD_PX + GAP_PX - 5)
    made.setBottomMargin(BOTTOM_PX)
    made.setLeftMargin(indent * INDENT_PX)
    made.setBorder(0)
    made.setProperty(PROPERTY_LANGUAGE, language)
    return made
