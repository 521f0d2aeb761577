"""Markdown as HTML: code coloured, formulas drawn, nothing fetched from anywhere.

Answers are foreign text: raw HTML stays text, pictures become links, and a link leads nowhere but to the web.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from html import escape
from typing import Any

from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from app.session.export.formulas import Drawn, draw_formula
from app.session.markdown import parser, plain_parser

LONGEST_COLOURED = 60_000  # characters of a code block; a longer one stays plain
PICTURE_SCALE = 4  # formulas on paper are drawn larger than they are shown, for sharp edges
SCREEN_EM_PX, PAPER_EM_PX = 17.0, 14.0
SHALLOW_EM = 0.05  # a formula that goes hardly below the line stands on it: Qt knows that and the middle, nothing finer
INK = "#14171C"


def render_answer(text: str, *, for_paper: bool = False) -> str:
    """An answer. `for_paper` is for Qt's rich text, which knows neither inline SVG nor backgrounds of blocks."""
    return _Renderer(for_paper=for_paper).render(parser().parse(text), parser().options, {})


def render_plain(text: str, *, for_paper: bool = False) -> str:
    """What a person typed: lines as they are, only code is markup."""
    made = plain_parser()
    return _Renderer(for_paper=for_paper, keeps_lines=True).render(made.parse(text), made.options, {})


def coloured(code: str, language: str) -> str:
    """Code as HTML with a class for each kind of word."""
    try:
        lexer = get_lexer_by_name(language or "text", stripnl=False, ensurenl=False)
    except ClassNotFound:
        return escape(code)
    if len(code) > LONGEST_COLOURED:
        return escape(code)
    made: str = highlight(code, lexer, HtmlFormatter(nowrap=True))
    return made.rstrip("\n")


class _Renderer(RendererHTML):
    """Rules by token type; what has none is rendered as markdown-it does."""

    def __init__(self, *, for_paper: bool, keeps_lines: bool = False) -> None:
        super().__init__()
        self._for_paper, self._keeps_lines = for_paper, keeps_lines
        for name in ("math_block", "math_block_label", "math_inline", "math_inline_double", "html_inline"):
            self.rules[name] = getattr(self, name)

    def fence(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        token = tokens[idx]
        language = token.info.split(maxsplit=1)[0] if token.info.strip() else ""
        return self._code(token.content.rstrip("\n"), language)

    def code_block(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return self._code(tokens[idx].content.rstrip("\n"), "")

    def softbreak(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return "<br>\n" if self._keeps_lines else "\n"

    def heading_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return f"<{_lower(tokens[idx].tag)}>"

    def heading_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return f"</{_lower(tokens[idx].tag)}>\n"

    def image(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """A picture would be fetched when the file is opened: its name and a link stand for it."""
        token = tokens[idx]
        source = str(token.attrs.get("src", ""))
        name = escape(token.content or source)
        return f'<a href="{escape(source)}">{name}</a>' if source.startswith(("http://", "https://")) else name

    def table_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        if self._for_paper:
            look = "border-collapse: collapse; border-style: solid; border-color: #C9CFD8; margin: 6px 0 8px 0;"
            return f'<table border="1" cellspacing="0" cellpadding="5" style="{look}">\n'
        return '<div class="scroll"><table>\n'

    def table_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return "</table>\n" if self._for_paper else "</table></div>\n"

    def math_inline(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return self._formula(tokens[idx].content, inline=True)

    def math_inline_double(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return self._formula(tokens[idx].content, inline=False)

    def math_block(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return self._formula(tokens[idx].content, inline=False) + "\n"

    math_block_label = math_block

    def html_inline(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Only the boxes of task lists come here: no HTML is read from an answer."""
        return "☑ " if "checked" in tokens[idx].content else "☐ "

    def _code(self, code: str, language: str) -> str:
        words = coloured(code, language)
        if self._for_paper:
            return (
                '<table width="100%" cellspacing="0" cellpadding="8" style="margin-bottom: 8px;">'
                f'<tr><td bgcolor="#F6F7F9"><pre>{words}</pre></td></tr></table>\n'
            )
        head = f'<span class="language">{escape(language)}</span>' if language else ""
        return f"<pre>{head}<code>{words}</code></pre>\n"

    def _formula(self, tex: str, *, inline: bool) -> str:
        drawn = draw_formula(tex.strip(), inline=inline)
        if drawn is None:
            mark = "$" if inline else "$$"
            source = f"<code>{escape(mark + tex.strip() + mark)}</code>"
        else:
            source = _picture(drawn, tex) if self._for_paper else _svg(drawn, tex)
        if inline:
            return source
        return f'<p align="center">{source}</p>' if self._for_paper else f'<span class="display">{source}</span>'


def _svg(drawn: Drawn, tex: str) -> str:
    """The picture in place, in the colour of the text, with its source for screen readers and for searching."""
    place = f'style="vertical-align: -{drawn.depth_em * SCREEN_EM_PX:.1f}px"'
    look = f'<svg class="formula" role="img" aria-label="{escape(tex)}" {place}'
    return look + drawn.picture(SCREEN_EM_PX, "currentColor").removeprefix("<svg")


def _picture(drawn: Drawn, tex: str) -> str:
    data = b64encode(drawn.picture(PAPER_EM_PX * PICTURE_SCALE, INK).encode()).decode()
    size = f'width="{drawn.width_em * PAPER_EM_PX:.0f}" height="{drawn.height_em * PAPER_EM_PX:.0f}"'
    place = "" if drawn.depth_em < SHALLOW_EM else "vertical-align: middle"
    return f'<img src="data:image/svg+xml;base64,{data}" {size} alt="{escape(tex)}" style="{place}">'


def _lower(tag: str) -> str:
    """The headings of an answer stand below those of the export."""
    return f"h{min(6, int(tag[1]) + 2)}"
