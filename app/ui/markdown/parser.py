"""The one Markdown parser: CommonMark, tables, strikethrough, task lists, dollar formulas; raw HTML stays text."""

from __future__ import annotations

import re
from functools import cache

from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.tasklists import tasklists_plugin


@cache
def parser() -> MarkdownIt:
    """The shared parser; it keeps no state between two calls of `parse`."""
    made = MarkdownIt("commonmark", {"html": False, "breaks": False}).enable(["table", "strikethrough"])
    made.use(dollarmath_plugin, allow_space=False, allow_digits=False, double_inline=True)
    return made.use(tasklists_plugin)


@cache
def plain_parser() -> MarkdownIt:
    """For what a person typed: line breaks stay, only fenced and inline code is markup."""
    return MarkdownIt("zero").enable(["fence", "backticks", "newline"])


# Qt marks frames with U+FDD0/1, objects with U+FFFC and blocks with U+2029; text must never contain them.
_HARMFUL = re.compile("[\x00\x0b\x0c\x1c-\x1f\x85\u2028\u2029\ufdd0\ufdd1\ufffc\ud800-\udfff]")


def clean(text: str) -> str:
    """`text` without characters that would break the document's structure; line ends become `\\n`."""
    return _HARMFUL.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
