"""Formats for every kind of text, made once a theme and shared by all messages."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from pygments.token import Comment, Generic, Keyword, Name, Number, Operator, String, _TokenType
from PySide6.QtGui import QColor, QFont, QTextBlockFormat, QTextCharFormat, QTextFormat

from app.ui.colours import Tokens
from app.ui.fonts import BODY_PX, LINE_HEIGHT, mono_font, ui_font

PROPERTY_LANGUAGE = int(QTextFormat.Property.UserProperty) + 1
"""On a frame: the code card's language."""
PROPERTY_TEX = int(QTextFormat.Property.UserProperty) + 2
"""On text: it is a formula's source; `inline` or `block`."""
PROPERTY_CODE = int(QTextFormat.Property.UserProperty) + 3
"""On text: inline code, padded by a thin space at both ends."""
PROPERTY_TASK = int(QTextFormat.Property.UserProperty) + 4
"""On text: a task's box; 1 when done, 0 when open."""
PROPERTY_BULLET = int(QTextFormat.Property.UserProperty) + 5
"""On a list: its depth; its bullets are painted by hand."""

STATE_PLAIN, STATE_HAS_CODE = -1, 1
"""A block's user state: whether it holds inline code, whose ground is painted by hand."""

HEADING_PX = {1: 21, 2: 18, 3: 16}

_SYNTAX = (
    (Comment, "syntax_comment"),
    (String, "syntax_string"),
    (Number, "syntax_number"),
    (Keyword.Type, "syntax_type"),
    (Keyword, "syntax_keyword"),
    (Name.Class, "syntax_type"),
    (Name.Decorator, "syntax_type"),
    (Name.Exception, "syntax_type"),
    (Name.Function, "syntax_name"),
    (Name.Builtin, "syntax_name"),
    (Name.Tag, "syntax_keyword"),
    (Name.Attribute, "syntax_name"),
    (Operator.Word, "syntax_keyword"),
    (Operator, "syntax_operator"),
    (Generic.Inserted, "good"),
    (Generic.Deleted, "bad"),
    (Generic.Heading, "syntax_name"),
    (Generic.Subheading, "syntax_name"),
    (Generic.Prompt, "syntax_comment"),
)


@dataclass(frozen=True, slots=True)
class Marks:
    """How a run of text differs from the body."""

    bold: bool = False
    italic: bool = False
    code: bool = False
    struck: bool = False
    link: str = ""
    px: int = 0
    quiet: bool = False
    tex: str = ""


class TextStyle:
    """Fonts and formats of one theme. `quiet` paints the body in the quiet colour (thinking, details)."""

    def __init__(self, colours: Tokens, px: int = BODY_PX, *, quiet: bool = False) -> None:
        self.colours, self.px, self.quiet = colours, px, quiet
        self.body_font = ui_font(px)
        self.code_px = px - 1
        self._runs: dict[Marks, QTextCharFormat] = {}
        self._syntax: dict[_TokenType, QTextCharFormat] = {}
        self.code = self._make_code()

    def run(self, marks: Marks | None = None) -> QTextCharFormat:
        """The format of a run with `marks`."""
        marks = marks or Marks()
        if marks not in self._runs:
            self._runs[marks] = self._make_run(marks)
        return self._runs[marks]

    def syntax(self, kind: _TokenType) -> QTextCharFormat:
        """The format of code of pygments' `kind`."""
        if kind not in self._syntax:
            made, kinds = QTextCharFormat(self.code), list(kind.split())
            role = next((role for family, role in _SYNTAX if family in kinds), "")
            if role:
                made.setForeground(QColor(getattr(self.colours, role)))
            self._syntax[kind] = made
        return self._syntax[kind]

    def block(self, *, top: int = 0, bottom: int = 8, px: int = 0, height: float = LINE_HEIGHT) -> QTextBlockFormat:
        """A paragraph of lines `height` times as high as its text, whatever font a character falls back to."""
        made = QTextBlockFormat()
        made.setTopMargin(top)
        made.setBottomMargin(bottom)
        lines = round((px or self.px) * height)
        made.setLineHeight(lines, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        return made

    def _make_code(self) -> QTextCharFormat:
        made = QTextCharFormat()
        made.setFont(mono_font(self.code_px))
        made.setForeground(QColor(self.colours.text))
        return made

    def _make_run(self, marks: Marks) -> QTextCharFormat:
        made = QTextCharFormat()
        font = mono_font((marks.px or self.px) - 1) if marks.code or marks.tex else ui_font(marks.px or self.px)
        if marks.bold:
            font.setWeight(QFont.Weight.Bold if marks.code else QFont.Weight.DemiBold)
        font.setItalic(marks.italic and not marks.tex)
        font.setStrikeOut(marks.struck)
        made.setFont(font)
        quiet = self.quiet or marks.quiet
        made.setForeground(QColor(self.colours.quiet if quiet else self.colours.text))
        if marks.code:
            made.setProperty(PROPERTY_CODE, True)
        if marks.tex:
            made.setProperty(PROPERTY_TEX, marks.tex)
        if marks.link:
            made.setAnchor(True)
            made.setAnchorHref(marks.link)
            made.setToolTip(marks.link)
            made.setForeground(QColor(self.colours.accent))
            made.setFontUnderline(True)
        return made


@lru_cache(maxsize=8)
def text_style(colours: Tokens, px: int = BODY_PX, *, quiet: bool = False) -> TextStyle:
    """The shared style for a theme; every message of a size uses the same one."""
    return TextStyle(colours, px, quiet=quiet)
