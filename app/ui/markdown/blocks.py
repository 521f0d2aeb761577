"""Writes block tokens at the pen: headings, paragraphs, lists, quotes, rules, and hands code and tables on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markdown_it.token import Token
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QTextCursor, QTextFormat, QTextLength, QTextList, QTextListFormat

from app.ui.formulas.drawing import insert_formula
from app.ui.formulas.maker import Wish
from app.ui.markdown.code import CodeWriter
from app.ui.markdown.direction import is_right_to_left
from app.ui.markdown.inlines import LINE_BREAK, write_inline
from app.ui.markdown.parser import clean
from app.ui.markdown.pen import Pen
from app.ui.markdown.style import HEADING_PX, PROPERTY_BULLET, STATE_HAS_CODE, STATE_PLAIN, Marks
from app.ui.markdown.tables import TableWriter
from app.ui.markdown.tokens import code_language, list_start

QUOTE_PX = 16


@dataclass(slots=True)
class _OpenList:
    look: QTextListFormat
    made: QTextList | None = None


class BlockWriter:
    """Walks a flat token list once; what is nested is counted, not recursed into."""

    def __init__(self, pen: Pen, code: CodeWriter, tables: TableWriter) -> None:
        self._pen, self._code, self._tables = pen, code, tables
        self._lists: list[_OpenList] = []
        self._item: _OpenList | None = None
        self._item_text = False
        self._quote = 0
        self._heading = 0
        self._first_number: int | None = None
        self._goes_on = False

    def write(self, tokens: Sequence[Token], first_number: int | None = None, *, goes_on: bool = False) -> None:
        """Write `tokens`; a top-level ordered list goes on from `first_number`.

        When it `goes_on`, the first paragraph is the rest of the one at the pen.
        """
        self._goes_on = goes_on
        self._lists, self._item, self._quote, self._heading = [], None, 0, 0
        self._first_number = first_number
        i = 0
        while i < len(tokens):
            if tokens[i].type == "table_open":
                i = self._write_table(tokens, i)
            else:
                self._take(tokens[i])
            i += 1

    def _take(self, token: Token) -> None:
        kind = token.type
        if kind == "inline":
            self._write_text(token)
        elif kind in ("fence", "code_block"):
            self._write_code(token)
        elif kind in ("heading_open", "heading_close"):
            self._heading = int(token.tag[1]) if kind == "heading_open" else 0
        elif kind in ("bullet_list_open", "ordered_list_open"):
            self._finish_item()
            self._lists.append(_OpenList(self._list_format(token)))
        elif kind in ("bullet_list_close", "ordered_list_close"):
            self._lists.pop()
            self._first_number = None
        elif kind == "list_item_open":
            self._item = self._lists[-1]
        elif kind == "list_item_close":
            self._finish_item()
        elif kind in ("blockquote_open", "blockquote_close"):
            self._quote += 1 if kind == "blockquote_open" else -1
        elif kind == "math_block":
            self._write_formula(token.content)
        elif kind == "hr":
            self._write_rule()
        elif kind == "html_block":
            self._write_literal(token.content)

    def _list_format(self, token: Token) -> QTextListFormat:
        look = QTextListFormat()
        depth = len(self._lists) + 1
        look.setIndent(depth)
        if "contains-task-list" in str(token.attrGet("class") or ""):
            look.setStyle(QTextListFormat.Style.ListStyleUndefined)
            return look
        if token.type == "bullet_list_open":
            look.setStyle(QTextListFormat.Style.ListStyleUndefined)
            look.setProperty(PROPERTY_BULLET, depth)
            return look
        look.setStyle(QTextListFormat.Style.ListDecimal)
        look.setNumberSuffix(".")
        start = list_start(token)
        if depth == 1 and self._quote == 0 and self._first_number is not None:
            start = self._first_number
        look.setStart(start)
        return look

    def _finish_item(self) -> None:
        """An item that began with a list, or had no text at all, still shows its mark."""
        if self._item is not None:
            self._begin_paragraph()

    def _begin_paragraph(self, *, right_to_left: bool = False) -> None:
        """A paragraph at the present depth of lists and quotes; the first of an item carries its mark."""
        style, depth = self._pen.style, len(self._lists)
        block = style.block(top=0 if depth else self._gap_after_list(), bottom=4 if depth else 10)
        if self._quote:
            if right_to_left:
                block.setRightMargin(QUOTE_PX * self._quote)
            else:
                block.setLeftMargin(QUOTE_PX * self._quote)
            block.setProperty(QTextFormat.Property.BlockQuoteLevel, self._quote)
        if depth and self._item is None:
            block.setIndent(depth)
        self._pen.begin_block(block)
        if self._item is not None:
            self._join_list(self._item)
            self._item = None

    def _gap_after_list(self) -> int:
        """Items stand close together; what follows the last one needs the paragraph's distance."""
        block = self._pen.cursor.block()
        after_item = not self._pen.fresh and (block.blockFormat().indent() or QTextCursor(block).currentList())
        return 6 if after_item else 0

    def _join_list(self, item: _OpenList) -> None:
        if item.made is None:
            item.made = self._pen.cursor.createList(item.look)
        else:
            item.made.add(self._pen.cursor.block())

    def _write_text(self, token: Token) -> None:
        if self._heading:
            self._write_heading(token)
            return
        goes_on, self._goes_on = self._goes_on, False
        if not goes_on:
            self._begin_paragraph(right_to_left=self._quote > 0 and is_right_to_left(token.content))
        had_code = goes_on and self._pen.cursor.block().userState() == STATE_HAS_CODE
        self._write_inline(token.children or [], Marks(quiet=self._quote > 0))
        if had_code:
            self._pen.cursor.block().setUserState(STATE_HAS_CODE)

    def _write_heading(self, token: Token) -> None:
        self._finish_item()
        px = HEADING_PX.get(self._heading, self._pen.style.px + 1)
        block = self._pen.style.block(top=14 if self._pen.cursor.position() else 0, bottom=6, px=px, height=1.35)
        block.setHeadingLevel(self._heading)
        if self._lists:
            block.setIndent(len(self._lists))
        marks = Marks(bold=True, px=px)
        self._pen.begin_block(block, self._pen.style.run(marks))
        self._write_inline(token.children or [], marks)

    def _write_inline(self, children: Sequence[Token], marks: Marks) -> None:
        write_inline(self._pen.cursor, self._pen.style, children, marks)
        has_code = any(child.type == "code_inline" for child in children)
        self._pen.cursor.block().setUserState(STATE_HAS_CODE if has_code else STATE_PLAIN)

    def _write_code(self, token: Token) -> None:
        self._finish_item()
        self._code.open(code_language(token.info) if token.type == "fence" else "", indent=len(self._lists))
        body = token.content.removesuffix("\n")
        if token.content:
            self._code.add_lines(body.split("\n"))
        self._code.close()

    def _write_table(self, tokens: Sequence[Token], start: int) -> int:
        self._finish_item()
        end = next(i for i in range(start, len(tokens)) if tokens[i].type == "table_close")
        self._tables.open(tokens[start : end + 1], indent=len(self._lists))
        self._tables.add_rows(tokens[start : end + 1])
        self._tables.close()
        return end

    def _write_formula(self, tex: str) -> None:
        self._finish_item()
        block = self._pen.style.block(top=6, bottom=14)
        block.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._pen.begin_block(block, self._pen.style.run(Marks(tex="block")))
        base = self._pen.style.run(Marks(quiet=self._quote > 0))
        if not insert_formula(self._pen.cursor, base, Wish(tex, True), self._pen.style.px):
            self._insert_lines(tex)

    def _write_rule(self) -> None:
        self._finish_item()
        block = self._pen.style.block(top=6, bottom=12)
        whole = QTextLength(QTextLength.Type.PercentageLength, 100)
        block.setProperty(QTextFormat.Property.BlockTrailingHorizontalRulerWidth, whole)
        block.setBackground(QColor(self._pen.style.colours.border))
        self._pen.begin_block(block)

    def _write_literal(self, text: str) -> None:
        self._begin_paragraph()
        self._insert_lines(text.rstrip("\n"))

    def _insert_lines(self, text: str) -> None:
        look = self._pen.cursor.blockCharFormat()
        self._pen.cursor.insertText(clean(text).replace("\n", LINE_BREAK), look)
