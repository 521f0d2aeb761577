"""What the window parses Markdown with: the shared parsers, and text without what would break Qt's documents."""

from __future__ import annotations

import re

from app.session.markdown import parser, plain_parser

__all__ = ["clean", "parser", "plain_parser"]

# Qt marks frames with U+FDD0/1, objects with U+FFFC and blocks with U+2029; text must never contain them.
_HARMFUL = re.compile("[\x00\x0b\x0c\x1c-\x1f\x85\u2028\u2029\ufdd0\ufdd1\ufffc\ud800-\udfff]")


def clean(text: str) -> str:
    """`text` without characters that would break the document's structure; line ends become `\\n`."""
    return _HARMFUL.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
