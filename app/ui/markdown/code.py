"""Code cards: a frame whose lines are coloured as they come; the card's ground and head are painted by the browser."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCharFormat, QTextCursor, QTextFrame, QTextFrameFormat

from app.ui.markdown.highlighter import LineLexer, Piece
from app.ui.markdown.inlines import LINE_BREAK
from app.ui.markdown.long_words import breakable, joined
from app.ui.markdown.parser import clean
from app.ui.markdown.pen import INDENT_PX, Pen
from app.ui.markdown.style import PROPERTY_LANGUAGE

HEAD_PX = 32
GAP_PX = 6
BOTTOM_PX = 12
PADDING_PX = 12


@dataclass(frozen=True, slots=True)
class CodeCard:
    """A card in the document; `position` is where its text begins."""

    frame: QTextFrame
    position: int
    language: str

    def read_source(self) -> str:
        """The code as it was written."""
        cursor = QTextCursor(self.frame.firstCursorPosition())
        cursor.setPosition(self.frame.lastPosition(), QTextCursor.MoveMode.KeepAnchor)
        return joined(cursor.selectedText().replace("\u2029", "\n").replace(LINE_BREAK, "\n"))


class CodeWriter:
    """Writes one card at a time at the pen: `open`, lines, an unfinished last line, `close`."""

    def __init__(self, pen: Pen) -> None:
        self._pen = pen
        self.cards: list[CodeCard] = []
        self._frame: QTextFrame | None = None
        self._lexer = LineLexer("")
        self._empty = True
        self._partial: tuple[int, str] | None = None
        self._line = pen.style.block(bottom=0, px=pen.style.code_px)
        self._line.setLayoutDirection(Qt.LayoutDirection.LeftToRight)

    @property
    def is_open(self) -> bool:
        """Whether a card is being written."""
        return self._frame is not None

    def open(self, language: str, *, indent: int = 0) -> None:
        """A new card, `indent` steps to the right."""
        pen = self._pen
        pen.begin_frame()
        self._frame = pen.cursor.insertFrame(_frame_format(language, indent))
        self.cards.append(CodeCard(self._frame, self._frame.firstPosition(), language))
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
        self._empty = False

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
