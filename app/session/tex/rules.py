"""The rules by which the Markdown parser finds formulas, in lines of their own and within a line."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

from app.session.tex.spans import Span, match_formula

_AFTER = re.compile(r"\s*([.,;:。，；：]?)\s*$")


def formula_plugin(parser: MarkdownIt) -> None:
    """Tokens `math_block`, `math_inline` and `math_inline_double`, their content the TeX."""
    parser.inline.ruler.before("escape", "math_inline", _read_inline)
    containers = ["paragraph", "reference", "blockquote", "list"]
    parser.block.ruler.before("fence", "math_block", _read_block, {"alt": containers})


def _read_inline(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] not in "$\\":
        return False
    found = match_formula(state.src, state.pos)
    if not isinstance(found, Span) or found.end > state.posMax:
        return False
    if not silent:
        double = found.mark in ("$$", "\\[", "")
        token = state.push("math_inline_double" if double else "math_inline", "math", 0)
        token.content, token.markup = found.tex, found.mark
    state.pos = found.end
    return True


def _read_block(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """A formula that begins a line and ends one, without an empty line between."""
    if state.is_code_block(start_line):
        return False
    begin = state.bMarks[start_line] + state.tShift[start_line]
    if not state.src.startswith(("$$", "\\[", "\\begin{"), begin):
        return False
    text = ""
    for line in range(start_line, end_line):
        if line > start_line and (state.isEmpty(line) or state.sCount[line] < state.blkIndent):
            return False
        text += state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]] + "\n"
        found = match_formula(text, 0)
        if found is None:
            return False
        if isinstance(found, Span):
            return _take_block(state, start_line, line, text, found, silent=silent)
    return False


def _take_block(state: StateBlock, start_line: int, line: int, text: str, found: Span, *, silent: bool) -> bool:
    after = _AFTER.match(text, found.end)
    if after is None:
        return False
    if silent:
        return True
    token = state.push("math_block", "math", 0)
    token.block, token.map = True, [start_line, line + 1]
    token.content = found.tex.strip() + (after[1] if after[1].isascii() and found.mark else "")
    token.markup = found.mark
    state.line = line + 1
    return True
