"""Writes the inline tokens of one block: emphasis, code, links, formulas, images as links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from markdown_it.token import Token
from PySide6.QtGui import QTextCharFormat, QTextCursor

from app.ui.formulas.drawing import insert_formula
from app.ui.formulas.maker import Wish
from app.ui.markdown.long_words import breakable
from app.ui.markdown.parser import clean
from app.ui.markdown.references import unbroken
from app.ui.markdown.style import PROPERTY_TASK, Marks, TextStyle

LINE_BREAK = "\u2028"
THIN_SPACE = "\u2009"
BOXES = ("☐", "☑")


def write_inline(cursor: QTextCursor, style: TextStyle, children: Sequence[Token], base: Marks) -> None:
    """Write `children` at `cursor`, starting from the marks `base`."""
    _InlineWriter(cursor, style, base).write(children)


class _InlineWriter:
    """Gathers neighbours of one format, because one insertText costs far more than one longer string."""

    def __init__(self, cursor: QTextCursor, style: TextStyle, base: Marks) -> None:
        self._cursor, self._style, self._base, self._marks = cursor, style, base, base
        self._waiting: list[str] = []
        self._waiting_marks = base
        self._depth = {"strong": 0, "em": 0, "s": 0}

    def write(self, children: Sequence[Token]) -> None:
        for token in children:
            self._take(token)
        self._flush()

    def _take(self, token: Token) -> None:
        kind = token.type
        if kind == "text":
            self._put(token.content)
        elif kind == "softbreak":
            self._put(" ")
        elif kind == "hardbreak":
            self._put(LINE_BREAK)
        elif kind == "code_inline":
            self._put(THIN_SPACE + token.content + THIN_SPACE, replace(self._marks, code=True))
        elif kind.endswith(("_open", "_close")):
            self._change_marks(token)
        elif kind in ("math_inline", "math_inline_double"):
            self._put_formula(token.content, display=kind.endswith("double"))
        elif kind == "image":
            source = _target(token, "src")
            self._put(token.content or source, replace(self._marks, link=source))
        elif kind == "html_inline":
            self._put_html(token.content)

    def _change_marks(self, token: Token) -> None:
        name, _, edge = token.type.rpartition("_")
        if name == "link":
            self._marks = replace(self._marks, link=_target(token, "href") if edge == "open" else "")
        elif name in self._depth:
            self._depth[name] += 1 if edge == "open" else -1
            self._marks = replace(
                self._marks,
                bold=self._base.bold or self._depth["strong"] > 0,
                italic=self._base.italic or self._depth["em"] > 0,
                struck=self._base.struck or self._depth["s"] > 0,
            )

    def _put_formula(self, tex: str, *, display: bool) -> None:
        """Typeset, or as it was written when that cannot be."""
        self._flush()
        px = self._marks.px or self._style.px
        if not insert_formula(self._cursor, self._style.run(self._marks), Wish(tex.strip(), display), px):
            mark = "$$" if display else "$"
            self._put(f"{mark}{tex}{mark}", replace(self._marks, tex="inline"))

    def _put_html(self, content: str) -> None:
        if "task-list-item-checkbox" not in content:
            self._put(content)
            return
        self._flush()
        done = 'checked="checked"' in content
        box = QTextCharFormat(self._style.run(self._marks))
        box.setProperty(PROPERTY_TASK, int(done))
        self._cursor.insertText(BOXES[done], box)

    def _put(self, text: str, marks: Marks | None = None) -> None:
        marks = marks or self._marks
        if marks != self._waiting_marks:
            self._flush()
            self._waiting_marks = marks
        self._waiting.append(text)

    def _flush(self) -> None:
        if self._waiting:
            text = unbroken(breakable(_one_block("".join(self._waiting))))
            self._cursor.insertText(text, self._style.run(self._waiting_marks))
            self._waiting.clear()


def _one_block(text: str) -> str:
    """`text` that stays in its block; entities such as `&#8233;` may have brought in what `clean` took out."""
    lines = text.split(LINE_BREAK)
    return LINE_BREAK.join(clean(line).replace("\n", " ") for line in lines)


def _target(token: Token, name: str) -> str:
    return str(token.attrGet(name) or "")
