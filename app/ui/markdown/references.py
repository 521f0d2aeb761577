"""Page references in brackets, such as [D1 p.2]: each stays on one line, where it can be shown as a chip."""

from __future__ import annotations

import re

_NO_BREAK = "\u00a0"
_SPACED = re.compile(r"[\[【]D\d{1,4} [^\[\]【】\n]{1,12}[\]】]")
_KEPT = re.compile(rf"\bD\d{{1,4}}{_NO_BREAK}[^\[\]【】\n]{{0,12}}")


def unbroken(text: str) -> str:
    """`text` with spaces in its short references at which no line ends."""
    return _SPACED.sub(lambda found: found[0].replace(" ", _NO_BREAK), text) if "D" in text else text


def broken(text: str) -> str:
    """`text`, or a part of it, as it was before `unbroken`."""
    return _KEPT.sub(lambda found: found[0].replace(_NO_BREAK, " "), text) if _NO_BREAK in text else text
