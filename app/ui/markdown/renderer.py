"""Carries out the splitter's steps in a QTextDocument, replacing only its open end."""

from __future__ import annotations

from collections.abc import Sequence

from markdown_it.token import Token
from PySide6.QtGui import QTextBlockFormat, QTextCharFormat, QTextCursor, QTextDocument

from app.ui.markdown.blocks import BlockWriter
from app.ui.markdown.code import CodeCard, CodeWriter
from app.ui.markdown.parser import clean, plain_parser
from app.ui.markdown.pen import INDENT_PX, Pen
from app.ui.markdown.sights import Sights
from app.ui.markdown.steps import (
    CodeEnd,
    CodeLines,
    CodePartial,
    CodeStart,
    Commit,
    Freeze,
    Restart,
    Settle,
    Step,
    TableEnd,
    TableRows,
    TableStart,
    Tail,
    Thaw,
)
from app.ui.markdown.style import TextStyle
from app.ui.markdown.tables import TableWriter
from app.ui.markdown.tokens import parse
from app.ui.markdown.written_table import WrittenTable

LINES_A_CUT = 2


class DocRenderer:
    """Owns the content of `document`. GUI thread only."""

    def __init__(self, document: QTextDocument, style: TextStyle, sights: Sights | None = None) -> None:
        self.document, self.style = document, style
        self._sights = sights or Sights()
        document.setUndoRedoEnabled(False)
        document.setDocumentMargin(0)
        document.setIndentWidth(INDENT_PX)
        document.setDefaultFont(style.body_font)
        self._frozen: int | None = None
        self._start()

    def _start(self) -> None:
        self._pen = Pen(self.document, self.style)
        self._code = CodeWriter(self._pen, self._sights)
        self._tables = TableWriter(self._pen, self._sights)
        self._blocks = BlockWriter(self._pen, self._code, self._tables)
        self._keep_end()

    @property
    def cards(self) -> list[CodeCard]:
        """The code cards, from top to bottom."""
        return self._code.cards

    def fold_long_code(self, folds: bool) -> None:
        """Whether only the beginning of long code is shown: not while one reads it as it comes."""
        self._code.folds = folds

    @property
    def tables(self) -> list[WrittenTable]:
        """The tables, from top to bottom."""
        return self._tables.written

    def mend(self) -> int | None:
        """A long table that came while it was read gets its columns piece by piece: the place of the piece, or None."""
        return self._tables.mend()

    @property
    def open_table_top(self) -> int | None:
        """From where on a new row may change the table that is being written."""
        return self._tables.changing_position

    @property
    def first_changing_position(self) -> int:
        """Everything before it stays as it is in the next `apply`."""
        if self._code.is_open:
            return self._pen.cursor.position()
        return self._end if self._frozen is None else self._frozen

    def apply(self, steps: Sequence[Step]) -> None:
        """Carry out `steps` as one edit, so that the layout runs once."""
        self._pen.cursor.beginEditBlock()
        cursor = self._pen.cursor
        try:
            self._split_frozen()
            for step in steps:
                self._apply_one(step)
        finally:
            cursor.endEditBlock()

    def render(self, text: str) -> None:
        """Replace everything by `text`."""
        self.apply([Restart(), Commit(parse(clean(text)))])

    def render_plain(self, text: str) -> None:
        """Replace everything by `text` as typed: line breaks stay, only code is markup."""
        tokens = plain_parser().parse(clean(text))
        for child in (child for token in tokens for child in token.children or ()):
            if child.type == "softbreak":
                child.type = "hardbreak"
        self.apply([Restart(), Commit(tokens)])

    def _apply_one(self, step: Step) -> None:
        match step:
            case Freeze(tokens, joint):
                self._freeze(tokens, joint)
            case Thaw():
                self._frozen = None
            case Settle():
                self._drop_end()
                self._keep_end()
            case Tail(tokens) if self._frozen is not None:
                self._drop_end()
                self._blocks.write(tokens, goes_on=True)
            case Commit(tokens, number):
                self._frozen = None
                self._drop_end()
                self._blocks.write(tokens, number)
                self._keep_end()
            case Tail(tokens, number):
                self._drop_end()
                self._blocks.write(tokens, number)
            case CodeStart(language):
                self._drop_end()
                self._code.open(language)
            case CodeLines(lines):
                self._code.add_lines(lines)
            case CodePartial(text):
                self._code.show_partial(text)
            case CodeEnd():
                self._code.close()
                self._keep_end()
            case TableStart(tokens):
                self._drop_end()
                self._tables.open(tokens, grows=True)
            case TableRows(tokens):
                self._tables.add_rows(tokens)
            case TableEnd():
                self._tables.close()
                if self._tables.should_be_whole:
                    self._drop_end()
                    self._tables.write_whole()
                else:
                    self._tables.look_over()
                self._keep_end()
            case Restart():
                self._clear()

    def _freeze(self, tokens: Sequence[Token], joint: str) -> None:
        """Write the beginning of a paragraph that is still open; what follows goes on in its block."""
        self._drop_end()
        self._blocks.write(tokens, goes_on=self._frozen is not None)
        self._pen.cursor.insertText(joint, self.style.run())
        self._frozen = self._pen.cursor.position()

    def _split_frozen(self) -> None:
        """Cut the block of a frozen paragraph where a line begins, so that the lines above are not laid out again.

        Nothing is seen of it at this width. Only before an edit is it known where lines begin.
        """
        if self._frozen is None:
            return
        block = self.document.findBlock(self._frozen)
        lines = block.layout()
        last = lines.lineForTextPosition(self._frozen - block.position()).lineNumber() - 1
        if last < LINES_A_CUT:
            return
        place = block.position() + lines.lineAt(last).textStart()
        state, above = block.userState(), block.blockFormat()
        above.setLayoutDirection(block.textDirection())
        cursor = QTextCursor(self.document)
        cursor.setPosition(place)
        below = QTextBlockFormat(above)
        below.setTopMargin(0)
        cursor.insertBlock(below)
        cursor.block().setUserState(state)
        above.setBottomMargin(0)
        cursor.setPosition(place - 1)
        cursor.setBlockFormat(above)
        self._frozen += 1

    def _clear(self) -> None:
        cursor = self._pen.cursor
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.removeSelectedText()
        cursor.setBlockFormat(QTextBlockFormat())
        cursor.setCharFormat(QTextCharFormat())
        self._code.forget()
        self._tables.forget()
        self._pen.fresh = True
        self._keep_end()

    def _keep_end(self) -> None:
        """What stands now is finished; the open end begins here."""
        self._frozen = None
        self._end, self._end_fresh = self._pen.cursor.position(), self._pen.fresh
        self._end_format = self._pen.cursor.blockFormat()

    def _drop_end(self) -> None:
        """Remove the open end. An empty block takes the format of one deleted below it, so its own is put back."""
        cursor = self._pen.cursor
        if self._frozen is not None:
            cursor.setPosition(self._frozen)
            cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
            cursor.removeSelectedText()
            return
        cursor.setPosition(self._end)
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        if cursor.hasSelection():
            cursor.removeSelectedText()
            if cursor.atBlockStart():
                self._restore_block()
        elif self._end_fresh and not self._pen.fresh:
            self._restore_block()
        self._code.drop_cards_from(self._end)
        self._tables.drop_from(self._end)
        self._pen.fresh = self._end_fresh

    def _restore_block(self) -> None:
        self._pen.cursor.setBlockFormat(self._end_format)
