"""The one Markdown parser: CommonMark, tables, strikethrough, task lists, formulas; raw HTML stays text.

What the window shows and what is exported are made of the same tokens.
"""

from __future__ import annotations

from functools import cache

from markdown_it import MarkdownIt
from mdit_py_plugins.tasklists import tasklists_plugin

from app.session.tex.rules import formula_plugin


@cache
def parser() -> MarkdownIt:
    """The shared parser; it keeps no state between two calls of `parse`."""
    made = MarkdownIt("commonmark", {"html": False, "breaks": False}).enable(["table", "strikethrough"])
    return made.use(formula_plugin).use(tasklists_plugin)


@cache
def plain_parser() -> MarkdownIt:
    """For what a person typed: line breaks stay, only fenced and inline code is markup."""
    return MarkdownIt("zero").enable(["fence", "backticks", "newline"])
